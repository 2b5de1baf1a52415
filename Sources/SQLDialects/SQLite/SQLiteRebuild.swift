import AgnoSchema

/// The table that takes another's place, with all changes, and the statements that put it there.
struct SQLiteRebuild {
    private let dialect: SQLiteDialect
    private let snapshot: TableSnapshot
    private let context: SchemaContext
    private let now: Int64
    private var source: SQLiteTableSource
    /// The columns that are copied; others keep their default or are computed.
    private var copied: [String]
    /// The values of columns that are not copied as they are.
    private var expressions: [String: String] = [:]
    private var bindings: [SQLValue] = []
    private var droppedIndexes: Set<String> = []
    private var newIndexes: [Index] = []

    init(
        dialect: SQLiteDialect, snapshot: TableSnapshot, source: SQLiteTableSource, context: SchemaContext, now: Int64
    ) {
        self.context = context
        self.dialect = dialect
        self.snapshot = snapshot
        self.source = source
        self.now = now
        copied = snapshot.shape.columns.map(\.name).filter { !snapshot.generatedColumns.contains($0) }
    }

    private func quote(_ name: String) -> String { dialect.quote(name) }

    mutating func add(_ change: SchemaChange) {
        switch change {
        case .addColumn(let column, let fill): add(column, fill)
        case .restoreColumn(let column):
            source.addColumn(dialect.columnText(column, in: snapshot), named: column.name)
        case .dropColumn(let column):
            source.removeColumn(column.name)
            copied.removeAll { $0 == column.name }
            dropIndexes { $0.needs(column.name) }
        case .changeType(let name, _, let type):
            source.changeType(ofColumn: name, to: dialect.typeName(type, in: snapshot))
        case .addIndex(let index): newIndexes.append(index)
        case .dropIndex(let index): dropIndexes { $0.covers(index) }
        case .replaceUniqueKey(let old, let new):
            if let old {
                source.removeUniqueKeys(covering: old.columns)
                dropIndexes { $0.isUnique && $0.predicate == nil && Set($0.columns) == Set(old.columns) }
            }
            if let new, snapshot.shape.uniqueKeys(covering: new.columns).isEmpty { add(new) }
        case .addPrimaryKey(let columns, let key):
            if let key { source.removeUniqueKeys(covering: key.columns) }
            source.removePrimaryKey()
            source.addConstraint(dialect.primaryKeyText(columns))
        case .dropPrimaryKey(_, let key):
            source.removePrimaryKey()
            if let key { add(key) }
        case .repair(.requireValue(let column)): source.requireValue(ofColumn: column.name, keepingDefault: true)
        case .repair(.addForeignKey(let key)):
            source.addConstraint("FOREIGN KEY\(dialect.referenceText(key.reference(in: context)))")
        case .repair(.bindToRuns), .repair(.retype), .repair(.dropLeftovers), .createTable, .dropTable, .retireColumn:
            break
        }
    }

    private mutating func add(_ key: UniqueKey) {
        source.addConstraint(dialect.constraintText(key.columns, named: key.name(onTable: snapshot.name)))
    }

    private mutating func dropIndexes(where matches: (Index) -> Bool) {
        droppedIndexes.formUnion(snapshot.shape.indexes.filter { matches($0.index) }.map(\.name))
    }

    private mutating func add(_ column: Column, _ fill: ColumnFill) {
        let name = column.name
        if snapshot.shape.column(name) == nil {
            source.addColumn(dialect.columnText(column, in: snapshot), named: name)
            if fill != .none { copied.append(name) }
        } else if !column.isNullable {
            source.requireValue(ofColumn: name)
        }
        expressions[name] = expression(for: fill, of: name)
    }

    private mutating func expression(for fill: ColumnFill, of name: String) -> String? {
        var candidates = snapshot.shape.column(name) == nil ? [] : [quote(name)]
        switch fill {
        case .none: return nil
        case .constant(let text): bindings.append(.text(text))
        case .copied(let source):
            if snapshot.shape.column(source) != nil { candidates.append(quote(source)) }
            bindings.append(.integer(now))
        }
        candidates.append(dialect.placeholder(bindings.count))
        return candidates.count == 1 ? candidates[0] : "COALESCE(\(candidates.joined(separator: ", ")))"
    }

