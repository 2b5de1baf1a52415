package import AgnoSchema

// Lowers neutral schema changes to SingleStore statements.
extension SingleStoreDialect {
    package func createComparingBytes(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        create(shape, named: table, collation: sessions.flatMap(collationOfIDs))
    }

    package func createParking(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        create(shape, named: table, collation: MySQLTypes.byteOrder)
    }

    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        create(shape, named: table, collation: nil)
    }

    /// The collation of a sessions table's ids, if the server reports it.
    private func collationOfIDs(_ sessions: TableSnapshot) -> String? {
        sessions.collation ?? sessions.source.flatMap(SingleStoreTableSource.init)?.collation(of: "session_id")
    }

    /// Children's session ids are compared with the parent's.
    package func create(_ shape: TableShape, named table: String, beside parent: TableSnapshot) -> [SQLStatement] {
        create(shape, named: table, collation: collationOfIDs(parent))
    }

    /// The table with its keys, which cannot be added later; then its indexes, which can.
    ///
    /// - Parameter collation: of its strings, which are compared with another table's; nil for the server's default.
    ///   Unquoted: it comes from the catalogue.
    private func create(_ shape: TableShape, named table: String, collation: String?) -> [SQLStatement] {
        let clause = collation.map { " CHARACTER SET \($0.prefix { $0 != "_" }) COLLATE \($0)" } ?? ""
        var parts = shape.columns.map { column in
            let value = column.defaultValue.map { " DEFAULT \($0)" } ?? ""
            let isText = column.type.hasPrefix("VARCHAR") || column.type.hasSuffix("TEXT")
            let type = column.type + (isText ? clause : "")
            return columnText(column.name, type, isNullable: column.isNullable) + value
        }
        parts += keyTexts(of: shape, named: table)
        let shardKey = shape.shardKey.isEmpty ? shape.primaryKey : shape.shardKey
        if !shardKey.isEmpty { parts.append("SHARD KEY (\(list(shardKey)))") }
        return [createTable(table, parts)]
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
            if let other = self.statements(forOtherTable: change, beside: snapshot, among: all, in: context) {
                statements += other
            }
            switch change {
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
            case .createTable, .dropTable, .retireColumn, .changeType, .replaceUniqueKey, .addPrimaryKey,
                .dropPrimaryKey, .repair:
                break
            }
        }
        return .statements(statements)
    }

    /// Keys and NOT NULL are fixed at a table's creation.
    private func needsNewTable(_ change: SchemaChange) -> Bool {
        switch change {
        case .addColumn(_, let fill): fill != .none
        case .changeType, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair: true
        case .createTable, .dropTable, .dropColumn, .retireColumn, .restoreColumn, .addIndex, .dropIndex: false
        }
    }

    package func missingIndexes(
        of shape: TableShape, named table: String, using runner: any StatementRunner
    ) throws -> [SQLStatement] {
        guard let existing = try snapshot(named: table, using: runner) else { return [] }
        var taken = existing.namesInUse
        return shape.indexes.filter { !existing.shape.hasIndex(covering: $0.index) }.map { wanted in
            let name = MySQLNames.free(wanted.name, onTable: existing.name, among: &taken)
            return create(wanted.index, named: name, on: existing.name)
        }
    }

    /// Seconds that a schema change waits for running statements; later statements queue behind it.
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
            return .skipped(because: "cannot parse the server's CREATE TABLE text")
        }
        guard source.columns(of: .foreignKey) == nil else {
            return .skipped(because: "it has a foreign key, which the new table cannot have")
        }
        return .swap(swap(changes, of: snapshot, source, now: now))
    }

    private func swap(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, _ source: SingleStoreTableSource, now: Int64
    ) -> TableSwap {
        let (old, parked) = (table(snapshot.name), table(MySQLNames.parked(snapshot.name)))
        let successor = table(MySQLNames.successor(snapshot.name))
        var new = SingleStoreNewTable(dialect: self, source: source, snapshot: snapshot)
        for change in changes { new.add(change) }
        let columns = new.columns
        let values = columns.map { value(of: $0, in: source, changes) }
        let create = "CREATE \((source.words + ["TABLE"]).joined(separator: " ")) \(successor)"
        return TableSwap(
            prepare: [
                SQLStatement("DROP TABLE IF EXISTS \(successor)"),
                SQLStatement("\(create) (\n\t\(new.source.parts().joined(separator: ", \n\t"))\n)"),
            ],
            takeAway: rename(old, to: parked),
            // The copy has no timeout: it takes as long as the table is large.
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
        let exists = old.hasColumn(column)
        for case .addColumn(let added, let fill) in changes where added.name == column {
            switch fill {
            case .none: break
            case .constant(let text):
                return exists ? "COALESCE(\(quote(column)), \(literal(text)))" : literal(text)
            case .copied(let source):
                let own = exists ? [quote(column)] : []
                let other = old.hasColumn(source) ? [quote(source)] : []
                return "COALESCE(\((own + other + ["?1"]).joined(separator: ", ")))"
            }
        }
        return exists ? quote(column) : "NULL"
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
            // Another program created a table of that name meanwhile; its rows are newer.
            return [
                SQLStatement("INSERT IGNORE INTO \(here) (\(list)) SELECT \(list) FROM \(old)"),
                SQLStatement("DROP TABLE \(old)"),
            ]
        }
        // Without a successor the new table has already taken the place, and its rows were counted against the old one's.
        guard parked.successor != nil else { return [SQLStatement("DROP TABLE \(old)")] }
        // Another program created the table between the two renames; its rows are merged into the old ones.
        return [
            SQLStatement("INSERT IGNORE INTO \(old) (\(list)) SELECT \(list) FROM \(here)"),
            SQLStatement("DROP TABLE \(here)"),
            rename(old, to: here),
        ] + discard
    }
}
