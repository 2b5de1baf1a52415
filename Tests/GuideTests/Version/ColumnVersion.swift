import AgnoSchema

extension Migration {
    /// Approvals have a due date.
    static let columnVersion = Migration(
        to: SchemaVersion(3, 2, 0),
        tables: [
            .alter(.approvals, steps: [.addColumn("due_at", .bigInteger), .addIndex(on: "due_at")])
        ])
}
