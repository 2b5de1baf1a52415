package import AgnoSchema

// What neutral changes become on the MySQL family.
extension MySQLFamilyDialect {
    /// One statement, with its indexes: a table is never there without them.
    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        [create(shape, named: table, collation: nil)]
    }

    package func createComparingBytes(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        // Keys that the sessions tell apart are told apart here, blanks at their end included. Only a character set that
        // holds everything will do.
        let own = sessions?.collation.flatMap { $0.hasPrefix("utf8mb4_") ? $0 : nil }
        return [create(shape, named: table, collation: own ?? "utf8mb4_bin")]
    }

    func create(_ shape: TableShape, named table: String, collation: String?) -> SQLStatement {
        var parts = shape.columns.map { "\(quote($0.name)) \($0.type)\($0.isNullable ? "" : " NOT NULL")" }
        if !shape.primaryKey.isEmpty { parts.append("PRIMARY KEY (\(list(shape.primaryKey)))") }
        parts += shape.uniqueKeys.map { key in
            let name = key.name.map { quote(MySQLNames.fitted($0, table: table)) + " " } ?? ""
            return "UNIQUE KEY \(name)(\(list(key.columns)))"
        }
        parts += shape.indexes.map { named in
            "KEY \(quote(MySQLNames.fitted(named.name, table: table))) (\(columns(of: named.index, in: shape)))"
        }
        parts += shape.references.enumerated().map { number, reference in
            // The server's own name for a key is not cut, so that a long table would be refused for it.
            let name = "\(table)_ibfk_\(number + 1)"
            let fitted = MySQLNames.fitted(name, table: table)
            return (fitted == name ? "" : "CONSTRAINT \(quote(fitted)) ")
                + "FOREIGN KEY (\(list(reference.columns))) REFERENCES \(self.table(reference.parent)) "
                + "(\(list(reference.parentColumns))) ON DELETE CASCADE"
        }
        return SQLStatement(
            "CREATE TABLE \(self.table(table)) (\n\t\(parts.joined(separator: ", \n\t"))\n)"
                + tableOptions(collation: collation))
    }

    /// The columns of an index; of long texts their beginnings.
    func columns(of index: Index, in shape: TableShape) -> String {
        index.columns.map { name in
            let isLong = shape.column(name).map { MySQLTypes.needsPrefix($0.type) } ?? false
            return quote(name) + (isLong ? "(191)" : "")
        }.joined(separator: ", ")
    }

    package func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering {
        guard !changes.isEmpty else { return .skipped(because: "nothing to change") }
        var work = MySQLAlterTable(dialect: self, snapshot: snapshot, now: now)
        for change in changes {
            switch change {
            case .createTable(let type):
                work.after += complete(type, existing: all[type], beside: snapshot, in: context)
            case .dropTable(let type):
                work.after.append(SQLStatement("DROP TABLE \(table(all[type]?.name ?? context.names[type]))"))
            default: work.add(change)
            }
        }
        return .statements(work.statements)
    }

    /// Makes a table, or adds to an existing one what it lacks.
    ///
    /// - Parameter parent: a foreign key wants its columns compared alike on both sides.
    private func complete(
        _ type: TableType, existing: TableSnapshot?, beside parent: TableSnapshot, in context: SchemaContext
    ) -> [SQLStatement] {
        let definition = TableDefinition.baseline(type, for: traits)
        guard let existing else {
            let name = context.names[type]
            return [create(definition.shape(in: context, named: name), named: name, collation: parent.collation)]
        }
        var work = MySQLAlterTable(dialect: self, snapshot: existing, now: 0)
        for column in definition.columns where existing.shape.column(column.name) == nil {
            let declared = column.resolved(for: traits)
            work.add(.addColumn(.optional(declared.name, declared.type)))
        }
        for index in definition.indexes where !existing.shape.hasIndex(covering: index) { work.add(.addIndex(index)) }
        return work.statements
    }

    package func park(_ snapshot: TableSnapshot) -> SQLStatement? {
        SQLStatement("ALTER TABLE \(table(snapshot.name)) RENAME TO \(table(MySQLNames.parked(snapshot.name)))")
    }

    package func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement] {
        guard let columns = parked.commonColumns else {
            return [SQLStatement("ALTER TABLE \(table(parked.name)) RENAME TO \(table(name))")]
        }
        // Another program made a new table of that name meanwhile; what it wrote is newer.
        return [
            SQLStatement(
                "INSERT INTO \(table(name)) (\(list(columns))) SELECT \(list(columns)) FROM \(table(parked.name)) a "
                    + "WHERE NOT EXISTS (SELECT 1 FROM \(table(name)) n WHERE n.run_id = a.run_id)"),
            SQLStatement("DROP TABLE \(table(parked.name))"),
        ]
    }
}

