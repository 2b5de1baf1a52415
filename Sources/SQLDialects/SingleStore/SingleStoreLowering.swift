package import AgnoSchema

// What neutral changes become on SingleStore.
extension SingleStoreDialect {
    package func createComparingBytes(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        create(shape, named: table, collation: sessions.flatMap(collationOfIDs))
    }

    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        create(shape, named: table, collation: nil)
    }

    /// How the ids of a table of sessions are compared, as far as the server says it.
    private func collationOfIDs(_ sessions: TableSnapshot) -> String? {
        sessions.collation ?? sessions.source.flatMap(SingleStoreTableSource.init)?.collation(of: "session_id")
    }

    /// The table with its keys, which cannot come later; then its indexes, which can.
    ///
    /// - Parameter collation: of its texts, which are compared with another table's; nil: the server's own.
    private func create(_ shape: TableShape, named table: String, collation: String?) -> [SQLStatement] {
        let words = collation.map { " CHARACTER SET \($0.prefix { $0 != "_" }) COLLATE \($0)" } ?? ""
        var parts = shape.columns.map { column in
            let value = column.defaultValue.map { " DEFAULT \($0)" } ?? ""
            let isText = column.type.hasPrefix("VARCHAR") || column.type.hasSuffix("TEXT")
            return "\(quote(column.name)) \(column.type)\(isText ? words : "")"
                + "\(column.isNullable ? "" : " NOT NULL")\(value)"
        }
        if !shape.primaryKey.isEmpty { parts.append("PRIMARY KEY (\(list(shape.primaryKey)))") }
        parts += shape.uniqueKeys.map { key in
            let name = key.name.map { quote(MySQLNames.fitted($0, table: table)) + " " } ?? ""
            return "UNIQUE KEY \(name)(\(list(key.columns)))"
        }
        let shardKey = shape.shardKey.isEmpty ? shape.primaryKey : shape.shardKey
        if !shardKey.isEmpty { parts.append("SHARD KEY (\(list(shardKey)))") }
        return [SQLStatement("CREATE TABLE \(self.table(table)) (\n\t\(parts.joined(separator: ", \n\t"))\n)")]
            + shape.indexes.map { create($0.index, named: MySQLNames.fitted($0.name, table: table), on: table) }
    }

    private func create(_ index: Index, named name: String, on table: String) -> SQLStatement {
        SQLStatement("CREATE INDEX \(quote(name)) ON \(self.table(table)) (\(list(index.columns)))")
    }

    package func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering {
        guard !changes.isEmpty else { return .skipped(because: "nothing to change") }
        if changes.contains(where: needsNewTable) { return exchange(changes, of: snapshot, in: context, now: now) }
        var statements: [SQLStatement] = []
        var taken = snapshot.namesInUse
        let table = table(snapshot.name)
        for change in changes {
            switch change {
            case .createTable(let type):
                statements += complete(type, existing: all[type], beside: snapshot, in: context)
            case .dropTable(let type):
                statements.append(SQLStatement("DROP TABLE \(self.table(all[type]?.name ?? context.names[type]))"))
            case .addColumn(let column, _), .restoreColumn(let column):
                statements.append(alter(table, "ADD COLUMN \(columnText(column))"))
            case .dropColumn(let column):
                statements.append(alter(table, "DROP COLUMN \(quote(column.name))"))
            case .addIndex(let index):
                let name = MySQLNames.free(
                    index.name(onTable: snapshot.name, traits: traits), onTable: snapshot.name, among: &taken)
                statements.append(create(index, named: name, on: snapshot.name))
            case .dropIndex(let index):
                statements += snapshot.shape.indexes.filter { $0.index.covers(index) }.map {
                    SQLStatement("DROP INDEX \(quote($0.name)) ON \(table)")
                }
            case .retireColumn, .changeType, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey: break
            }
        }
        return .statements(statements)
    }

    /// Keys are fixed when a table is made, and so is whether a column may be NULL.
    private func needsNewTable(_ change: SchemaChange) -> Bool {
        switch change {
        case .addColumn(_, let fill): fill != .none
        case .changeType, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey: true
        case .createTable, .dropTable, .dropColumn, .retireColumn, .restoreColumn, .addIndex, .dropIndex: false
        }
    }

    private func complete(
        _ type: TableType, existing: TableSnapshot?, beside parent: TableSnapshot, in context: SchemaContext
    ) -> [SQLStatement] {
        let definition = TableDefinition.baseline(type, for: traits)
        let name = context.names[type]
        guard let existing else {
            return create(
                definition.shape(in: context, named: name), named: name, collation: collationOfIDs(parent))
        }
        let table = table(existing.name)
        let columns = definition.columns.map { $0.resolved(for: traits) }
            .filter { existing.shape.column($0.name) == nil }
            .map { alter(table, "ADD COLUMN \(quote($0.name)) \(traits.typeName($0.type))") }
        return columns + missing(definition.shape(in: context, named: existing.name).indexes, of: existing)
    }

    package func missingIndexes(
        of shape: TableShape, named table: String, using runner: any StatementRunner
    ) throws -> [SQLStatement] {
        guard let existing = try snapshot(named: table, using: runner) else { return [] }
        return missing(shape.indexes, of: existing)
    }

    private func missing(_ indexes: [TableShape.NamedIndex], of existing: TableSnapshot) -> [SQLStatement] {
        var taken = existing.namesInUse
        return indexes.filter { !existing.shape.hasIndex(covering: $0.index) }.map { wanted in
            let name = MySQLNames.free(wanted.name, onTable: existing.name, among: &taken)
            return create(wanted.index, named: name, on: existing.name)
        }
    }

    /// How many seconds a change of structure waits for statements that are running; whoever comes after it waits behind it.
    private static let patience = 10

    private func alter(_ table: String, _ change: String) -> SQLStatement {
        SQLStatement("ALTER TABLE \(table) \(change) TIMEOUT \(Self.patience)")
    }

    private func rename(_ table: String, to name: String) -> SQLStatement { alter(table, "RENAME TO \(name)") }

    // MARK: A new table in the old one's place

    private func exchange(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, in context: SchemaContext, now: Int64
    ) -> Lowering {
        guard let source = snapshot.source.flatMap(SingleStoreTableSource.init) else {
            return .skipped(because: "the server's words for its definition cannot be read")
        }
        guard source.columns(of: .foreignKey) == nil else {
            return .skipped(because: "it has a foreign key, which could not be made again with the new table")
        }
        return .swap(swap(changes, of: snapshot, source, now: now))
    }

    private func swap(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, _ source: SingleStoreTableSource, now: Int64
    ) -> TableSwap {
        let (old, parked) = (table(snapshot.name), table(MySQLNames.parked(snapshot.name)))
        let successor = table(MySQLNames.successor(snapshot.name))
        var work = SingleStoreNewTable(dialect: self, source: source, snapshot: snapshot)
        for change in changes { work.add(change) }
        let columns = work.columns
        let values = columns.map { value(of: $0, in: source, changes) }
        let create = "CREATE \((source.words + ["TABLE"]).joined(separator: " ")) \(successor)"
        return TableSwap(
            prepare: [
                SQLStatement("DROP TABLE IF EXISTS \(successor)"),
                SQLStatement("\(create) (\n\t\(work.source.parts().joined(separator: ", \n\t"))\n)"),
            ],
            takeAway: rename(old, to: parked),
            // A table of any size may be waited for in the only place where it is asked for.
            copy: [
                SQLStatement(
                    "INSERT INTO \(successor) (\(list(columns))) SELECT \(values.joined(separator: ", ")) FROM \(parked)",
                    values.contains { $0.contains("?1") } ? [.integer(now)] : [])
            ],
            oldCount: SQLStatement("SELECT COUNT(*) FROM \(parked)"),
            newCount: SQLStatement("SELECT COUNT(*) FROM \(successor)"),
            exchange: rename(successor, to: old),
            dropOld: SQLStatement("DROP TABLE \(parked)"),
            undo: [rename(parked, to: old), SQLStatement("DROP TABLE \(successor)")])
    }

    /// The expression for a column's value in the new table.
    private func value(of column: String, in old: SingleStoreTableSource, _ changes: [SchemaChange]) -> String {
        let isThere = old.hasColumn(column)
        for case .addColumn(let added, let fill) in changes where added.name == column {
            switch fill {
            case .none: break
            case .constant(let text):
                return isThere ? "COALESCE(\(quote(column)), \(literal(text)))" : literal(text)
            case .copied(let source):
                let own = isThere ? [quote(column)] : []
                let other = old.hasColumn(source) ? [quote(source)] : []
                return "COALESCE(\((own + other + ["?1"]).joined(separator: ", ")))"
            }
        }
        return isThere ? quote(column) : "NULL"
    }

    package func park(_ snapshot: TableSnapshot) -> SQLStatement? {
        rename(table(snapshot.name), to: table(MySQLNames.parked(snapshot.name)))
    }

    package func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement] {
        let (old, here) = (table(parked.name), table(name))
        let discard = parked.successor.map { [SQLStatement("DROP TABLE \(table($0))")] } ?? []
        guard let columns = parked.commonColumns else {
            return [rename(old, to: here)] + discard
        }
        let list = list(columns)
        if type == .runs {
            // Another program made a new table of that name meanwhile; what it wrote is newer.
            return [
                SQLStatement("INSERT IGNORE INTO \(here) (\(list)) SELECT \(list) FROM \(old)"),
                SQLStatement("DROP TABLE \(old)"),
            ]
        }
        // Without a successor the new table has taken the place already: every row of the old one was counted there.
        guard parked.successor != nil else { return [SQLStatement("DROP TABLE \(old)")] }
        // Another program made the table between the two names' exchange; its rows join those that were there before.
        return [
            SQLStatement("INSERT IGNORE INTO \(old) (\(list)) SELECT \(list) FROM \(here)"),
            SQLStatement("DROP TABLE \(here)"),
            rename(old, to: here),
        ] + discard
    }
}

