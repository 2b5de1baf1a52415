import AgnoSchema

/// All changes of one table: one `ALTER TABLE` with every possible action, so that the table is rewritten once at most,
/// between the statements that have to precede and follow it.
struct AlterTable {
    let dialect: PostgreSQLDialect
    let snapshot: TableSnapshot
    let context: SchemaContext
    let now: Int64
    /// Objects of the application that are dropped before all other changes and recreated after them, the first to be
    /// recreated first.
    let restored: [DependentObject]

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
    /// The columns whose shadows the server vouches for.
    private let proven: Set<String>
    private var droppedKeys: Set<String> = []
    /// The columns that their shadows replace.
    private var exchanged: Set<String> = []
    /// Whether the shadows go, be it as columns of their own or as what they are.
    private var endsConversion = false
    /// The name of a key that was added.
    private var newKey: String?

    init(
        dialect: PostgreSQLDialect, snapshot: TableSnapshot, context: SchemaContext, now: Int64,
        restored: [DependentObject], proven: Set<String>
    ) {
        self.proven = proven
        self.context = context
        self.dialect = dialect
        self.snapshot = snapshot
        self.now = now
        self.restored = restored
        taken = snapshot.namesInUse
    }

    private var table: String { dialect.table(snapshot.name) }
    private func quote(_ name: String) -> String { dialect.quote(name) }

    var statements: [SQLStatement] {
        var result = restored.reversed().flatMap(\.removal) + exchange + loosened.map(\.drop) + droppedIndexes
        if !actions.isEmpty { result.append(alter(actions)) }
        if !fills.isEmpty {
            // The rows' other values stay as they are.
            let dropped = Set(restored.map(\.name))
            let hooks = (snapshot.attributes?.hooks ?? []).filter {
                $0.firesAt.contains(.update) && !dropped.contains($0.name)
            }
            result += hooks.map(\.disable) + fills
            // A deferred constraint would leave pending trigger events, and a table with pending events cannot be altered.
            result.append(SQLStatement("SET CONSTRAINTS ALL IMMEDIATE"))
            result += hooks.map(\.enable)
        }
        if !tightened.isEmpty { result.append(alter(tightened)) }
        result += replicaIdentity
        return result + indexes + loosened.flatMap(\.restoration) + restored.flatMap(\.restoration) + after
    }

    /// Subscribers know a row by a key; where that key goes, by the one that takes its place.
    private var replicaIdentity: [SQLStatement] {
        guard let newKey, let attributes = snapshot.attributes else { return [] }
        let isByKey = attributes.replicaIdentity.map(droppedKeys.contains) ?? false
        let isByPrimaryKey =
            attributes.isPublishedByPrimaryKey
            && droppedKeys.contains(snapshot.primaryKeyName ?? "")
        guard isByKey || isByPrimaryKey else { return [] }
        return [alter(["REPLICA IDENTITY USING INDEX \(quote(newKey))"])]
    }

    /// Shadows take the places of their columns, or are dropped.
    private var exchange: [SQLStatement] {
        guard endsConversion, let shadows = snapshot.shadows else { return [] }
        let columns = exchanged.sorted()
        // The constraint spares the server a look at every row.
        let required = columns.filter { snapshot.shape.column($0)?.isNullable == false }
            .map { "ALTER COLUMN \(quote($0 + ShadowedTable.suffix)) SET NOT NULL" }
        return (required.isEmpty ? [] : [alter(required)])
            + ShadowedTable.removal(of: shadows, from: snapshot, in: dialect, keeping: exchanged)
            + (columns.isEmpty ? [] : [alter(columns.map { "DROP COLUMN \(quote($0))" })])
            + columns.map { alter(["RENAME COLUMN \(quote($0 + ShadowedTable.suffix)) TO \(quote($0))"]) }
            + columns.compactMap(notNullName)
    }

    /// From 18 on NOT NULL is a constraint, whose name is made from the column's.
    private func notNullName(of column: String) -> SQLStatement? {
        let name = "\(snapshot.name)_\(column)\(ShadowedTable.suffix)_not_null"
        guard dialect.release >= 18, snapshot.shape.column(column)?.isNullable == false,
            PostgreSQLDialect.fitted(name, table: snapshot.name) == name
        else { return nil }
        return alter(["RENAME CONSTRAINT \(quote(name)) TO \(quote("\(snapshot.name)_\(column)_not_null"))"])
    }

