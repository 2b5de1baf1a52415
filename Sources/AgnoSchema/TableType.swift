/// One of the tables that Agno keeps, whatever its name in a given database.
///
/// The order of the cases is Agno's processing order. The command line, status, golden files and conformance tests
/// iterate over this list.
public enum TableType: String, CaseIterable, Sendable, Codable, Hashable {
    case memories, sessions, metrics, evals, knowledge, approvals, components, schedules
    case products, sources, projects, tasks
    case scheduleRuns = "schedule_runs"
    case learnings
    /// Cultural knowledge, a type of Agno 2.2 to 2.5 only; no version ever changed it.
    case culture
    /// The runs of the sessions, a table of its own since 3.0.0; it is migrated with the sessions.
    case runs

    /// The types that a migration handles one by one, in processing order (`culture` included, `runs` not).
    public static let managed: [TableType] = allCases.filter { $0 != .runs }

    /// Agno's name for the type (`schedule_runs`).
    public var name: String { rawValue }

    /// The table's name unless the application chose another.
    public var defaultTableName: String {
        switch self {
        case .evals: "agno_eval_runs"
        case .products, .sources, .projects, .tasks: "agno_company_\(rawValue)"
        default: "agno_\(rawValue)"
        }
    }

    /// The version that introduced the table; it has no steps of older versions.
    package var introduced: SchemaVersion {
        switch self {
        case .memories, .sessions, .metrics, .evals, .knowledge, .culture: .baseline
        case .learnings: SchemaVersion(2, 3, 0)
        case .approvals, .components, .schedules, .scheduleRuns: SchemaVersion(2, 5, 0)
        case .products, .sources, .projects, .tasks, .runs: SchemaVersion(3, 0, 0)
        }
    }

    /// Whether Agno stamps this type's table (it stopped stamping `culture` before its first step).
    package var isStamped: Bool { self != .culture }

    /// Reads Agno's code names and the singular names of its documentation, in any case; nil for an unknown name.
    public init?(name: String) {
        let wanted = name.lowercased()
        let match = Self.managed.first { $0.rawValue == wanted || $0.aliases.contains(wanted) }
        guard let match else { return nil }
        self = match
    }

    private var aliases: [String] {
        switch self {
        case .memories: ["memory"]
        case .sessions: ["session"]
        case .metrics: ["metric"]
        case .evals: ["eval"]
        case .approvals: ["approval"]
        case .components: ["component"]
        case .schedules: ["schedule"]
        case .scheduleRuns: ["schedule_run"]
        case .learnings: ["learning"]
        case .products: ["product"]
        case .sources: ["source"]
        case .projects: ["project"]
        case .tasks: ["task"]
        case .knowledge, .culture, .runs: []
        }
    }
}

extension SchemaVersion {
    /// Whether the schema keeps runs in a table of their own.
    package var hasRunsTable: Bool { self >= TableType.runs.introduced }
}

/// The real table names of one database.
///
/// Names not given are Agno's defaults; the runs table follows a renamed sessions table (`<sessions>_runs`), as the
/// Python releases derive it.
public struct TableNames: Hashable, Sendable, Codable {
    private var overrides: [TableType: String]

    /// The name of the table that holds the stamps.
    public var versions: String

    /// The names of Agno's tables that no version changes, by type, such as `traces`; they are only listed.
    public var unmigrated: [String: String] = [:]

    /// Agno's default names, except for those given.
    public init(_ overrides: [TableType: String] = [:], versions: String = "agno_schema_versions") {
        self.overrides = overrides
        self.versions = versions
    }

    /// The name of a type's table.
    public subscript(type: TableType) -> String {
        get {
            if let name = overrides[type] { return name }
            if type == .runs, let sessions = overrides[.sessions], sessions != TableType.sessions.defaultTableName {
                return "\(sessions)_runs"
            }
            return type.defaultTableName
        }
        set { overrides[type] = newValue }
    }
}
