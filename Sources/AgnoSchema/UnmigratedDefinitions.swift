// The tables that no schema version changes, read from the table builders of the Python release 3.1.10.
extension TableDefinition {
    static let traces = TableDefinition(
        nil,
        columns: [
            .required("trace_id", .identifier), .required("name", .text(255)), .required("status", .text(50)),
            .required("start_time", .identifier), .required("end_time", .identifier),
            .required("duration_ms", .bigInteger), .optional("run_id", .identifier),
            .optional("session_id", .identifier), .optional("user_id", .identifier), .optional("agent_id", .identifier),
            .optional("team_id", .identifier), .optional("workflow_id", .identifier),
            .required("created_at", .identifier),
        ],
        primaryKey: ["trace_id"],
        indexes: [
            index("agent_id"), index("created_at"), index("run_id"), index("session_id"), index("start_time"),
            index("status"), index("team_id"), index("user_id"), index("workflow_id"),
        ])

    static let spans = TableDefinition(
        nil,
        columns: [
            .required("span_id", .identifier), .required("trace_id", .identifier),
            .optional("parent_span_id", .identifier), .required("name", .text(255)), .required("span_kind", .text(50)),
            .required("status_code", .text(50)), .optional("status_message", .prose),
            .required("start_time", .identifier), .required("end_time", .identifier),
            .required("duration_ms", .bigInteger), .optional("attributes", .parsedJSON),
            .required("created_at", .identifier),
        ],
        primaryKey: ["span_id"],
        indexes: [index("created_at"), index("parent_span_id"), index("start_time"), index("trace_id")])

    static func componentConfigurations(canBeDeleted: Bool) -> TableDefinition {
        TableDefinition(
            nil,
            columns: [
                .required("component_id", .identifier), .required("version", .integer), .optional("label", .identifier),
                .required("stage", .identifier), .required("config", .parsedJSON), .optional("notes", .prose),
                .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            ] + (canBeDeleted ? [.optional("deleted_at", .bigInteger)] : []),
            primaryKey: ["component_id", "version"], indexes: [index("created_at"), index("stage")])
    }

    static let componentLinks = TableDefinition(
        nil,
        columns: [
            .required("parent_component_id", .identifier), .required("parent_version", .integer),
            .required("link_kind", .identifier), .required("link_key", .identifier),
            .required("child_component_id", .identifier), .optional("child_version", .integer),
            .required("position", .integer), .optional("meta", .parsedJSON), .optional("created_at", .bigInteger),
            .optional("updated_at", .bigInteger),
        ],
        primaryKey: ["parent_component_id", "parent_version", "link_kind", "link_key"],
        indexes: [index("created_at"), index("link_kind")])

    static let jobs = TableDefinition(
        nil,
        columns: [
            .required("id", .identifier), .required("component_type", .identifier), .required("job_type", .identifier),
            .optional("deployment_id", .identifier), .required("component_id", .identifier),
            .required("session_id", .identifier), .optional("user_id", .identifier), .required("payload", .parsedJSON),
            .required("status", .identifier), .required("attempt", .bigInteger), .required("max_attempts", .bigInteger),
            .optional("idempotency_key", .identifier), .required("available_at", .bigInteger),
            .optional("locked_by", .identifier), .optional("locked_at", .bigInteger), .optional("error", .document),
            .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            .optional("completed_at", .bigInteger),
        ],
        primaryKey: ["id"],
        indexes: [
            index("component_id"), index("created_at"), index("session_id"), index("status"),
            index("status", "available_at"),
            Index(
                on: ["idempotency_key", "user_id"], isUnique: true, where: .isNotNull("idempotency_key"),
                declaredName: "uq_jobs_idempotency_key"),
            Index(
                on: ["idempotency_key"], isUnique: true,
                where: .other("idempotency_key IS NOT NULL AND user_id IS NULL"),
                declaredName: "uq_jobs_idempotency_key_anon"),
        ])

