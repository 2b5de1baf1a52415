extension Migration {
    /// Approvals know the status of the run that waits for them.
    static let v2_5_6 = Migration(
        to: SchemaVersion(2, 5, 6),
        tables: [
            .alter(.approvals, steps: [.addColumn("run_status", .text(50)), .addIndex(on: "run_status")])
        ])
}