    private func alter(_ actions: [String]) -> SQLStatement {
        SQLStatement("ALTER TABLE \(table) \(actions.joined(separator: ", "))")
    }

    mutating func add(_ change: SchemaChange) {
        switch change {
        case .addColumn(let column, let fill): add(column.resolved(for: dialect.traits), fill)
        case .restoreColumn(let column): actions.append("ADD COLUMN \(dialect.columnText(column))")
        case .dropColumn(let column): actions.append("DROP COLUMN \(quote(column.name))")
        case .changeType(let name, _, let type), .repair(.retype(let name, let type)): changeType(of: name, to: type)
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
        case .repair(.dropLeftovers):
            endsConversion = true
            after += snapshot.shape.hasChangeLog ? dialect.changeLog(of: snapshot, key: "session_id")?.end ?? [] : []
        case .repair(.bindToRuns(let child)): after.append(dialect.bind(child, to: context.names[.runs]))
        case .createTable, .dropTable, .retireColumn: break
        }
    }

    // MARK: Columns

    private mutating func changeType(of name: String, to type: ColumnType) {
        let spelled = dialect.traits.typeName(type)
        if snapshot.shadows?.types[name] != nil {
            endsConversion = true
            if proven.contains(name) {
                exchanged.insert(name)
                return
            }
        }
        let value = snapshot.shape.column(name)?.defaultValue
        // The server does not convert a default of the application's by itself.
        if value != nil { actions.append("ALTER COLUMN \(quote(name)) DROP DEFAULT") }
        actions.append("ALTER COLUMN \(quote(name)) TYPE \(spelled) USING \(quote(name))::\(spelled.lowercased())")
        if let value {
            // A constant of JSON is the same constant of the other JSON, without a second conversion.
            let constant = value.wholeMatch(of: /('[^']*')::jsonb?/).map { String($0.1) } ?? "(\(value))"
            actions.append("ALTER COLUMN \(quote(name)) SET DEFAULT \(constant)::\(spelled.lowercased())")
        }
        // A new type brings its own storage along.
        guard ["JSON", "JSONB", "TEXT", "VARCHAR"].contains(spelled) else { return }
        actions += (snapshot.attributes?.storage[name] ?? []).map { "ALTER COLUMN \(quote(name)) \($0)" }
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
            let name = key.name ?? PostgreSQLDialect.fitted("\(snapshot.name)_key", table: snapshot.name)
            actions.append("DROP CONSTRAINT \(quote(name))")
            droppedKeys.insert(name)
        }
        let built = dialect.keyBuilt(on: columns, of: snapshot)
        dropIndexes {
            $0.index.isUnique && $0.index.predicate == nil && Set($0.index.columns) == Set(columns) && $0 != built
        }
    }

    private mutating func addPrimaryKey(on columns: [String]) {
        let built = dialect.keyBuilt(on: columns, of: snapshot)
        guard built != nil || snapshot.attributes?.replicaIdentity != nil else {
            actions.append("ADD PRIMARY KEY (\(dialect.list(columns)))")
            return
        }
        let name = free("\(snapshot.name)_pkey")
        newKey = name
        guard let built else {
            actions.append("ADD CONSTRAINT \(quote(name)) PRIMARY KEY (\(dialect.list(columns)))")
            return
        }
        actions.append("ADD CONSTRAINT \(quote(name)) PRIMARY KEY USING INDEX \(quote(built.name))")
    }

    private mutating func dropPrimaryKey() {
        loosen(snapshot.shape.primaryKey)
        let name =
            snapshot.primaryKeyName ?? PostgreSQLDialect.fitted("\(snapshot.name)_pkey", table: snapshot.name)
        actions.append("DROP CONSTRAINT \(quote(name))")
        droppedKeys.insert(name)
    }

    private mutating func add(_ key: UniqueKey) {
        let built = dialect.keyBuilt(on: key.columns, of: snapshot)
        guard built != nil || snapshot.shape.uniqueKeys(covering: key.columns).isEmpty else { return }
        let name = free(key.name(onTable: snapshot.name))
        newKey = name
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