/// All changes of one table, in as few `ALTER TABLE`s as make sense where each commits by itself: new columns, their
/// values, their strictness, then everything about keys, indexes and columns that go.
struct MySQLAlterTable {
    let dialect: any MySQLFamilyDialect
    let now: Int64
    /// The table as it will be when the columns are added.
    private var shape: TableShape
    private let snapshot: TableSnapshot

    private var loosened: [IncomingKey] = []
    private var added: [String] = []
    private var fills: [SQLStatement] = []
    private var tightened: [String] = []
    private var defaultsDropped: [String] = []
    private var built: [String] = []
    var after: [SQLStatement] = []
    private var taken: Set<String>

    init(dialect: any MySQLFamilyDialect, snapshot: TableSnapshot, now: Int64) {
        self.dialect = dialect
        self.snapshot = snapshot
        self.now = now
        shape = snapshot.shape
        taken = snapshot.namesInUse
    }

    private func quote(_ name: String) -> String { dialect.quote(name) }

    var statements: [SQLStatement] {
        // What is made stricter is made anew, so everything that has to be built is built in the same pass.
        alter(added, .catalogue) + fills + loosened.map(\.drop) + alter(tightened + built, .build)
            + loosened.map(\.create) + alter(defaultsDropped, .catalogue) + after
    }

    private func alter(_ actions: [String], _ alteration: Alteration) -> [SQLStatement] {
        guard !actions.isEmpty else { return [] }
        let text = "ALTER TABLE \(dialect.table(snapshot.name)) \(actions.joined(separator: ", "))"
        let texts = dialect.ways(of: alteration).map { text + $0 }
        return [SQLStatement(texts[0], fallbacks: Array(texts.dropFirst()))]
    }

    mutating func add(_ change: SchemaChange) {
        switch change {
        case .addColumn(let column, let fill): add(column.resolved(for: dialect.traits), fill)
        case .restoreColumn(let column): add(column.resolved(for: dialect.traits), .none)
        case .dropColumn(let column): built.append("DROP COLUMN \(quote(column.name))")
        case .changeType(let name, _, let type):
            let isNullable = shape.column(name)?.isNullable ?? true
            built.append(
                "MODIFY COLUMN \(quote(name)) \(dialect.traits.typeName(type))\(isNullable ? "" : " NOT NULL")")
        case .addIndex(let index): add(index)
        case .dropIndex(let index): dropIndexes { $0.index.covers(index) }
        case .replaceUniqueKey(let old, let new):
            if let new { add(new) }
            if let old { drop(uniqueKeyOn: old.columns) }
        case .addPrimaryKey(let columns, let key):
            if !shape.primaryKey.isEmpty, shape.primaryKey != columns { dropPrimaryKey() }
            if shape.primaryKey != columns { built.append("ADD PRIMARY KEY (\(dialect.list(columns)))") }
            if let key { drop(uniqueKeyOn: key.columns) }
        case .dropPrimaryKey(let columns, let key):
            if let key { add(key) }
            if shape.primaryKey == columns { dropPrimaryKey() }
        case .createTable, .dropTable, .retireColumn: break
        }
    }

    // MARK: Columns

