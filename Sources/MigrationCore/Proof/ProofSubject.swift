import AgnoSchema
import SQLDialects

/// One table of which a proof speaks: what it reads there.
struct ProofSubject {
    var type: String
    var name: String
    /// The columns that tell a row from all others.
    var key: [String]
    var columns: [(name: String, kind: ProofColumn.Kind)]
    /// Whether it is a sessions table with run lists.
    var hasLists = false
    /// Whether its rows are runs.
    var hasRuns = false

    /// The type of a table of Agno's with runs or run lists.
    var tableType: TableType? { TableType(rawValue: type) }

    /// A table of Agno's as it is. Where it has no key of Agno's, its rows are known by all of their columns.
    init(_ type: TableType, _ snapshot: TableSnapshot, _ traits: DatabaseTraits) {
        let declared = DeclaredColumns(of: type, for: traits)
        self.type = type.name
        name = snapshot.name
        key = snapshot.proofKey(of: type, traits)
        hasLists = type == .sessions && snapshot.shape.column("runs") != nil
        hasRuns = type == .runs
        columns = snapshot.shape.columns.filter { !(type == .sessions && $0.name == "runs") }.map {
            ($0.name, Self.kind(declared[$0.name], of: type.name, storedAs: $0.type))
        }
    }

    /// The table that a proof names.
    init(_ table: ProofTable) {
        (type, name, key) = (table.type, table.name, table.key)
        columns = table.columns.map { ($0.name, $0.kind) }
        (hasLists, hasRuns) = (table.lists != nil, table.runs != nil)
    }

    init(type: String, name: String, key: [String], columns: [(name: String, kind: ProofColumn.Kind)]) {
        (self.type, self.name, self.key, self.columns) = (type, name, key, columns)
    }

    /// How values of a column are read.
    ///
    /// - Parameters:
    ///   - declared: the type that Agno declares; nil for a column of the application's.
    ///   - type: Agno's name for the table's type.
    ///   - stored: the server's type.
    static func kind(_ declared: ColumnType?, of type: String, storedAs stored: String = "") -> ProofColumn.Kind {
        if let declared {
            let json: ProofColumn.Kind = type == TableType.sessions.name ? .encodedJSON : .json
            return declared.isJSON ? json : declared == .boolean ? .boolean : .plain
        }
        let stored = stored.lowercased()
        return stored.contains("json") ? .json : stored.hasPrefix("bool") ? .boolean : .plain
    }
}

extension TableSnapshot {
    /// The columns that tell a row from all others: the primary key, but that of runs alone is known by their id; or the column
    /// that Agno declares to be unique; or all columns.
    fileprivate func proofKey(of type: TableType, _ traits: DatabaseTraits) -> [String] {
        let baseline = TableDefinition.baseline(type, for: traits)
        let declared = (baseline.primaryKey + baseline.uniqueKeys.prefix(1).flatMap(\.columns)).first
        if type != .runs, shape.primaryKey.count > 1 { return shape.primaryKey }
        if let declared, shape.column(declared) != nil { return [declared] }
        return shape.primaryKey.isEmpty ? shape.columns.map(\.name) : shape.primaryKey
    }
}

extension ProofSubject {
    /// What a version fills a column with that it adds.
    struct Fill {
        fileprivate let fill: ColumnFill
        /// The column that it takes the value from.
        fileprivate let source: Int?

        /// Whether a value is what the version fills in.
        func isMade(_ value: SQLValue, in row: SQLRow) -> Bool {
            switch fill {
            case .none: false
            case .constant(let text): ItemHasher.plain(value) == Array(text.utf8)
            // Without a value to copy it is the time of the migration.
            case .copied:
                source.map { row[$0].isNull || ItemHasher.plain(row[$0]) == ItemHasher.plain(value) } ?? true
            }
        }
    }

    /// The fills by the position of the column.
    var fills: [Int: Fill] {
        guard let type = tableType else { return [:] }
        let declared = Self.filledColumns(of: type)
        var fills: [Int: Fill] = [:]
        for (position, column) in columns.enumerated() {
            guard let fill = declared[column.name] else { continue }
            var source: Int?
            if case .copied(let name) = fill { source = columns.firstIndex { $0.name == name } }
            fills[position] = Fill(fill: fill, source: source)
        }
        return fills
    }

    /// The columns that a version adds to a type's table and fills in existing rows, on any server.
    static func filledColumns(of type: TableType) -> [String: ColumnFill] {
        let anyAdapter = DatabaseTraits(features: [], spelling: { _ in "" }, equality: { $0 == $1 })
        var found: [String: ColumnFill] = [:]
        for migration in SchemaHistory.agno.migrations {
            for case .change(.addColumn(let column, let fill)) in migration.steps(for: type, traits: anyAdapter)
            where fill != .none {
                found[column.name] = fill
            }
        }
        return found
    }
}
