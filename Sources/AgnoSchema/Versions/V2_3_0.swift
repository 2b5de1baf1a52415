extension Migration {
    /// Memories learn when they were made and what was thought of them; JSON becomes the server's parsed form.
    static let v2_3_0 = Migration(
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
}
