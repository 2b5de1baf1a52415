extension UniqueKey {
    package static let sessionID = UniqueKey(["session_id"], named: "uq_session_id")
    package static let sessionIDAndType = UniqueKey(
        ["session_id", "session_type"], named: "uq_session_type", isPrefixed: false)
    package static let metricsDay = UniqueKey(["date", "aggregation_period"], named: "uq_metrics_date_period")
    package static let metricsDayOfUser = UniqueKey(
        ["user_id", "date", "aggregation_period"], named: "uq_metrics_user_date_period")
}

extension TableDefinition {
    /// A type's table in the version that introduced it.
    ///
    /// Read from the table builders of the Python releases 2.0.11 to 3.1.10; later versions are folded over it.
    package static func baseline(_ type: TableType, for traits: DatabaseTraits) -> TableDefinition {
        switch type {
        case .sessions: sessions(traits)
        case .runs: runs(traits)
        case .memories: memories
        case .metrics: metrics(traits)
        case .evals: evals
        case .knowledge: knowledge
        case .culture: culture
        case .approvals: approvals
        case .components: components
        case .schedules: schedules
        case .scheduleRuns: scheduleRuns
        case .learnings: learnings
        case .products: products
        case .sources: sources
        case .projects: projects
        case .tasks: tasks
        }
    }

    /// The table that holds the stamps; the same in every release since 2.3.0.
    package static let versions = TableDefinition(
        nil,
        columns: [
            .required("table_name", .identifier), .required("version", .text(10)), .required("created_at", .identifier),
            .optional("updated_at", .identifier),
        ],
        primaryKey: ["table_name"], indexes: [Index(on: ["created_at"])])

    /// A type's table in one version: its baseline with every later version folded over it.
    ///
    /// nil if the adapter has no such table in that version.
    package static func shape(of type: TableType, at version: SchemaVersion, in context: SchemaContext) -> TableShape? {
        guard type.introduced <= version, type.exists(for: context.traits) else { return nil }
        if type == .culture, version.hasRunsTable { return nil }
        var shapes = [type: baseline(type, for: context.traits).shape(in: context, named: context.names[type])]
        for migration in context.history.migrations
        where migration.version > type.introduced && migration.version <= version {
            for case .change(let change) in migration.steps(for: type, traits: context.traits) {
                change.apply(to: &shapes, of: type, in: context)
            }
        }
        return shapes[type]
    }

    static func index(_ columns: String...) -> Index { Index(on: columns) }
}

extension TableType {
    /// Whether the adapter has such a table in any version.
    package func exists(for traits: DatabaseTraits) -> Bool {
        switch self {
        case .sessions, .runs, .memories, .metrics, .evals, .knowledge, .culture: true
        case .approvals, .components, .schedules, .scheduleRuns, .learnings, .products, .sources, .projects, .tasks:
            traits.has(.extendedTables)
        }
    }
}

// The tables of 2.0.0.
extension TableDefinition {
    private static func sessions(_ traits: DatabaseTraits) -> TableDefinition {
        let isPrimary = traits.has(.sessionPrimaryKeyFromStart)
        return TableDefinition(
            .sessions,
            columns: [
                .required("session_id", .identifier), .required("session_type", .text(20)),
                .optional("agent_id", .identifier), .optional("team_id", .identifier),
                .optional("workflow_id", .identifier), .optional("user_id", .identifier),
                .optional("session_data", .json), .optional("agent_data", .json), .optional("team_data", .json),
                .optional("workflow_data", .json), .optional("metadata", .json), .optional("runs", .json),
                .optional("summary", .json), .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            ],
            primaryKey: isPrimary ? ["session_id"] : [],
            uniqueKeys: isPrimary ? [] : [traits.has(.shardedTables) ? .sessionIDAndType : .sessionID],
            indexes: [index("created_at"), index("session_type")],
            shardKey: traits.has(.shardedTables) ? ["session_id"] : [])
    }

    private static let memories = TableDefinition(
        .memories,
        columns: [
            .required("memory_id", .identifier), .required("memory", .json), .optional("input", .freeText),
            .optional("agent_id", .identifier), .optional("team_id", .identifier), .optional("user_id", .identifier),
            .optional("topics", .json), .optional("updated_at", .bigInteger),
        ],
        primaryKey: ["memory_id"], indexes: [index("updated_at"), index("user_id")])

