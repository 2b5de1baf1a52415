package import AgnoSchema

// Lowers neutral schema changes to PostgreSQL statements.
extension PostgreSQLDialect {
    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        var parts = shape.columns.map(columnText)
        if !shape.primaryKey.isEmpty { parts.append(primaryKeyText(shape.primaryKey)) }
        parts += shape.uniqueKeys.map { key in
            constraintText(key.columns, named: key.name.map { Self.fitted($0, table: table) })
        }
        parts += shape.references.map { "FOREIGN KEY \(referenceText($0))" }
        return [createTable(table, parts)]
            + shape.indexes.map { createIndex($0.index, named: Self.fitted($0.name, table: table), on: table) }
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
        var alteration = AlterTable(dialect: self, snapshot: snapshot, context: context, now: now)
        for change in changes {
            if let other = statements(forOtherTable: change, beside: snapshot, among: all, in: context) {
                alteration.after += other
            } else {
                alteration.add(change)
            }
        }
        return .statements(alteration.statements)
    }

    /// Finds JSON that the parsed form refuses: NUL, half a surrogate pair, a number with too many digits.
    package func conversionProbe(_ change: SchemaChange, of snapshot: TableSnapshot) -> ConversionProbe? {
        guard case .changeType(let name, _, .parsedJSON) = change, let column = snapshot.shape.column(name) else {
            return nil
        }
        let key =
            snapshot.shape.primaryKey.first ?? snapshot.shape.uniqueKeys.first?.columns.first
            ?? snapshot.shape.columns.first { $0.name.hasSuffix("id") }?.name ?? column.name
        let (table, value) = (table(snapshot.name), quote(name))
        return ConversionProbe(
            key: key,
            candidates: SQLStatement(
                "SELECT \(quote(key)) FROM \(table) WHERE \(value)::text ~ '\(Self.doubtfulJSON)' ORDER BY 1"),
            attempt: "SELECT COUNT(\(value)::jsonb) FROM \(table) WHERE \(quote(key)) = $1")
    }

    /// NUL; half a surrogate pair without its other half before or after it; an exponent of four digits. Python writes whole
    /// pairs for every emoji, so they must not match.
    private static let doubtfulJSON = [
        #"\\u0000"#, #"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"#,
        #"(?<!(^|[^\\])\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"#, "[0-9][eE][+-]?[0-9]{4}",
    ].joined(separator: "|")
}

/// All changes of one table: one `ALTER TABLE` with every possible action, so that the table is rewritten once at most,
/// between the statements that have to precede and follow it.
private struct AlterTable {
    let dialect: PostgreSQLDialect
    let snapshot: TableSnapshot
    let context: SchemaContext
    let now: Int64

    /// Foreign keys that depend on a key that is dropped.
    private var loosened: [IncomingKey] = []
    private var droppedIndexes: [SQLStatement] = []
    private var actions: [String] = []
    private var fills: [SQLStatement] = []
    /// Constraints of new columns after they are filled, in a second `ALTER TABLE` that rewrites nothing.
    private var tightened: [String] = []
    private var indexes: [SQLStatement] = []
    var after: [SQLStatement] = []
    private var taken: Set<String>

    init(dialect: PostgreSQLDialect, snapshot: TableSnapshot, context: SchemaContext, now: Int64) {
        self.context = context
        self.dialect = dialect
        self.snapshot = snapshot
        self.now = now
        taken = snapshot.namesInUse
    }

    private var table: String { dialect.table(snapshot.name) }
    private func quote(_ name: String) -> String { dialect.quote(name) }

    var statements: [SQLStatement] {
        var result = loosened.map(\.drop) + droppedIndexes
        if !actions.isEmpty { result.append(alter(actions)) }
        result += fills
        if !fills.isEmpty {
            // A deferred constraint would leave pending trigger events, and a table with pending events cannot be altered.
            result.append(SQLStatement("SET CONSTRAINTS ALL IMMEDIATE"))
        }
        if !tightened.isEmpty { result.append(alter(tightened)) }
        return result + indexes + loosened.map(\.create) + after
    }

    private func alter(_ actions: [String]) -> SQLStatement {
        SQLStatement("ALTER TABLE \(table) \(actions.joined(separator: ", "))")
    }

    mutating func add(_ change: SchemaChange) {
        switch change {
        case .addColumn(let column, let fill): add(column.resolved(for: dialect.traits), fill)
        case .restoreColumn(let column): actions.append("ADD COLUMN \(dialect.columnText(column))")
        case .dropColumn(let column): actions.append("DROP COLUMN \(quote(column.name))")
        case .changeType(let name, _, let type): changeType(of: name, to: type)
        case .addIndex(let index): add(index)
        case .dropIndex(let index): dropIndexes { $0.index.covers(index) }
        case .replaceUniqueKey(let old, let new):
            if let old { drop(uniqueKeyOn: old.columns) }
            if let new { add(new) }
        case .addPrimaryKey(let columns, let key):
            if !snapshot.shape.primaryKey.isEmpty, snapshot.shape.primaryKey != columns { dropPrimaryKey() }
            if let key { drop(uniqueKeyOn: key.columns) }
            if snapshot.shape.primaryKey != columns { addPrimaryKey(on: columns) }
        case .dropPrimaryKey(let columns, let key):
            if snapshot.shape.primaryKey == columns { dropPrimaryKey() }
            if let key { add(key) }
        case .repair(.requireValue(let column)): tightened.append("ALTER COLUMN \(quote(column.name)) SET NOT NULL")
        case .repair(.addForeignKey(let key)):
            after.append(alter(["ADD FOREIGN KEY \(dialect.referenceText(key.reference(in: context)))"]))
        case .createTable, .dropTable, .retireColumn: break
        }
    }