/// A table that is to be made from what another one is.
private struct SingleStoreNewTable {
    let dialect: SingleStoreDialect
    var source: SingleStoreTableSource
    private let snapshot: TableSnapshot
    private var taken: Set<String>

    init(dialect: SingleStoreDialect, source: SingleStoreTableSource, snapshot: TableSnapshot) {
        self.dialect = dialect
        self.source = source
        self.snapshot = snapshot
        taken = snapshot.namesInUse
    }

    /// The columns that can be written.
    var columns: [String] {
        let computed = source.computedColumns
        return source.elements.compactMap { element in
            guard case .column(let name) = element.kind, !computed.contains(name) else { return nil }
            return name
        }
    }

    mutating func add(_ change: SchemaChange) {
        switch change {
        case .addColumn(let column, _): put(dialect.columnText(column), column.name)
        case .restoreColumn(let column):
            if snapshot.shape.column(column.name) == nil { put(dialect.columnText(column), column.name) }
        case .changeType(let name, _, let type):
            let isNullable = snapshot.shape.column(name)?.isNullable ?? true
            put("\(dialect.quote(name)) \(dialect.traits.typeName(type))\(isNullable ? "" : " NOT NULL")", name)
        case .dropColumn(let column):
            source.elements.removeAll { $0.kind == .column(column.name) || $0.columns.contains(column.name) }
        case .addIndex(let index): add(index)
        case .dropIndex(let index):
            source.elements.removeAll { $0.kind == .index && Set($0.columns) == Set(index.columns) }
        case .replaceUniqueKey(let old, let new):
            if let old { remove(old) }
            if let new { add(new) }
        case .addPrimaryKey(let columns, let key):
            if let key { remove(key) }
            setPrimaryKey(columns)
        case .dropPrimaryKey(let columns, let key):
            // Where the primary key places the rows, it went without saying.
            if source.columns(of: .shardKey) == nil, !source.isReference { setShardKey(columns) }
            source.elements.removeAll { $0.kind == .primaryKey }
            if let key { add(key) }
        case .createTable, .dropTable, .retireColumn: break
        }
    }