    /// The tables without references that exist where approvals and schedules do, by Agno's name for their type.
    static let extendedTables: [(String, TableDefinition)] =
        [
            ("auth_tokens", authTokens), ("compactions", compactions), ("service_accounts", serviceAccounts),
            ("tool_results", toolResults), ("transcripts", transcripts),
        ] + authorisationTables + protocolTables

    private static let authTokens = TableDefinition(
        nil,
        columns: [
            .required("id", .identifier), .required("provider", .identifier), .required("user_id", .identifier),
            .required("service", .identifier), .required("token_data", .parsedJSON),
            .optional("granted_scopes", .parsedJSON), .required("created_at", .bigInteger),
            .optional("updated_at", .bigInteger),
        ],
        primaryKey: ["id"],
        uniqueKeys: [UniqueKey(["provider", "user_id", "service"], named: "uq_auth_token_provider_user_service")],
        indexes: [index("created_at"), index("provider"), index("service"), index("user_id")])

    private static let compactions = TableDefinition(
        nil,
        columns: [
            .required("compaction_id", .identifier), .required("session_id", .identifier),
            .optional("run_id", .identifier), .optional("user_id", .identifier),
            .optional("first_kept_message_id", .identifier), .optional("summary", .freeText),
            .optional("archived_messages", .freeText), .optional("messages_compacted", .bigInteger),
            .optional("tokens_before", .bigInteger), .optional("tokens_after", .bigInteger),
            .required("created_at", .bigInteger),
        ],
        primaryKey: ["compaction_id"], indexes: [index("session_id", "created_at")])

    private static let serviceAccounts = TableDefinition(
        nil,
        columns: [
            .required("id", .identifier), .required("name", .identifier), .optional("user_id", .identifier),
            .required("token_hash", .identifier), .required("token_prefix", .identifier),
            .required("scopes", .parsedJSON), .required("created_at", .bigInteger),
            .optional("expires_at", .bigInteger), .optional("last_used_at", .bigInteger),
            .optional("revoked_at", .bigInteger), .optional("created_by", .identifier),
        ],
        primaryKey: ["id"], uniqueKeys: [UniqueKey(["token_hash"], named: "token_hash_key")],
        indexes: [
            index("created_at"), index("token_hash"),
            Index(on: ["name"], isUnique: true, where: .isNull("revoked_at"), declaredName: "uq_active_name"),
        ])

    private static let toolResults = TableDefinition(
        nil,
        columns: [
            .required("result_id", .identifier), .required("namespace", .identifier), .required("path", .identifier),
            .required("session_id", .identifier), .required("run_id", .identifier),
            .required("tool_call_id", .identifier), .required("tool_name", .identifier),
            .required("args_hash", .identifier), .required("content_type", .identifier),
            .required("size_bytes", .bigInteger), .required("line_count", .bigInteger), .required("preview", .prose),
            .optional("user_id", .identifier), .required("created_at", .bigInteger),
            .optional("expires_at", .bigInteger),
        ],
        primaryKey: ["result_id"],
        uniqueKeys: [UniqueKey(["namespace", "path"], named: "uq_tool_results_namespace_path")],
        indexes: [index("expires_at"), index("session_id", "created_at")])

    private static let transcripts = TableDefinition(
        nil,
        columns: [
            .required("framework", .identifier), .required("project_key", .identifier),
            .required("session_id", .identifier), .required("subpath", .identifier), .required("position", .bigInteger),
            .optional("entry_uuid", .identifier), .required("entry", .freeText),
            .required("agno_session_id", .identifier), .required("created_at", .bigInteger),
        ],
        primaryKey: ["framework", "project_key", "session_id", "subpath", "position"],
        uniqueKeys: [
            UniqueKey(["framework", "project_key", "session_id", "subpath", "entry_uuid"], named: "uq_entry_uuid")
        ],
        indexes: [index("agno_session_id")])
}