    // MARK: Columns

    private mutating func changeType(of name: String, to type: ColumnType) {
        let spelled = dialect.traits.typeName(type)
        // A default of the old type cannot always be converted; Agno declares none.
        if snapshot.shape.column(name)?.defaultValue != nil {
            actions.append("ALTER COLUMN \(quote(name)) DROP DEFAULT")
        }
        actions.append("ALTER COLUMN \(quote(name)) TYPE \(spelled) USING \(quote(name))::\(spelled.lowercased())")
    }

    private mutating func add(_ column: Column, _ fill: ColumnFill) {
        let name = quote(column.name)
        let existing = snapshot.shape.column(column.name)
        if let existing {
            if !dialect.traits.isEquivalent(existing.type, to: column.type) {
                changeType(of: column.name, to: column.type)
            }
        }
        switch fill {
        case .none:
            if existing == nil { actions.append("ADD COLUMN \(dialect.columnText(column))") }
            return
        case .constant(let text):
            if existing == nil {
                // With a constant default the server writes no row; the default is dropped in the same step.
                actions.append("ADD COLUMN \(dialect.columnText(column)) DEFAULT \(dialect.literal(text))")
                tightened.append("ALTER COLUMN \(name) DROP DEFAULT")
                return
            }
            fills.append(
                SQLStatement("UPDATE \(table) SET \(name) = $1 WHERE \(name) IS NULL", [.text(text)]))
        case .copied(let source):
            if existing == nil {
                actions.append("ADD COLUMN \(name) \(dialect.traits.typeName(column.type))")
            }
            let origin = snapshot.shape.column(source) == nil ? "$1" : "COALESCE(\(quote(source)), $1)"
            fills.append(
                SQLStatement("UPDATE \(table) SET \(name) = \(origin) WHERE \(name) IS NULL", [.integer(now)]))
        }
        if !column.isNullable, existing?.isNullable ?? true { tightened.append("ALTER COLUMN \(name) SET NOT NULL") }
        if existing?.defaultValue != nil { tightened.append("ALTER COLUMN \(name) DROP DEFAULT") }
    }

    // MARK: Keys

    /// Foreign keys that refer to these columns depend on one of their unique keys; they are recreated afterwards.
    private mutating func loosen(_ columns: [String]) {
        for key in snapshot.incomingKeys where Set(key.parentColumns) == Set(columns) && !loosened.contains(key) {
            loosened.append(key)
        }
    }

    private mutating func drop(uniqueKeyOn columns: [String]) {
        guard !snapshot.shape.uniqueKeys(covering: columns).isEmpty else { return }
        loosen(columns)
        for key in snapshot.shape.uniqueKeys where Set(key.columns) == Set(columns) {
            actions.append(
                "DROP CONSTRAINT \(quote(key.name ?? PostgreSQLDialect.fitted("\(snapshot.name)_key", table: snapshot.name)))"
            )
        }
        let built = dialect.keyBuilt(on: columns, of: snapshot)
        dropIndexes {
            $0.index.isUnique && $0.index.predicate == nil && Set($0.index.columns) == Set(columns) && $0 != built
        }
    }

    private mutating func addPrimaryKey(on columns: [String]) {
        guard let built = dialect.keyBuilt(on: columns, of: snapshot) else {
            actions.append("ADD PRIMARY KEY (\(dialect.list(columns)))")
            return
        }
        let name = free("\(snapshot.name)_pkey")
        actions.append("ADD CONSTRAINT \(quote(name)) PRIMARY KEY USING INDEX \(quote(built.name))")
    }

    private mutating func dropPrimaryKey() {
        loosen(snapshot.shape.primaryKey)
        let name =
            snapshot.primaryKeyName ?? PostgreSQLDialect.fitted("\(snapshot.name)_pkey", table: snapshot.name)
        actions.append("DROP CONSTRAINT \(quote(name))")
    }

    private mutating func add(_ key: UniqueKey) {
        let built = dialect.keyBuilt(on: key.columns, of: snapshot)
        guard built != nil || snapshot.shape.uniqueKeys(covering: key.columns).isEmpty else { return }
        let name = free(key.name(onTable: snapshot.name))
        if let built {
            actions.append("ADD CONSTRAINT \(quote(name)) UNIQUE USING INDEX \(quote(built.name))")
            return
        }
        actions.append("ADD CONSTRAINT \(quote(name)) UNIQUE (\(dialect.list(key.columns)))")
    }

    // MARK: Indexes

    private mutating func add(_ index: Index) {
        for invalid in snapshot.invalidIndexes where invalid.index.covers(index) {
            droppedIndexes.append(dropIndex(invalid.name))
            taken.remove(invalid.name)
        }
        let name = free(index.name(onTable: snapshot.name, traits: dialect.traits))
        indexes.append(dialect.createIndex(index, named: name, on: snapshot.name))
    }

    private mutating func dropIndexes(where matches: (TableShape.NamedIndex) -> Bool) {
        for named in snapshot.shape.indexes where matches(named) {
            droppedIndexes.append(dropIndex(named.name))
        }
    }

    private func dropIndex(_ name: String) -> SQLStatement {
        SQLStatement("DROP INDEX IF EXISTS \(dialect.table(name))")
    }

    private mutating func free(_ wanted: String) -> String {
        PostgreSQLDialect.free(wanted, onTable: snapshot.name, among: &taken)
    }
}
