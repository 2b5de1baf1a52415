extension Migration {
    /// Each run gets a row of its own, and each shared row an owner.
    static let v3_0_0 = Migration(
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
