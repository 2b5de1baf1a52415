/// Agno's tables that no schema version changes. A migration lists them and touches none, but for a foreign key of the
/// bindings; ``UnmigratedTable`` has their definitions.
package enum KnownTables {
    /// Agno's names for their types.
    package static let types: Set<String> = [
        "auth_tokens", "authz_audit", "authz_decisions", "authz_grouping", "authz_policy", "authz_roles", "authz_users",
        "compactions", "component_configs", "component_links", "fs", "jobs", "mcp_oauth_clients", "mcp_oauth_codes",
        "mcp_oauth_keys", "mcp_oauth_refresh_tokens", "mcp_oauth_transactions", "service_accounts", "spans",
        "tool_results", "traces", "transcripts",
    ]

    /// The columns of sandbox bindings, which Agno keeps beside a sessions table on PostgreSQL.
    package static let sandboxColumns = [
        "namespace", "session_id", "agent_id", "user_id", "epoch", "owner", "run_id", "queue_attempt", "expires_at",
        "record",
    ]

    /// Their names in one database.
    package static func names(_ tables: TableNames) -> Set<String> {
        Set(types.map { name(of: $0, in: tables) } + ["\(tables[.sessions])_sandbox_bindings"])
    }

    /// The name of one type's table in one database.
    package static func name(of type: String, in tables: TableNames) -> String {
        tables.unmigrated[type] ?? "agno_\(type)"
    }
}