    private mutating func add(_ column: Column, _ fill: ColumnFill) {
        let type = dialect.traits.typeName(column.type)
        let found = shape.column(column.name)
        switch fill {
        case .none:
            guard found == nil else { return changeType(of: column, to: type) }
            added.append("ADD COLUMN \(quote(column.name)) \(type)\(column.isNullable ? "" : " NOT NULL")")
        case .constant(let value):
            // The default stays on until the last statement: a program that does not know the column can write.
            if found == nil {
                added.append("ADD COLUMN \(quote(column.name)) \(type) NOT NULL DEFAULT \(dialect.literal(value))")
            } else if found?.isNullable == true {
                fills.append(
                    SQLStatement(
                        "UPDATE \(dialect.table(snapshot.name)) SET \(quote(column.name)) = ?1 "
                            + "WHERE \(quote(column.name)) IS NULL", [.text(value)]))
                tightened.append("MODIFY COLUMN \(quote(column.name)) \(type) NOT NULL")
            }
            if found == nil || (found?.isNullable == false && found?.defaultValue != nil) {
                defaultsDropped.append("ALTER COLUMN \(quote(column.name)) DROP DEFAULT")
            }
        case .copied(let source):
            // It may be NULL until it is filled: a wrong value would never be noticed again.
            if found == nil { added.append("ADD COLUMN \(quote(column.name)) \(type)") }
            if found?.isNullable ?? true {
                let value = shape.column(source) == nil ? "?1" : "COALESCE(\(quote(source)), ?1)"
                fills.append(
                    SQLStatement(
                        "UPDATE \(dialect.table(snapshot.name)) SET \(quote(column.name)) = \(value) "
                            + "WHERE \(quote(column.name)) IS NULL", [.integer(now)]))
            }
            if found?.isNullable ?? true || found?.defaultValue != nil {
                tightened.append("MODIFY COLUMN \(quote(column.name)) \(type) NOT NULL")
            }
        }
        if found == nil {
            shape.columns.append(TableShape.Column(column.name, type: type, isNullable: column.isNullable))
        }
    }

    /// A column that is there with a type that does not hold as much.
    private mutating func changeType(of column: Column, to type: String) {
        guard let found = shape.column(column.name), !dialect.traits.areEquivalent(found.type, type) else { return }
        built.append("MODIFY COLUMN \(quote(column.name)) \(type)\(found.isNullable ? "" : " NOT NULL")")
    }

    // MARK: Keys and indexes

    private mutating func add(_ key: UniqueKey) {
        guard shape.uniqueKeys(covering: key.columns).isEmpty else { return }
        let name = free(key.name(onTable: snapshot.name))
        built.append("ADD UNIQUE KEY \(quote(name)) (\(dialect.list(key.columns)))")
    }

    private mutating func drop(uniqueKeyOn columns: [String]) {
        for key in shape.uniqueKeys(covering: columns) {
            built.append("DROP INDEX \(quote(key.name ?? columns[0]))")
        }
    }

    /// Foreign keys that refer to these columns hang on one of their keys; they are made again afterwards.
    private mutating func dropPrimaryKey() {
        let columns = Set(shape.primaryKey)
        for key in snapshot.incomingKeys where Set(key.parentColumns) == columns && !loosened.contains(key) {
            loosened.append(key)
        }
        built.append("DROP PRIMARY KEY")
    }

    private mutating func add(_ index: Index) {
        guard !shape.hasIndex(covering: index) else { return }
        let name = free(index.name(onTable: snapshot.name, traits: dialect.traits))
        let kind = index.isUnique ? "UNIQUE KEY" : "INDEX"
        built.append("ADD \(kind) \(quote(name)) (\(dialect.columns(of: index, in: shape)))")
    }

    private mutating func dropIndexes(where matches: (TableShape.NamedIndex) -> Bool) {
        for named in shape.indexes where matches(named) { built.append("DROP INDEX \(quote(named.name))") }
    }

    private mutating func free(_ wanted: String) -> String {
        MySQLNames.free(wanted, onTable: snapshot.name, among: &taken)
    }
}
