import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// A v1 table and what it holds.
struct V1Table: Hashable {
    var name: String
    var kind: V1Kind
    /// The table's columns; older tables lack some.
    var columns: [String]
}

extension V1Kind {
    /// The primary key of a table of this kind.
    var keyColumn: String { self == .memories ? "id" : "session_id" }

    /// The column that only tables of this kind have.
    private var ownColumn: String {
        switch self {
        case .agentSessions: "agent_data"
        case .teamSessions: "team_data"
        case .workflowSessions: "workflow_data"
        case .memories: "memory"
        }
    }

    private static let sessionColumns: Set<String> = ["session_id", "memory", "session_data", "extra_data"]
    private static let memoryColumns: Set<String> = ["id", "user_id", "memory", "created_at", "updated_at"]

    /// The kind of a v1 table with these columns; nil for any other table.
    ///
    /// All kinds of sessions have the first generation's columns, and no table of a later release has them: those say
    /// `session_type` and `metadata`. Memories are recognised only where nothing is added, since their columns have
    /// everyday names.
    static func recognised(by columns: [String]) -> V1Kind? {
        let columns = Set(columns)
        if columns == memoryColumns { return .memories }
        guard sessionColumns.isSubset(of: columns), !columns.contains("session_type") else { return nil }
        let kinds = [V1Kind.agentSessions, .teamSessions, .workflowSessions].filter { columns.contains($0.ownColumn) }
        return kinds.count == 1 ? kinds[0] : nil
    }

    /// Whether a table that somebody says is of this kind can be one.
    func accepts(_ columns: [String]) -> Bool {
        if self == .memories {
            return columns.contains("id") && columns.contains("memory") && !columns.contains("memory_id")
        }
        return Self.recognised(by: columns) == self
    }

    /// How people call it.
    var words: String { rawValue.replacing("_", with: " ") }
}

/// Finds the v1 tables of a database.
struct V1Discovery {
    let connection: any DatabaseConnection

    private var dialect: any Dialect { connection.dialect }

    /// The tables asked for, in the order in which they are imported; those with a v1 shape where none is named.
    ///
    /// - Throws: ``MigrationError`` with the code `usage` for a name that is no v1 table of its kind.
    func tables(_ wanted: V1Tables) throws -> [V1Table] {
        if wanted.isEmpty { return try discovered() }
        var found: [V1Table] = []
        for kind in V1Kind.allCases {
            for name in wanted[kind] {
                let table = try self.table(name, of: kind)
                guard !found.contains(where: { $0.name == table.name }) else { continue }
                found.append(table)
            }
        }
        return found
    }

    /// Whether the database has a table of memories, also where it is not asked for.
    func hasMemories() throws -> Bool {
        try dialect.columnsOfTables(using: connection)?.contains { V1Kind.recognised(by: $1) == .memories } ?? false
    }

    private func table(_ name: String, of kind: V1Kind) throws -> V1Table {
        // The catalogue's own spelling: some servers find a table under others too.
        guard let snapshot = try dialect.snapshots(of: [.sessions: name], using: connection)[.sessions] else {
            throw MigrationError(
                .usage, "there is no table \(name)",
                remedy: "check the name and the schema (--v1-schema); nothing was done")
        }
        let columns = snapshot.shape.columns.map(\.name)
        guard kind.accepts(columns) else {
            let really = V1Kind.recognised(by: columns)
            let what = really.map { "holds \($0.words)" } ?? "is no v1 table"
            throw MigrationError(
                .usage, "\(name) was given for \(kind.words), but it \(what)",
                remedy: "name each table under what it holds, or none at all to have them found; nothing was done")
        }
        return V1Table(name: snapshot.name, kind: kind, columns: columns)
    }

    private func discovered() throws -> [V1Table] {
        guard let columns = try dialect.columnsOfTables(using: connection) else {
            throw MigrationError(
                .usage, "the tables of a \(dialect.kind.rawValue) database cannot be looked through",
                remedy: "name the v1 tables: --agent-sessions and so on")
        }
        let order = V1Kind.allCases
        return columns.compactMap { name, columns in
            V1Kind.recognised(by: columns).map { V1Table(name: name, kind: $0, columns: columns) }
        }.sorted { left, right in
            let places = (order.firstIndex(of: left.kind) ?? 0, order.firstIndex(of: right.kind) ?? 0)
            return places.0 == places.1 ? left.name < right.name : places.0 < places.1
        }
    }
}
