package import AgnoSchema

// What neutral changes become on SingleStore.
extension SingleStoreDialect {
    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        create(shape, named: table, storage: nil)
    }

    package func createComparingBytes(_ shape: TableShape, named table: String) -> [SQLStatement] {
        create(shape, named: table)
    }

    /// The table with its keys, which cannot come later; then its indexes, which must.
    ///
    /// - Parameter storage: how the catalogue says that the table is stored; nil: as the server does it by itself.
    private func create(_ shape: TableShape, named table: String, storage: String?) -> [SQLStatement] {
        var parts = shape.columns.map { column in
            let value = column.defaultValue.map { " DEFAULT \($0)" } ?? ""
            return "\(quote(column.name)) \(column.type)\(column.isNullable ? "" : " NOT NULL")\(value)"
        }
        if !shape.primaryKey.isEmpty { parts.append("PRIMARY KEY (\(list(shape.primaryKey)))") }
        parts += shape.uniqueKeys.map { key in
            let name = key.name.map { quote(MySQLNames.fitted($0, table: table)) + " " } ?? ""
            return "UNIQUE KEY \(name)(\(list(key.columns)))"
        }
        let shardKey = shape.shardKey.isEmpty ? shape.primaryKey : shape.shardKey
        if !shardKey.isEmpty { parts.append("SHARD KEY (\(list(shardKey)))") }
        let kind = storage == "INMEMORY_ROWSTORE" ? "ROWSTORE TABLE" : "TABLE"
        return [SQLStatement("CREATE \(kind) \(self.table(table)) (\n\t\(parts.joined(separator: ", \n\t"))\n)")]
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
        if changes.contains(where: needsNewTable) { return .swap(swap(changes, of: snapshot, in: context, now: now)) }
        var statements: [SQLStatement] = []
        var taken = snapshot.namesInUse
        let table = table(snapshot.name)
        for change in changes {
            switch change {
            case .createTable(let type): statements += complete(type, existing: all[type], in: context)
            case .dropTable(let type):
                statements.append(SQLStatement("DROP TABLE \(self.table(all[type]?.name ?? context.names[type]))"))
            case .addColumn(let column, _), .restoreColumn(let column):
                statements.append(SQLStatement("ALTER TABLE \(table) ADD COLUMN \(columnText(column))"))
            case .dropColumn(let column):
                statements.append(SQLStatement("ALTER TABLE \(table) DROP COLUMN \(quote(column.name))"))
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
        _ type: TableType, existing: TableSnapshot?, in context: SchemaContext
    ) -> [SQLStatement] {
        let definition = TableDefinition.baseline(type, for: traits)
        let name = context.names[type]
        guard let existing else { return create(definition.shape(in: context, named: name), named: name) }
        var taken = existing.namesInUse
        let table = table(existing.name)
        let columns = definition.columns.map { $0.resolved(for: traits) }
            .filter { existing.shape.column($0.name) == nil }
            .map { SQLStatement("ALTER TABLE \(table) ADD COLUMN \(quote($0.name)) \(traits.typeName($0.type))") }
        let indexes = definition.indexes.filter { !existing.shape.hasIndex(covering: $0) }.map { index in
            let wanted = index.name(onTable: existing.name, traits: traits)
            return create(
                index, named: MySQLNames.free(wanted, onTable: existing.name, among: &taken), on: existing.name)
        }
        return columns + indexes
    }

    // MARK: A new table in the old one's place

    private func swap(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, in context: SchemaContext, now: Int64
    ) -> TableSwap {
        let (old, aside) = (table(snapshot.name), table(MySQLNames.aside(snapshot.name)))
        let successor = MySQLNames.successor(snapshot.name)
        var shape = snapshot.shape
        for change in changes { apply(change, to: &shape, of: snapshot.name) }
        let columns = shape.columns.map(\.name).filter { !snapshot.generatedColumns.contains($0) }
        let values = columns.map { value(of: $0, in: snapshot, changes) }
        // A table of any size may be waited for in the only place where it is asked for.
        let copy = SQLStatement(
            "INSERT INTO \(table(successor)) (\(list(columns))) SELECT \(values.joined(separator: ", ")) FROM \(aside)",
            values.contains { $0.contains("?1") } ? [.integer(now)] : [])
        return TableSwap(
            prepare: [SQLStatement("DROP TABLE IF EXISTS \(table(successor))")]
                + create(shape, named: successor, storage: snapshot.source),
            takeAway: SQLStatement("ALTER TABLE \(old) RENAME TO \(aside)"),
            copy: [copy],
            oldCount: SQLStatement("SELECT COUNT(*) FROM \(aside)"),
            newCount: SQLStatement("SELECT COUNT(*) FROM \(table(successor))"),
            exchange: SQLStatement("ALTER TABLE \(table(successor)) RENAME TO \(old)"),
            dropOld: SQLStatement("DROP TABLE \(aside)"),
            undo: [
                SQLStatement("ALTER TABLE \(aside) RENAME TO \(old)"),
                SQLStatement("DROP TABLE \(table(successor))"),
            ])
    }

    /// What the change does to a table of this name; another table's changes are none of its business.
    private func apply(_ change: SchemaChange, to shape: inout TableShape, of table: String) {
        var shapes = [TableType.sessions: shape]
        let context = SchemaContext(traits: traits, names: TableNames([.sessions: table]))
        // What a version no longer declares stays as a backup.
        if case .retireColumn = change { return }
        change.apply(to: &shapes, of: .sessions, in: context)
        shape = shapes[.sessions] ?? shape
        if case .addPrimaryKey(let columns, _) = change { shape.shardKey = columns }
    }

    /// The expression for a column's value in the new table.
    private func value(of column: String, in snapshot: TableSnapshot, _ changes: [SchemaChange]) -> String {
        let isThere = snapshot.shape.column(column) != nil
        for case .addColumn(let added, let fill) in changes where added.name == column {
            switch fill {
            case .none: break
            case .constant(let text):
                return isThere ? "COALESCE(\(quote(column)), \(literal(text)))" : literal(text)
            case .copied(let source):
                let own = isThere ? [quote(column)] : []
                let other = snapshot.shape.column(source) == nil ? [] : [quote(source)]
                return "COALESCE(\((own + other + ["?1"]).joined(separator: ", ")))"
            }
        }
        return isThere ? quote(column) : "NULL"
    }

    package func putAside(_ snapshot: TableSnapshot) -> SQLStatement? {
        SQLStatement("ALTER TABLE \(table(snapshot.name)) RENAME TO \(table(MySQLNames.aside(snapshot.name)))")
    }

    package func bringBack(_ aside: AsideTable, of type: TableType, as name: String) -> [SQLStatement] {
        let (old, here) = (table(aside.name), table(name))
        let discard = aside.successor.map { [SQLStatement("DROP TABLE \(table($0))")] } ?? []
        guard let columns = aside.commonColumns else {
            return [SQLStatement("ALTER TABLE \(old) RENAME TO \(here)")] + discard
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
        guard aside.successor != nil else { return [SQLStatement("DROP TABLE \(old)")] }
        // Another program made the table between the two names' exchange; its rows join those that were there before.
        return [
            SQLStatement("INSERT IGNORE INTO \(old) (\(list)) SELECT \(list) FROM \(here)"),
            SQLStatement("DROP TABLE \(here)"),
            SQLStatement("ALTER TABLE \(old) RENAME TO \(here)"),
        ] + discard
    }
}
