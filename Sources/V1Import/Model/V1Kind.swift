/// What a v1 table holds: the storage classes of 1.x keep one kind per table, under any name.
package enum V1Kind: String, Sendable, Hashable, CaseIterable {
    case agentSessions = "agent_sessions"
    case teamSessions = "team_sessions"
    /// Workflows of either generation; a row tells which one it is.
    case workflowSessions = "workflow_sessions"
    case memories
}
