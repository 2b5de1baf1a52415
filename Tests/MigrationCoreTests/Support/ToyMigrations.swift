import AgnoSchema

/// The versions that the planner's tests plan with. They have each kind of step, and they are frozen: no new version of
/// Agno is added here, so that no answer of the planner changes with one.
extension SchemaHistory {
    static let toys = SchemaHistory(Migration.toys)
}

extension Migration {
    static let toys: [Migration] = [toy2_3_0, toy2_5_0, toy2_5_6, toy3_0_0]

    /// Memories learn when they were made and what was thought of them; JSON becomes the server's parsed form.
    fileprivate static let toy2_3_0 = Migration(
        to: SchemaVersion(2, 3, 0),
        tables: [
            .alter(
                .memories,
                steps: [
                    .addColumn("created_at", .bigInteger, notNullFilledWith: .copied(from: "updated_at")),
                    .addIndex(on: "created_at"),
                    .addColumn("feedback", .prose),
                ]
                    + MigrationStep.changeType("memory", "topics", from: .json, to: .parsedJSON)
                    + MigrationStep.changeType("input", from: .freeText, to: .prose)),
            .alter(
                .sessions,
                steps: MigrationStep.changeType(
                    "session_data", "agent_data", "team_data", "workflow_data", "metadata", "runs", "summary",
                    from: .json, to: .parsedJSON)),
            .alter(
                .metrics,
                steps: MigrationStep.changeType("token_metrics", "model_metrics", from: .json, to: .parsedJSON)),
            .alter(.evals, steps: MigrationStep.changeType("eval_data", "eval_input", from: .json, to: .parsedJSON)),
            .alter(
                .knowledge,
                steps: MigrationStep.changeType("metadata", from: .json, to: .parsedJSON)
                    + MigrationStep.changeType("description", "status_message", from: .freeText, to: .prose)),
        ])

    /// A session's id becomes the primary key where it was only unique.
    fileprivate static let toy2_5_0 = Migration(
        to: SchemaVersion(2, 5, 0),
        tables: [
            .alter(
                .sessions,
                steps: [
                    .unless(
                        .sessionPrimaryKeyFromStart,
                        [
                            .requires(.unique(["session_id"])),
                            .unless(.shardedTables, [.addPrimaryKey(on: "session_id", replacing: .sessionID)]),
                            .when(.shardedTables, [.addPrimaryKey(on: "session_id", replacing: .sessionIDAndType)]),
                        ])
                ])
        ])

    /// Approvals know the status of the run that waits for them.
    fileprivate static let toy2_5_6 = Migration(
        to: SchemaVersion(2, 5, 6),
        tables: [
            .alter(.approvals, steps: [.addColumn("run_status", .text(50)), .addIndex(on: "run_status")])
        ])

    /// Each run gets a row of its own, and each shared row an owner.
    fileprivate static let toy3_0_0 = Migration(
        to: SchemaVersion(3, 0, 0),
        tables: [
            .alter(
                .sessions,
                steps: [
                    .createTable(.runs),
                    .move(.sessionRuns),
                    .retireColumn("runs", .parsedJSON),
                ]),
            .alter(
                .evals, .components, .knowledge, .schedules, .scheduleRuns,
                steps: [.addColumn("user_id", .identifier), .addIndex(on: "user_id")]),
            .alter(.knowledge, steps: [.when(.compositeOwnerIndexes, [.addIndex(on: "user_id", "linked_to")])]),
            .alter(
                .schedules,
                steps: [
                    .requires(.unique(["name"], where: .isNull("user_id"))),
                    .requires(.unique(["user_id", "name"], where: .isNotNull("user_id"))),
                    .addColumn("managed_by", .identifier),
                    .addColumn("target_type", .identifier),
                    .addColumn("target_id", .identifier),
                    .addColumn("created_by_run_id", .identifier),
                    .addColumn("created_by_session_id", .identifier),
                    .addColumn("updated_by_run_id", .identifier),
                    .addColumn("updated_by_session_id", .identifier),
                    .addColumn("disabled_reason", .identifier),
                    .addIndex(on: "managed_by"),
                    .addIndex(on: "target_id"),
                    .addIndex(on: "user_id", "enabled", "next_run_at"),
                    .addUniqueIndex(on: "user_id", "name", where: .isNotNull("user_id"), named: "uq_user_name"),
                    .addUniqueIndex(on: "name", where: .isNull("user_id"), named: "uq_unowned_name"),
                ]),
            .alter(
                .metrics,
                steps: [
                    .addColumn("user_id", .identifier, notNullFilledWith: .constant("")),
                    .unless(.shardedTables, [.replaceUniqueKey(.metricsDay, with: .metricsDayOfUser)]),
                    .addIndex(on: "user_id"),
                    .move(.unfinishedMetricsDay),
                    .move(.ownedMetrics),
                ]),
            .alter(.learnings, steps: [.move(.learningKeys)]),
        ])
}
