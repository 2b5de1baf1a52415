/// The v1 tables to import, by kind.
public struct V1Tables: Sendable, Hashable {
    private var names: [V1Kind: [String]]

    /// Selects tables by name; without any name, every table with the shape of a v1 table.
    public init(
        agentSessions: [String] = [], teamSessions: [String] = [], workflowSessions: [String] = [],
        memories: [String] = []
    ) {
        names = [
            .agentSessions: agentSessions, .teamSessions: teamSessions, .workflowSessions: workflowSessions,
            .memories: memories,
        ]
    }

    /// Every table with the shape of a v1 table.
    public static let discovered = V1Tables()

    /// Whether no table is named.
    public var isEmpty: Bool { names.values.allSatisfy(\.isEmpty) }

    /// The names of the tables of one kind.
    public subscript(kind: V1Kind) -> [String] { names[kind] ?? [] }
}
