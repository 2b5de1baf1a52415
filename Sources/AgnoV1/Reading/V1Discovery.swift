import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

struct V1Table: Hashable {
    var name: String
    var kind: V1Kind
    /// The table's columns as the catalogue spells them; older tables lack some.
    var columns: [String]
    /// Why it is not a v1 table, although its columns are those of one; nil if it is.
    var refusal: String?

    /// A column of v1 as the catalogue spells it; nil if the table has none.
    func column(_ name: String) -> String? {
        columns.first { $0 == name } ?? columns.first { $0.lowercased() == name }
    }

    /// The primary key of v1 as the catalogue spells it.
    var keyColumn: String { column(kind.keyColumn) ?? kind.keyColumn }
}

extension V1Kind {
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

    private static let sessionColumns: Set<String> = ["session_id", "memory", "session_data"]
    /// The user's own data: in Agno 1.x, in phidata 2.x.
    private static let userColumns: Set<String> = ["extra_data", "user_data"]
    private static let memoryColumns: Set<String> = ["id", "user_id", "memory", "created_at", "updated_at"]

    /// The kind of a v1 table with these columns; nil for any other table.
    ///
    /// The case of names does not matter, since most servers ignore it.
    ///
    /// Every kind of session has the first generation's columns, which no table of a later release has: those have
    /// `session_type` and `metadata`. A memories table is recognised only without extra columns, since its columns have
    /// common names.
    static func recognised(by columns: [String]) -> V1Kind? {
        let columns = Set(columns.map { $0.lowercased() })
        if columns == memoryColumns { return .memories }
        guard sessionColumns.isSubset(of: columns), !userColumns.isDisjoint(with: columns),
            !columns.contains("session_type")
        else { return nil }
        let kinds = [V1Kind.agentSessions, .teamSessions, .workflowSessions].filter { columns.contains($0.ownColumn) }
        return kinds.count == 1 ? kinds[0] : nil
    }

    func accepts(_ columns: [String]) -> Bool {
        if self == .memories {
            let columns = Set(columns.map { $0.lowercased() })
            return columns.contains("id") && columns.contains("memory") && !columns.contains("memory_id")
        }
        return Self.recognised(by: columns) == self
    }

    package var displayText: String { rawValue.replacing("_", with: " ") }
}

struct V1Discovery {
    let connection: any DatabaseConnection

    private var dialect: any Dialect { connection.dialect }

    /// The wanted tables in the order in which they are imported; every table with a v1 shape if none is named.
    ///
    /// - Throws: `usage` for a name that does not exist or is not a v1 table of its kind.
    func tables(_ wanted: V1Tables) throws -> [V1Table] {
        if wanted.isEmpty { return try discovered() }
        var found: [V1Table] = []
        var names: Set<ExactText> = []
        for kind in V1Kind.allCases {
            for name in wanted[kind] {
                let table = try self.table(name, of: kind)
                if names.insert(ExactText(table.name)).inserted { found.append(table) }
            }
        }
        return found
    }

    /// Whether the database has a v1 memories table, wanted or not.
    func hasMemories() throws -> Bool {
        try dialect.columnsOfTables(using: connection)?.contains { name, columns in
            try V1Kind.recognised(by: columns) == .memories
                && examined(V1Table(name: name.text, kind: .memories, columns: columns)).refusal == nil
        } ?? false
    }

    private func table(_ name: String, of kind: V1Kind) throws -> V1Table {
        // The catalogue's spelling of the name, since some servers ignore its case.
        guard let snapshot = try dialect.snapshots(of: [.sessions: name], using: connection)[.sessions] else {
            throw MigrationError(
                .usage, "table \(name) not found",
                remedy: "check the name and the schema (--v1-schema). Nothing was imported.")
        }
        let columns = snapshot.shape.columns.map(\.name)
        guard kind.accepts(columns) else {
            let contents =
                V1Kind.recognised(by: columns).map { "holds \($0.displayText)" } ?? "is not an Agno 1.x table"
            throw MigrationError(
                .usage, "\(name) was named as a table of \(kind.displayText), but it \(contents)",
                remedy:
                    "name it with the option for its kind, or name no table to discover all of them. Nothing was imported."
            )
        }
        return examined(V1Table(name: snapshot.name, kind: kind, columns: columns), snapshot.shape)
    }

    private func examined(_ table: V1Table) throws -> V1Table {
        let shape = try dialect.snapshots(of: [.sessions: table.name], using: connection)[.sessions]?.shape
        return shape.map { examined(table, $0) } ?? table
    }

    /// The table, refused if its key cannot be that of a v1 table: a table of the application may have the same columns.
    private func examined(_ table: V1Table, _ shape: TableShape) -> V1Table {
        var table = table
        let key = table.keyColumn
        let type = shape.column(key)?.type ?? ""
        let isNumber = ["int", "serial", "numeric", "decimal", "real", "double", "float"].contains {
            type.lowercased().contains($0)
        }
        if isNumber {
            table.refusal = "its \(key) is a number (\(type))"
        } else if !shape.primaryKey.isEmpty, shape.primaryKey != [key] {
            table.refusal = "its primary key is \(shape.primaryKey.joined(separator: ", "))"
        }
        return table
    }

    private func discovered() throws -> [V1Table] {
        guard let columns = try dialect.columnsOfTables(using: connection) else {
            throw MigrationError(
                .usage, "cannot list the tables of a \(dialect.kind.rawValue) database",
                remedy: "name the v1 tables with --agent-sessions, --team-sessions, --workflow-sessions and --memories")
        }
        let found = try columns.compactMap { name, columns in
            try V1Kind.recognised(by: columns).map {
                try examined(V1Table(name: name.text, kind: $0, columns: columns))
            }
        }
        return V1Kind.allCases.flatMap { kind in
            found.filter { $0.kind == kind }.sorted { ExactText($0.name) < ExactText($1.name) }
        }
    }
}
