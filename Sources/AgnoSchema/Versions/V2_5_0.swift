extension Migration {
    /// A session's id becomes the primary key where it was only unique.
    static let v2_5_0 = Migration(
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
}
