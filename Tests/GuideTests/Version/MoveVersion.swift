import AgnoSchema

extension RowMove {
    /// Approvals that expire are due when they expire; down: nothing, `expires_at` was not changed.
    static let approvalDueDates = RowMove(rawValue: "approvalDueDates")
}

extension Migration {
    /// Approvals have a due date, which starts as the time of expiry.
    static let moveVersion = Migration(
        to: SchemaVersion(3, 2, 0),
        tables: [
            .alter(
                .approvals,
                steps: [.addColumn("due_at", .bigInteger), .addIndex(on: "due_at"), .move(.approvalDueDates)])
        ])
}