    private static func metrics(_ traits: DatabaseTraits) -> TableDefinition {
        TableDefinition(
            .metrics,
            columns: [
                .required("id", .identifier), .required("agent_runs_count", .bigInteger),
                .required("team_runs_count", .bigInteger), .required("workflow_runs_count", .bigInteger),
                .required("agent_sessions_count", .bigInteger), .required("team_sessions_count", .bigInteger),
                .required("workflow_sessions_count", .bigInteger), .required("users_count", .bigInteger),
                .required("token_metrics", .json), .required("model_metrics", .json), .required("date", .date),
                .required("aggregation_period", .text(20)), .required("created_at", .bigInteger),
                .optional("updated_at", .bigInteger), .required("completed", .boolean),
            ],
            primaryKey: ["id"], uniqueKeys: traits.has(.shardedTables) ? [] : [.metricsDay],
            indexes: [index("date")] + (traits.has(.aggregationPeriodIndex) ? [index("aggregation_period")] : []))
    }

    private static let evals = TableDefinition(
        .evals,
        columns: [
            .required("run_id", .identifier), .required("eval_type", .text(50)), .required("eval_data", .json),
            .required("eval_input", .json), .optional("name", .text(255)), .optional("agent_id", .identifier),
            .optional("team_id", .identifier), .optional("workflow_id", .identifier),
            .optional("model_id", .identifier),
            .optional("model_provider", .identifier).when(.shortProviderNames, type: .text(50)),
            .optional("evaluated_component_name", .text(255)), .required("created_at", .bigInteger),
            .optional("updated_at", .bigInteger),
        ],
        primaryKey: ["run_id"], indexes: [index("created_at")])

    private static let knowledge = TableDefinition(
        .knowledge,
        columns: [
            .required("id", .identifier), .required("name", .text(255)), .required("description", .freeText),
            .optional("metadata", .json), .optional("type", .text(50)), .optional("size", .bigInteger),
            .optional("linked_to", .identifier), .optional("access_count", .bigInteger), .optional("status", .text(50)),
            .optional("status_message", .freeText), .optional("created_at", .bigInteger),
            .optional("updated_at", .bigInteger), .optional("external_id", .identifier),
        ],
        primaryKey: ["id"])

    private static let culture = TableDefinition(
        .culture,
        columns: [
            .required("id", .identifier), .required("name", .text(255)), .optional("summary", .freeText),
            .optional("content", .parsedJSON), .optional("metadata", .parsedJSON), .optional("input", .freeText),
            .optional("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            .optional("agent_id", .identifier), .optional("team_id", .identifier),
        ],
        primaryKey: ["id"], indexes: [index("name")])
}

// The tables of 2.3.0 and 2.5.0.
extension TableDefinition {
    private static let learnings = TableDefinition(
        .learnings,
        columns: [
            .required("learning_id", .identifier), .required("learning_type", .identifier),
            .optional("namespace", .identifier), .optional("user_id", .identifier), .optional("agent_id", .identifier),
            .optional("team_id", .identifier), .optional("workflow_id", .identifier),
            .optional("session_id", .identifier), .optional("entity_id", .identifier),
            .optional("entity_type", .identifier), .required("content", .parsedJSON),
            .optional("metadata", .parsedJSON), .required("created_at", .bigInteger),
            .optional("updated_at", .bigInteger),
        ],
        primaryKey: ["learning_id"],
        indexes: [
            index("agent_id"), index("created_at"), index("entity_id"), index("entity_type"), index("learning_type"),
            index("namespace"), index("session_id"), index("team_id"), index("user_id"), index("workflow_id"),
        ])

