package import AgnoSchema

// Lowers neutral schema changes to SQLite statements.
extension SQLiteDialect {
    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        var parts = shape.columns.map(columnText)
        if !shape.primaryKey.isEmpty { parts.append(primaryKeyText(shape.primaryKey)) }
        parts += shape.uniqueKeys.map { constraintText($0.columns, named: $0.name) }
        parts += shape.references.map { "FOREIGN KEY\(referenceText($0))" }
        return [createTable(table, parts)] + shape.indexes.map { createIndex($0.index, named: $0.name, on: table) }
    }

    /// Index names are unique in the whole file.
    package func create(_ shape: TableShape, named table: String, beside parent: TableSnapshot) -> [SQLStatement] {
        var shape = shape
        for position in shape.indexes.indices {
            shape.indexes[position].name = Self.free(shape.indexes[position].name, among: parent.takenNames)
        }
        return create(shape, named: table)
    }

    /// Every string is compared byte by byte.
    package func createComparingBytes(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        create(shape, named: table)
    }

    package func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering {
        guard !changes.isEmpty else { return .skipped(because: "nothing to change") }
        if changes.contains(where: { needsRebuild($0, of: snapshot) }) {
            return rebuild(snapshot, for: changes, in: context, now: now)
        }
        var seen: Set<SQLStatement> = []
        // An index may be dropped for itself and for its column; once is enough.
        return .statements(
            changes.flatMap { simple($0, of: snapshot, among: all, in: context) }.filter { seen.insert($0).inserted })
    }

    /// Whether SQLite has no statement for the change.
    func needsRebuild(_ change: SchemaChange, of snapshot: TableSnapshot) -> Bool {
        switch change {
        case .addColumn(_, let fill): fill != .none
        case .changeType, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair: true
        case .dropColumn(let column):
            // SQLite drops no column while some view or trigger of the file does not work, whatever it is about.
            !supportsDropColumn || snapshot.isAmongViewsOrTriggers
                || snapshot.shape.primaryKey.contains(column.name)
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
        case .createTable, .dropTable:
            return statements(forOtherTable: change, beside: snapshot, among: all, in: context) ?? []
        case .addColumn(let column, _), .restoreColumn(let column):
            return [SQLStatement("ALTER TABLE \(table) ADD COLUMN \(columnText(column, in: snapshot))")]
        case .dropColumn(let column):
            return dropIndexes(of: snapshot) { $0.needs(column.name) }
                + [SQLStatement("ALTER TABLE \(table) DROP COLUMN \(quote(column.name))")]
        case .addIndex(let index): return [addIndex(index, to: snapshot)]
        case .dropIndex(let index): return dropIndexes(of: snapshot) { $0.covers(index) }
        case .retireColumn, .changeType, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair: return []
        }
    }

    /// A column in the types that the table allows: a STRICT one allows only a few (stricttables.html).
    func columnText(_ column: Column, in snapshot: TableSnapshot) -> String {
        let declared = column.resolved(for: traits)
        return columnText(declared.name, typeName(declared.type, in: snapshot), isNullable: declared.isNullable)
    }

    /// The name of a type in a table: a STRICT one has only a few.
    func typeName(_ type: ColumnType, in snapshot: TableSnapshot) -> String {
        guard let source = snapshot.source, SQLiteTableSource.isStrict(source) else { return traits.typeName(type) }
        return Self.strictTypes(of: type)[0]
    }

    /// A STRICT table's type as Agno declares it, where it holds the same values.
    func declaredType(ofStrict type: String, _ declared: ColumnType?) -> String {
        guard let declared, Self.strictTypes(of: declared).contains(type.uppercased()) else { return type }
        return traits.typeName(declared)
    }

    /// The types by which a STRICT table can hold a column's values; the first is the one of new columns.
    private static func strictTypes(of type: ColumnType) -> [String] {
        switch type {
        case .identifier, .text, .freeText, .prose, .document, .unlimited, .json, .parsedJSON, .date: ["TEXT", "ANY"]
        case .bigInteger, .integer, .boolean: ["INTEGER", "INT", "ANY"]
        }
    }

    // MARK: Indexes

    func addIndex(_ index: Index, to snapshot: TableSnapshot) -> SQLStatement {
        // Another index may have the name already; what an index covers matters, so the new one is renamed.
        let name = Self.free(index.name(onTable: snapshot.name, traits: traits), among: snapshot.takenNames)
        return createIndex(index, named: name, on: snapshot.name)
    }

    /// The name, or the first of `name_2`, `name_3`… that is free.
    static func free(_ name: String, among taken: Set<String>) -> String {
        guard taken.contains(name.foldingASCII) else { return name }
        var attempt = 2
        while taken.contains("\(name)_\(attempt)".foldingASCII) { attempt += 1 }
        return "\(name)_\(attempt)"
    }

    private func dropIndexes(of snapshot: TableSnapshot, where matches: (Index) -> Bool) -> [SQLStatement] {
        snapshot.shape.indexes.filter { matches($0.index) }.map { SQLStatement("DROP INDEX \(quote($0.name))") }
    }

    // MARK: Rebuild

    /// All changes in one new table: create, copy, drop, rename, then indexes and triggers as they were
    /// (lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
    ///
    /// Foreign keys are off on the connection for the whole run; the engine checks them before it commits.
    private func rebuild(
        _ snapshot: TableSnapshot, for changes: [SchemaChange], in context: SchemaContext, now: Int64
    ) -> Lowering {
        guard let sql = snapshot.source, let source = SQLiteTableSource(sql) else {
            return .skipped(because: "the catalogue's text of \(snapshot.name) cannot be read")
        }
        var rebuild = SQLiteRebuild(dialect: self, snapshot: snapshot, source: source, context: context, now: now)
        for change in changes { rebuild.add(change) }
        return .rebuild(rebuild.statements)
    }
}

extension TableSnapshot {
    /// Every name that a new index cannot have, folded.
    fileprivate var takenNames: Set<String> {
        namesInUse.union(dependents.filter { $0.kind == .index }.map { $0.name.foldingASCII })
    }
}
