/// Agno's tables that no schema version changes; they are listed, never touched.
package enum KnownTables {
    /// Their default names.
    package static let names: Set<String> = Set(
        [
            "auth_tokens", "authz_audit", "authz_decisions", "authz_grouping", "authz_policy", "authz_roles",
            "authz_users", "compactions", "component_configs", "component_links", "fs", "jobs", "mcp_oauth_clients",
            "mcp_oauth_codes", "mcp_oauth_keys", "mcp_oauth_refresh_tokens", "mcp_oauth_transactions",
            "service_accounts", "spans", "tool_results", "traces", "transcripts",
        ].map { "agno_\($0)" })

    /// Whether a name is that of such a table beside this sessions table.
    package static func contains(_ name: String, sessions: String) -> Bool {
        names.contains(name) || name == "\(sessions)_sandbox_bindings"
    }
}
