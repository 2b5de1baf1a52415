/// What a v1 table holds: the storage classes of 1.x keep one kind per table, under any name.
public enum V1Kind: String, Sendable, Codable, Hashable, CaseIterable {
    /// Sessions of agents.
    case agentSessions = "agent_sessions"
    /// Sessions of teams.
    case teamSessions = "team_sessions"
    /// Workflows of either generation; a row tells which one it is.
    case workflowSessions = "workflow_sessions"
    /// Memories of users.
    case memories
}