    private static let approvals = TableDefinition(
        .approvals,
        columns: [
            .required("id", .identifier), .required("run_id", .identifier), .required("session_id", .identifier),
            .required("status", .identifier), .required("source_type", .identifier),
            .optional("approval_type", .identifier), .required("pause_type", .identifier),
            .optional("tool_name", .identifier), .optional("tool_args", .parsedJSON),
            .optional("expires_at", .bigInteger), .optional("agent_id", .identifier), .optional("team_id", .identifier),
            .optional("workflow_id", .identifier), .optional("user_id", .identifier),
            .optional("schedule_id", .identifier), .optional("schedule_run_id", .identifier),
            .optional("source_name", .identifier), .optional("requirements", .parsedJSON),
            .optional("context", .parsedJSON), .optional("resolution_data", .parsedJSON),
            .optional("resolved_by", .identifier), .optional("resolved_at", .bigInteger),
            .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
        ],
        primaryKey: ["id"],
        indexes: [
            index("agent_id"), index("approval_type"), index("created_at"), index("pause_type"), index("run_id"),
            index("schedule_id"), index("schedule_run_id"), index("session_id"), index("source_type"), index("status"),
            index("team_id"), index("user_id"), index("workflow_id"),
        ])

    private static let components = TableDefinition(
        .components,
        columns: [
            .required("component_id", .identifier), .required("component_type", .identifier),
            .required("name", .identifier).when(.optionalNames, isNullable: true), .optional("description", .prose),
            .optional("current_version", .integer), .optional("metadata", .parsedJSON),
            .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            .optional("deleted_at", .bigInteger),
        ],
        primaryKey: ["component_id"],
        indexes: [index("component_type"), index("created_at"), index("current_version"), index("name")])

    private static let schedules = TableDefinition(
        .schedules,
        columns: [
            .required("id", .identifier), .required("name", .identifier), .optional("description", .prose),
            .required("method", .identifier), .required("endpoint", .identifier), .optional("payload", .parsedJSON),
            .required("cron_expr", .identifier), .required("timezone", .identifier),
            .required("timeout_seconds", .bigInteger), .required("max_retries", .bigInteger),
            .required("retry_delay_seconds", .bigInteger), .required("enabled", .boolean),
            .optional("next_run_at", .bigInteger), .optional("locked_by", .identifier),
            .optional("locked_at", .bigInteger), .required("created_at", .bigInteger),
            .optional("updated_at", .bigInteger),
        ],
        primaryKey: ["id"],
        indexes: [index("created_at"), index("enabled", "next_run_at"), index("name"), index("next_run_at")])

    private static let scheduleRuns = TableDefinition(
        .scheduleRuns,
        columns: [
            .required("id", .identifier), .required("schedule_id", .identifier), .required("attempt", .bigInteger),
            .optional("triggered_at", .bigInteger), .optional("completed_at", .bigInteger),
            .required("status", .identifier), .optional("status_code", .bigInteger), .optional("run_id", .identifier),
            .optional("session_id", .identifier), .optional("error", .prose), .optional("input", .parsedJSON),
            .optional("output", .parsedJSON), .optional("requirements", .parsedJSON),
            .required("created_at", .bigInteger),
        ],
        primaryKey: ["id"], indexes: [index("created_at"), index("schedule_id"), index("status")],
        foreignKeys: [ForeignKey(["schedule_id"], references: .schedules, ["id"])])
}

// The table of 3.0.0.
extension TableDefinition {
    private static func runs(_ traits: DatabaseTraits) -> TableDefinition {
        let isSharded = traits.has(.shardedTables)
        return TableDefinition(
            .runs,
            columns: [
                .required("run_id", .identifier), .required("session_id", .identifier),
                .required("run_type", .text(20)),
                .optional("agent_id", .identifier), .optional("team_id", .identifier),
                .optional("workflow_id", .identifier), .optional("user_id", .identifier),
                .optional("parent_run_id", .identifier), .optional("status", .text(50)),
                .optional("run_index", .bigInteger), .required("run_data", .parsedJSON),
                .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            ],
            primaryKey: isSharded ? ["run_id", "session_id"] : ["run_id"],
            indexes: [
                index("session_id"), index("run_type"), index("agent_id"), index("team_id"), index("workflow_id"),
                index("user_id"), index("status"), index("created_at"),
                Index(on: ["session_id", "run_index"], declaredName: "runs_session_id_run_index"),
            ],
            foreignKeys: isSharded ? [] : [ForeignKey(["session_id"], references: .sessions, ["session_id"])],
            shardKey: isSharded ? ["session_id"] : [])
    }
}