    private mutating func put(_ text: String, _ name: String) {
        let element = SingleStoreTableSource.Element(kind: .column(name), text: text)
        if let position = source.elements.firstIndex(where: { $0.kind == .column(name) }) {
            source.elements[position] = element
        } else {
            let end = source.elements.lastIndex { if case .column = $0.kind { true } else { false } }
            source.elements.insert(element, at: (end ?? -1) + 1)
        }
    }

    private mutating func add(_ index: Index) {
        guard !snapshot.shape.hasIndex(covering: index) else { return }
        let name = free(index.name(onTable: snapshot.name, traits: dialect.traits))
        append(.index, "KEY \(dialect.quote(name)) (\(dialect.list(index.columns)))", index.columns)
    }

    private mutating func add(_ key: UniqueKey) {
        guard snapshot.shape.uniqueKeys(covering: key.columns).isEmpty else { return }
        let name = free(key.name(onTable: snapshot.name))
        append(.uniqueKey, "UNIQUE KEY \(dialect.quote(name)) (\(dialect.list(key.columns)))", key.columns)
    }

    private mutating func remove(_ key: UniqueKey) {
        source.elements.removeAll { $0.kind == .uniqueKey && Set($0.columns) == Set(key.columns) }
    }

    /// The rows are placed by it as well: it has to hold all columns of the shard key.
    private mutating func setPrimaryKey(_ columns: [String]) {
        // An index over the same columns would be a second one of its kind.
        source.elements.removeAll { $0.kind == .primaryKey || $0.kind == .index && $0.columns == columns }
        append(.primaryKey, "", columns)
        if !source.isReference { setShardKey(columns) }
    }

    private mutating func setShardKey(_ columns: [String]) {
        source.elements.removeAll { $0.kind == .shardKey }
        append(.shardKey, "", columns)
    }

    private mutating func append(_ kind: SingleStoreTableSource.Kind, _ text: String, _ columns: [String]) {
        source.elements.append(SingleStoreTableSource.Element(kind: kind, text: text, columns: columns))
    }

    private mutating func free(_ wanted: String) -> String {
        MySQLNames.free(wanted, onTable: snapshot.name, among: &taken)
    }
}
