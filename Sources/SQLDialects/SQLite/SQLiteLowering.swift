package import AgnoSchema

// What neutral changes become on SQLite.
extension SQLiteDialect {
    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        var parts = shape.columns.map { "\(quote($0.name)) \($0.type)\($0.isNullable ? "" : " NOT NULL")" }
        if !shape.primaryKey.isEmpty { parts.append("PRIMARY KEY (\(list(shape.primaryKey)))") }
        parts += shape.uniqueKeys.map { key in
            (key.name.map { "CONSTRAINT \(quote($0)) " } ?? "") + "UNIQUE (\(list(key.columns)))"
        }
        parts += shape.references.map { reference in
            "FOREIGN KEY(\(list(reference.columns))) REFERENCES \(quote(reference.parent)) "
                + "(\(list(reference.parentColumns))) ON DELETE CASCADE"
        }
        let create = "CREATE TABLE \(quote(table)) (\n\t\(parts.joined(separator: ", \n\t"))\n)"
        return [SQLStatement(create)] + shape.indexes.map { statement(for: $0.index, named: $0.name, on: table) }
    }

    package func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering {
        guard !changes.isEmpty else { return .skipped(because: "nothing to change") }
        if changes.contains(where: { needsRebuild($0, of: snapshot) }) {
            return rebuild(snapshot, for: changes, now: now)
        }
        var seen: Set<SQLStatement> = []
        // An index may be dropped for its own sake and for its column's; once is enough.
        return .statements(
            changes.flatMap { simple($0, of: snapshot, among: all, in: context) }.filter { seen.insert($0).inserted })
    }

    /// Whether SQLite has no statement for the change.
    private func needsRebuild(_ change: SchemaChange, of snapshot: TableSnapshot) -> Bool {
        switch change {
        case .addColumn(_, let fill): fill != .none
        case .changeType, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey: true
        case .dropColumn(let column):
            !supportsDropColumn || snapshot.shape.primaryKey.contains(column.name)
                || snapshot.shape.uniqueKeys.contains { $0.columns.contains(column.name) }
        case .createTable, .dropTable, .retireColumn, .restoreColumn, .addIndex, .dropIndex: false
        }
    }

    private func simple(
        _ change: SchemaChange, of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext
    ) -> [SQLStatement] {
        let table = quote(snapshot.name)
        switch change {
        case .createTable(let type): return complete(type, existing: all[type], beside: snapshot, in: context)
        case .dropTable(let type): return [SQLStatement("DROP TABLE \(quote(all[type]?.name ?? context.names[type]))")]
        case .addColumn(let column, _), .restoreColumn(let column):
            return [SQLStatement("ALTER TABLE \(table) ADD COLUMN \(columnText(column, in: snapshot))")]
        case .dropColumn(let column):
            return dropIndexes(of: snapshot) { $0.needs(column.name) }
                + [SQLStatement("ALTER TABLE \(table) DROP COLUMN \(quote(column.name))")]
        case .addIndex(let index): return [addIndex(index, to: snapshot)]
        case .dropIndex(let index): return dropIndexes(of: snapshot) { $0.covers(index) }
        case .retireColumn, .changeType, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey: return []
        }
    }

    /// Makes a table, or adds to an existing one what it lacks.
    private func complete(
        _ type: TableType, existing: TableSnapshot?, beside snapshot: TableSnapshot, in context: SchemaContext
    ) -> [SQLStatement] {
        let definition = TableDefinition.baseline(type, for: traits)
        guard let existing else {
            var shape = definition.shape(in: context, named: context.names[type])
            let taken = snapshot.namesInUse.union(snapshot.dependents.map { $0.name.lowercased() })
            for position in shape.indexes.indices {
                shape.indexes[position].name = Self.free(shape.indexes[position].name, among: taken)
            }
            return create(shape, named: context.names[type])
        }
        let columns = definition.columns.filter { existing.shape.column($0.name) == nil }.map { column in
            let declared = column.resolved(for: traits)
            return SQLStatement(
                "ALTER TABLE \(quote(existing.name)) ADD COLUMN \(columnText(.optional(declared.name, declared.type)))")
        }
        let indexes = definition.indexes.filter { !existing.shape.hasIndex(covering: $0) }
        return columns + indexes.map { addIndex($0, to: existing) }
    }

    /// A column as the table may have it: a STRICT one knows a few types only (stricttables.html).
    private func columnText(_ column: Column, in snapshot: TableSnapshot) -> String {
        let text = columnText(column)
        guard let source = snapshot.source, SQLiteTableSource.isStrict(source) else { return text }
        let declared = column.resolved(for: traits)
        let affinity = Self.affinity(of: traits.typeName(declared.type))
        let type = affinity == "NUMERIC" ? "ANY" : affinity
        return "\(quote(declared.name)) \(type)\(declared.isNullable ? "" : " NOT NULL")"
    }

    // MARK: Indexes

    private func addIndex(_ index: Index, to snapshot: TableSnapshot) -> SQLStatement {
        // Another index may have taken the name; what an index covers counts, so ours gives way.
        let taken = snapshot.namesInUse.union(snapshot.dependents.map { $0.name.lowercased() })
        let name = Self.free(index.name(onTable: snapshot.name, traits: traits), among: taken)
        return statement(for: index, named: name, on: snapshot.name)
    }

    /// The name, or the first of `name_2`, `name_3`… that nothing has yet.
    private static func free(_ name: String, among taken: Set<String>) -> String {
        guard taken.contains(name.lowercased()) else { return name }
        var attempt = 2
        while taken.contains("\(name)_\(attempt)".lowercased()) { attempt += 1 }
        return "\(name)_\(attempt)"
    }

    private func statement(for index: Index, named name: String, on table: String) -> SQLStatement {
        let predicate =
            switch index.predicate {
            case .isNull(let column): " WHERE \(quote(column)) IS NULL"
            case .isNotNull(let column): " WHERE \(quote(column)) IS NOT NULL"
            case .other(let text): " WHERE \(text)"
            case nil: ""
            }
        let unique = index.isUnique ? "UNIQUE " : ""
        return SQLStatement(
            "CREATE \(unique)INDEX \(quote(name)) ON \(quote(table)) (\(list(index.columns)))\(predicate)")
    }

    private func dropIndexes(of snapshot: TableSnapshot, where matches: (Index) -> Bool) -> [SQLStatement] {
        snapshot.shape.indexes.filter { matches($0.index) }.map { SQLStatement("DROP INDEX \(quote($0.name))") }
    }

    private func uniqueText(_ key: UniqueKey, onTable table: String) -> String {
        "CONSTRAINT \(quote(key.name(onTable: table))) UNIQUE (\(list(key.columns)))"
    }

    // MARK: Rebuild

    /// All changes in one new table: create, copy, drop, rename, then indexes and triggers as they were
    /// (lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
    ///
    /// Foreign keys are off on the connection for the whole run; the engine checks them before it commits.
    private func rebuild(_ snapshot: TableSnapshot, for changes: [SchemaChange], now: Int64) -> Lowering {
        guard let sql = snapshot.source, var source = SQLiteTableSource(sql) else {
            return .skipped(because: "the catalogue's text of \(snapshot.name) cannot be read")
        }
        var copied = snapshot.shape.columns.map(\.name).filter { !snapshot.generatedColumns.contains($0) }
        var expressions: [String: String] = [:]
        var bindings: [SQLValue] = []
        var droppedIndexes: Set<String> = []
        var newIndexes: [Index] = []
        for change in changes {
            switch change {
            case .addColumn(let column, let fill):
                let name = column.name
                let exists = snapshot.shape.column(name) != nil
                if exists {
                    if !column.isNullable { source.requireValue(ofColumn: name) }
                } else {
                    source.addColumn(columnText(column, in: snapshot), named: name)
                    if fill != .none { copied.append(name) }
                }
                expressions[name] = fillExpression(fill, of: name, in: snapshot, now: now, bindings: &bindings)
            case .restoreColumn(let column):
                source.addColumn(columnText(column, in: snapshot), named: column.name)
            case .dropColumn(let column):
                source.removeColumn(column.name)
                copied.removeAll { $0 == column.name }
                for named in snapshot.shape.indexes where named.index.needs(column.name) {
                    droppedIndexes.insert(named.name)
                }
            case .changeType(let name, _, let type):
                source.changeType(ofColumn: name, to: traits.typeName(type))
            case .addIndex(let index): newIndexes.append(index)
            case .dropIndex(let index):
                for named in snapshot.shape.indexes where named.index.covers(index) {
                    droppedIndexes.insert(named.name)
                }
            case .replaceUniqueKey(let old, let new):
                if let old {
                    source.removeUniqueKeys(covering: old.columns)
                    let covering = snapshot.shape.indexes.filter {
                        $0.index.isUnique && $0.index.predicate == nil && Set($0.index.columns) == Set(old.columns)
                    }
                    droppedIndexes.formUnion(covering.map(\.name))
                }
                if let new, snapshot.shape.uniqueKeys(covering: new.columns).isEmpty {
                    source.addConstraint(uniqueText(new, onTable: snapshot.name))
                }
            case .addPrimaryKey(let columns, let key):
                if let key { source.removeUniqueKeys(covering: key.columns) }
                source.removePrimaryKey()
                source.addConstraint("PRIMARY KEY (\(list(columns)))")
            case .dropPrimaryKey(_, let key):
                source.removePrimaryKey()
                if let key { source.addConstraint(uniqueText(key, onTable: snapshot.name)) }
            case .createTable, .dropTable, .retireColumn: break
            }
        }

        let temporary = Self.free("\(snapshot.name)__agno_migrate", among: snapshot.namesInUse)
        let values = copied.map { expressions[$0] ?? quote($0) }.joined(separator: ", ")
        var statements = [
            SQLStatement(source.statement(named: quote(temporary))),
            SQLStatement(
                "INSERT INTO \(quote(temporary)) (\(list(copied))) SELECT \(values) FROM \(quote(snapshot.name))",
                bindings),
            SQLStatement("DROP TABLE \(quote(snapshot.name))"),
            // Without this the rename would look at views and triggers that name the table dropped a moment ago.
            SQLStatement("PRAGMA legacy_alter_table = ON"),
            SQLStatement("ALTER TABLE \(quote(temporary)) RENAME TO \(quote(snapshot.name))"),
            SQLStatement("PRAGMA legacy_alter_table = OFF"),
        ]
        var remaining = snapshot
        remaining.dependents.removeAll { $0.kind == .index && droppedIndexes.contains($0.name) }
        statements += remaining.dependents.filter { $0.kind == .index }.map { SQLStatement($0.sql) }
        statements += newIndexes.map { addIndex($0, to: remaining) }
        statements += remaining.dependents.filter { $0.kind == .trigger }.map { SQLStatement($0.sql) }
        return .rebuild(statements)
    }

    private func fillExpression(
        _ fill: ColumnFill, of name: String, in snapshot: TableSnapshot, now: Int64, bindings: inout [SQLValue]
    ) -> String? {
        var candidates = snapshot.shape.column(name) == nil ? [] : [quote(name)]
        switch fill {
        case .none: return nil
        case .constant(let text):
            bindings.append(.text(text))
            candidates.append(placeholder(bindings.count))
        case .copied(let source):
            if snapshot.shape.column(source) != nil { candidates.append(quote(source)) }
            bindings.append(.integer(now))
            candidates.append(placeholder(bindings.count))
        }
        return candidates.count == 1 ? candidates[0] : "COALESCE(\(candidates.joined(separator: ", ")))"
    }
}
