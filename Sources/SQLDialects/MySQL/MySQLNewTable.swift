package import AgnoSchema

// Creates tables of the MySQL family.
extension MySQLFamilyDialect {
    /// One statement with the indexes: the table never exists without them.
    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        [create(shape, named: table, collation: nil)]
    }

    package func createComparingBytes(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        // Keys that differ in the sessions table must differ here, trailing blanks included, so its collation is used.
        // Only a character set that holds every character qualifies.
        let own = sessions?.collation.flatMap { $0.hasPrefix("utf8mb4_") ? $0 : nil }
        return [create(shape, named: table, collation: own ?? "utf8mb4_bin")]
    }

    /// A foreign key requires the same collation on both sides.
    package func create(_ shape: TableShape, named table: String, beside parent: TableSnapshot) -> [SQLStatement] {
        // So does a type: a column that refers to another holds all of its values. Other columns are as the parent's.
        var texts: [String: String] = [:]
        for reference in shape.references where folded(reference.parent) == folded(parent.name) {
            for (name, parentName) in zip(reference.columns, reference.parentColumns) {
                guard let column = shape.column(name), let other = parent.shape.column(parentName) else { continue }
                texts[name] = referringText(column, to: other, in: parent)
            }
        }
        return [create(shape, named: table, collation: parent.defaultCollation ?? parent.collation, texts: texts)]
            + grants(of: parent, on: table)
    }

    /// Who may use the parent alone, and not its whole database, may use the new table alike.
    private func grants(of parent: TableSnapshot, on table: String) -> [SQLStatement] {
        var accounts: [String: [TableGrant]] = [:]
        for grant in parent.tableGrants { accounts[grant.grantee, default: []].append(grant) }
        return accounts.sorted { $0.key < $1.key }.map { account, grants in
            let privileges = Set(grants.map(\.privilege)).sorted().joined(separator: ", ")
            let option = grants.contains(where: \.isGrantable) ? " WITH GRANT OPTION" : ""
            // Unquoted: the catalogue's own words, the account in quotes already.
            return SQLStatement("GRANT \(privileges) ON \(self.table(table)) TO \(account)\(option)")
        }
    }

    /// A column with the type and collation of the one that it refers to, where they are not those of the table.
    private func referringText(
        _ column: TableShape.Column, to other: TableShape.Column, in parent: TableSnapshot
    ) -> String {
        var type = column.type
        // A shorter text type is not needed: texts of any length can refer to each other.
        if traits.areEquivalent(other.type, type) || !other.type.contains("CHAR(") { type = other.type }
        if let collation = parent.collations[other.name], collation != parent.defaultCollation {
            type += tableOptions(collation: collation)
        }
        return columnText(column.name, type, isNullable: column.isNullable)
    }

    func create(
        _ shape: TableShape, named table: String, collation: String?, texts: [String: String] = [:]
    ) -> SQLStatement {
        var parts = shape.columns.map { texts[$0.name] ?? columnText($0) } + keyTexts(of: shape, named: table)
        parts += shape.indexes.map { named in
            "KEY \(quote(MySQLNames.fitted(named.name, table: table))) (\(columns(of: named.index, in: shape)))"
        }
        parts += shape.references.enumerated().map { number, reference in
            // The server does not cut the name that it generates for a key and would refuse a long table's.
            let name = "\(table)_ibfk_\(number + 1)"
            let fitted = MySQLNames.fitted(name, table: table)
            return (fitted == name ? "" : "CONSTRAINT \(quote(fitted)) ") + "FOREIGN KEY \(referenceText(reference))"
        }
        return createTable(table, parts, options: tableOptions(collation: collation))
    }

    /// The primary key and the unique keys of a `CREATE TABLE`.
    func keyTexts(of shape: TableShape, named table: String) -> [String] {
        let primary = shape.primaryKey.isEmpty ? [] : [primaryKeyText(shape.primaryKey)]
        return primary
            + shape.uniqueKeys.map { key in
                let name = key.name.map { quote(MySQLNames.fitted($0, table: table)) + " " } ?? ""
                return "UNIQUE KEY \(name)(\(list(key.columns)))"
            }
    }

    /// The columns of an index; long texts by their prefix.
    func columns(of index: Index, in shape: TableShape) -> String {
        index.columns.map { name in
            let isLong = shape.column(name).map { MySQLTypes.needsPrefix($0.type) } ?? false
            return quote(name) + (isLong ? "(191)" : "")
        }.joined(separator: ", ")
    }
}
