import AgnoSchema

// Reads indexes and foreign keys from the rows of the catalogue.
extension MySQLFamilyDialect {
    func addIndexes(_ rows: [MySQLCatalogueRow], to tables: inout [String: TableSnapshot]) {
        var found: [String: [String: IndexFacts]] = [:]
        for row in rows where row.part == .index {
            let (table, type) = (folded(row.table), row.facts[3] ?? "")
            let column = row.facts[1].map(Self.declaredSpelling)
            // Where rows are placed is no index, and may go by the name of one.
            if ["SHARD", "METADATA_ONLY"].contains(type) {
                guard let column, tables[table]?.shape.shardKey.contains(column) == false else { continue }
                tables[table]?.shape.shardKey.append(column)
                continue
            }
            if isOrderOfRows(row.name, type: type) { continue }
            let isUnique = row.facts[0] == "0"
            // A unique key over the beginnings of values is another one than over the values.
            let isBeginning = isUnique && row.facts[2] != nil
            let indexed = column.map { isBeginning ? "<beginning of \($0)>" : $0 } ?? "<expression>"
            var index = found[table]?[row.name] ?? IndexFacts(isUnique: isUnique, type: type)
            let part = column.map { quote($0) + (row.facts[2].map { "(\($0))" } ?? "") }
            index.parts.append(part ?? "(\(plain(row.facts[4] ?? "")))")
            // A key that also places the rows is listed twice by some versions; no index has a column twice.
            if column == nil || !index.columns.contains(indexed) { index.columns.append(indexed) }
            found[table, default: [:]][row.name] = index
        }
        for (table, indexes) in found {
            for (name, index) in indexes.sorted(by: { $0.key < $1.key }) {
                tables[table]?.add(index, named: name)
                guard let owner = tables[table]?.name else { continue }
                let kind =
                    index.isUnique ? "UNIQUE " : ["FULLTEXT", "SPATIAL"].contains(index.type) ? "\(index.type) " : ""
                tables[table]?.indexTexts[name] =
                    name == "PRIMARY"
                    ? "ALTER TABLE \(self.table(owner)) ADD PRIMARY KEY (\(index.parts.joined(separator: ", ")))"
                    : "CREATE \(kind)INDEX \(quote(name)) ON \(self.table(owner)) (\(index.parts.joined(separator: ", ")))"
            }
        }
    }

    func addReferences(_ rows: [MySQLCatalogueRow], to tables: inout [String: TableSnapshot]) {
        var keys: [ForeignKeyFacts] = []
        for row in rows where row.part == .reference {
            let facts = row.facts.map { $0 ?? "" }
            let isKnown = { (key: ForeignKeyFacts) in
                key.table == row.table && key.name == row.name && key.schema == facts[6]
            }
            if !keys.contains(where: isKnown) {
                keys.append(
                    ForeignKeyFacts(
                        table: row.table, name: row.name, schema: facts[6], parentSchema: facts[1], parent: facts[2],
                        onDelete: facts[4], onUpdate: facts[5]))
            }
            guard let position = keys.lastIndex(where: isKnown) else { continue }
            keys[position].columns.append(Self.declaredSpelling(of: facts[0]))
            keys[position].parentColumns.append(Self.declaredSpelling(of: facts[3]))
        }
        for key in keys {
            let isOurs = schema.map { folded($0) == folded(key.schema) } ?? (key.schema == key.parentSchema)
            if isOurs {
                let parent = key.parentSchema == key.schema ? key.parent : "\(key.parentSchema).\(key.parent)"
                tables[folded(key.table)]?.shape.references.append(
                    TableShape.Reference(columns: key.columns, parent: parent, parentColumns: key.parentColumns))
            }
            if schema.map({ folded($0) == folded(key.parentSchema) }) ?? isOurs {
                tables[folded(key.parent)]?.incomingKeys.append(incomingKey(key, isOurs: isOurs))
            }
        }
    }

    private func incomingKey(_ key: ForeignKeyFacts, isOurs: Bool) -> IncomingKey {
        let child = isOurs ? table(key.table) : "\(quote(key.schema)).\(quote(key.table))"
        let rules = " ON DELETE \(key.onDelete) ON UPDATE \(key.onUpdate)"
        return IncomingKey(
            child: isOurs ? key.table : "\(key.schema).\(key.table)", table: child, name: key.name,
            columns: key.columns, parentColumns: key.parentColumns,
            drop: SQLStatement("ALTER TABLE \(child) DROP FOREIGN KEY \(quote(key.name))"),
            create: SQLStatement(
                "ALTER TABLE \(child) ADD CONSTRAINT \(quote(key.name)) FOREIGN KEY (\(list(key.columns))) "
                    + "REFERENCES \(table(key.parent)) (\(list(key.parentColumns)))\(rules)"))
    }
}

extension TableSnapshot {
    fileprivate mutating func add(_ index: IndexFacts, named name: String) {
        namesInUse.insert(name.lowercased())
        if name == "PRIMARY" {
            shape.primaryKey = index.columns
            primaryKeyName = name
        } else if index.isUnique {
            shape.uniqueKeys.append(TableShape.Key(name: name, columns: index.columns))
        } else {
            let isPlain = !["FULLTEXT", "SPATIAL", "RTREE", "VECTOR"].contains(index.type)
            let columns = isPlain ? index.columns : index.columns.map { "<\(index.type) of \($0)>" }
            shape.indexes.append(TableShape.NamedIndex(name: name, index: Index(on: columns)))
        }
    }
}

/// An index as the catalogue describes it.
private struct IndexFacts {
    var isUnique: Bool
    var type: String
    var columns: [String] = []
    /// Columns, beginnings of columns and expressions as statements name them.
    var parts: [String] = []
}

/// A foreign key as the catalogue describes it.
private struct ForeignKeyFacts {
    var table: String
    var name: String
    var columns: [String] = []
    var schema: String
    var parentSchema: String
    var parent: String
    var parentColumns: [String] = []
    var onDelete: String
    var onUpdate: String
}
