/// The kind of rows in a v1 table: the storage classes of 1.x keep one kind per table, under any name.
public enum V1Kind: String, Sendable, Codable, Hashable, CaseIterable {
    /// Sessions of agents.
    case agentSessions = "agent_sessions"
    /// Sessions of teams.
    case teamSessions = "team_sessions"
    /// Sessions of workflows, of either generation of 1.x.
    case workflowSessions = "workflow_sessions"
    /// Memories of users.
    case memories
}