    var statements: [SQLStatement] {
        let name = SQLiteDialect.free("\(snapshot.name)__agno_migrate", among: snapshot.namesInUse)
        let (table, temporary) = (quote(snapshot.name), quote(name))
        let values = copied.map { expressions[$0] ?? quote($0) }
        let rowid = rowidName.map { [$0] } ?? []
        var remaining = snapshot
        remaining.dependents.removeAll { $0.kind == .index && droppedIndexes.contains($0.name) }
        let kept = remaining
        return [
            SQLStatement(source.statement(named: temporary, formerly: snapshot.name)),
            SQLStatement(
                "INSERT INTO \(temporary) (\((rowid + copied.map(quote)).joined(separator: ", "))) "
                    + "SELECT \((rowid + values).joined(separator: ", ")) FROM \(table)", bindings),
        ] + bookkeeping(passedTo: name) + [
            SQLStatement("DROP TABLE \(table)"),
            // Without this the rename would check views and triggers that name the table just dropped.
            SQLStatement("PRAGMA legacy_alter_table = ON"),
            SQLStatement("ALTER TABLE \(temporary) RENAME TO \(table)"),
            SQLStatement("PRAGMA legacy_alter_table = OFF"),
        ] + kept.dependents.filter { $0.kind == .index }.map { SQLStatement($0.sql) }
            + newIndexes.map { dialect.addIndex($0, to: kept) }
            + kept.dependents.filter(isOnTable).map { SQLStatement($0.sql) } + bookkeeping(takenFrom: name)
    }

    private func isOnTable(_ object: DependentObject) -> Bool {
        object.kind == .trigger
            && SQLiteTrigger(name: object.name, sql: object.sql)?.table == snapshot.name.foldingASCII
    }

    // MARK: What others know the rows by

    /// The name by which the rows' numbers can be copied: full-text indexes and others know a row by it. Nil if the table
    /// has none, or a column that is the number.
    private var rowidName: String? {
        guard let text = snapshot.source, !SQLiteTableSource.isWithoutRowid(text) else { return nil }
        let key = snapshot.shape.primaryKey
        if key.count == 1, snapshot.shape.column(key[0])?.type.uppercased() == "INTEGER" { return nil }
        return snapshot.freeRowidName
    }

    private var hasAutoincrement: Bool { snapshot.source.map(SQLiteTableSource.hasAutoincrement) ?? false }

    private var statistics: [String] {
        ["sqlite_stat1", "sqlite_stat4"].filter(snapshot.namesInUse.contains)
    }

    /// Before the old table goes, which would take its counter and its statistics along.
    private func bookkeeping(passedTo name: String) -> [SQLStatement] {
        let (new, old) = (SQLValue.text(name), SQLValue.text(snapshot.name))
        var statements = statistics.map { SQLStatement("UPDATE \($0) SET tbl = ?1 WHERE tbl = ?2", [new, old]) }
        if hasAutoincrement {
            statements += [
                SQLStatement("DELETE FROM sqlite_sequence WHERE name = ?1", [new]),
                SQLStatement(
                    "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, seq FROM sqlite_sequence WHERE name = ?2",
                    [new, old]),
            ]
        }
        return statements
    }

    /// Statistics of indexes that are gone go, too.
    private func bookkeeping(takenFrom name: String) -> [SQLStatement] {
        statistics.flatMap { table in
            [
                SQLStatement(
                    "UPDATE \(table) SET tbl = ?1 WHERE tbl = ?2", [.text(snapshot.name), .text(name)]),
                SQLStatement(
                    "DELETE FROM \(table) WHERE tbl = ?1 AND idx NOT IN (SELECT name FROM pragma_index_list(?1))",
                    [.text(snapshot.name)]),
            ]
        }
    }
}

extension TableSnapshot {
    /// A name of the rows' numbers that no column has.
    var freeRowidName: String? {
        let taken = Set(shape.columns.map { $0.name.foldingASCII })
        return ["rowid", "_rowid_", "oid"].first { !taken.contains($0) }
    }
}
