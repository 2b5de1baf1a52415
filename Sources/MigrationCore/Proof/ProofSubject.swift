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

    /// A table of Agno's as it is; nil if nothing tells its rows apart.
    init?(_ type: TableType, _ snapshot: TableSnapshot, _ traits: DatabaseTraits) {
        guard let key = snapshot.rowKey(of: type, traits) ?? snapshot.declaredKey(of: type, traits) else { return nil }
        let declared = DeclaredColumns(of: type, for: traits)
        self.type = type.name
        name = snapshot.name
        self.key = [key]
        hasLists = type == .sessions && snapshot.shape.column("runs") != nil
        hasRuns = type == .runs
        columns = snapshot.shape.columns.filter { !(type == .sessions && $0.name == "runs") }.map {
            ($0.name, Self.kind(declared[$0.name], storedAs: $0.type))
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
    ///   - stored: the server's type.
    static func kind(_ declared: ColumnType?, storedAs stored: String = "") -> ProofColumn.Kind {
        if let declared { return declared.isJSON ? .json : declared == .boolean ? .boolean : .plain }
        let stored = stored.lowercased()
        return stored.contains("json") ? .json : stored.hasPrefix("bool") ? .boolean : .plain
    }
}

extension TableSnapshot {
    /// The first column of the unique key that Agno declares, where the table has no primary key.
    fileprivate func declaredKey(of type: TableType, _ traits: DatabaseTraits) -> String? {
        TableDefinition.baseline(type, for: traits).uniqueKeys.first?.columns.first { shape.column($0) != nil }
    }
}
