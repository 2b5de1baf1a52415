package import AgnoSchema

// Changes that PostgreSQL makes to a table in use.
extension PostgreSQLDialect {
    /// Adds columns that write no row, and builds the step's indexes and keys concurrently; the step's transaction then
    /// only attaches them. A step that rewrites the table gains nothing: a rewrite rebuilds every index.
    package func onlineWork(for changes: [SchemaChange], of snapshot: TableSnapshot) -> OnlineWork? {
        let conversion = columnConversion(for: changes, of: snapshot)
        let exchanged = conversion?.stage == .proven ? conversion?.columns ?? [] : []
        let rewrites = changes.contains {
            if case .changeType(let name, _, _) = $0 { !exchanged.contains(name) } else { false }
        }
        guard !rewrites else { return nil }
        let columns = onlineColumns(for: changes, of: snapshot)
        let known = Set(snapshot.shape.columns.map(\.name) + columns.map(\.column.name))
        var taken = snapshot.namesInUse
        let builds = changes.compactMap { change -> OnlineWork.Build? in
            guard let wanted = onlineIndex(for: change, of: snapshot), Set(wanted.index.columns).isSubset(of: known)
            else { return nil }
            let name = Self.free(wanted.name, onTable: snapshot.name, among: &taken)
            return OnlineWork.Build(
                index: TableShape.NamedIndex(name: name, index: wanted.index),
                create: createIndex(wanted.index, named: name, on: snapshot.name, concurrently: true),
                undo: dropIndexConcurrently(name))
        }
        guard !builds.isEmpty else { return nil }
        let leftovers = snapshot.invalidIndexes.filter { invalid in
            changes.contains { onlineIndex(for: $0, of: snapshot)?.index.covers(invalid.index) ?? false }
        }
        return OnlineWork(
            columns: columns,
            begin: [
                // A build waits for older transactions and blocks nobody meanwhile.
                SQLStatement(
                    "SELECT set_config('agno_migrate.lock_timeout', current_setting('lock_timeout'), false), "
                        + "set_config('lock_timeout', '300s', false)")
            ] + leftovers.map { dropIndexConcurrently($0.name) },
            builds: builds,
            end: [
                SQLStatement("SELECT set_config('lock_timeout', current_setting('agno_migrate.lock_timeout'), false)")
            ],
            blockers: SQLStatement(
                "SELECT \(Self.session("a")) FROM pg_stat_activity a WHERE a.datname = current_database() "
                    + "AND a.backend_xmin IS NOT NULL AND a.pid <> pg_backend_pid() ORDER BY a.xact_start LIMIT 3"))
    }

    /// The new columns whose addition changes the catalogue alone.
    private func onlineColumns(for changes: [SchemaChange], of snapshot: TableSnapshot) -> [OnlineWork.NewColumn] {
        var columns: [OnlineWork.NewColumn] = []
        var known = Set(snapshot.shape.columns.map(\.name))
        for case .addColumn(let column, let fill) in changes where !known.contains(column.name) {
            let declared = column.resolved(for: traits)
            var added = TableShape.Column(
                declared.name, type: traits.typeName(declared.type), isNullable: declared.isNullable)
            switch fill {
            case .none: break
            // The default remains until the step is complete, so that a program that does not know the column can write.
            case .constant(let value): added.defaultValue = literal(value)
            case .copied: continue
            }
            let clause = added.defaultValue.map { " DEFAULT \($0)" } ?? ""
            columns.append(
                OnlineWork.NewColumn(
                    column: added,
                    create: SQLStatement(
                        "ALTER TABLE \(table(snapshot.name)) ADD COLUMN \(columnText(added))\(clause)")))
            known.insert(declared.name)
        }
        return columns
    }

    private func dropIndexConcurrently(_ name: String) -> SQLStatement {
        SQLStatement("DROP INDEX CONCURRENTLY IF EXISTS \(table(name))")
    }

    /// The index that a change needs, under the name it is built with.
    private func onlineIndex(for change: SchemaChange, of snapshot: TableSnapshot) -> TableShape.NamedIndex? {
        switch change {
        case .addIndex(let index):
            let name = index.name(onTable: snapshot.name, traits: traits)
            return snapshot.shape.hasIndex(covering: index) ? nil : TableShape.NamedIndex(name: name, index: index)
        case .replaceUniqueKey(_, let key?), .dropPrimaryKey(_, let key?):
            guard snapshot.shape.uniqueKeys(covering: key.columns).isEmpty else { return nil }
            return TableShape.NamedIndex(
                name: Self.onlineName(of: key.name(onTable: snapshot.name)),
                index: Index(on: key.columns, isUnique: true))
        case .addPrimaryKey(let columns, _):
            guard snapshot.shape.primaryKey != columns, keyBuilt(on: columns, of: snapshot) == nil else { return nil }
            return TableShape.NamedIndex(
                name: Self.onlineName(of: "\(snapshot.name)_pkey"), index: Index(on: columns, isUnique: true))
        case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .dropIndex,
            .replaceUniqueKey(_, nil), .dropPrimaryKey(_, nil), .repair:
            return nil
        }
    }

    /// The index that was built to become a key of these columns.
    func keyBuilt(on columns: [String], of snapshot: TableSnapshot) -> TableShape.NamedIndex? {
        snapshot.shape.indexes.first { named in
            named.name.contains(Self.onlineMark) && named.index.isUnique && named.index.predicate == nil
                && named.index.columns == columns
        }
    }

    /// Marks an index that is to become a key, as opposed to one that is meant to be an index.
    private static let onlineMark = "_agno_migrate"

    private static func onlineName(of key: String) -> String { key + onlineMark }
}
