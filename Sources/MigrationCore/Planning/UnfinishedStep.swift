import AgnoSchema

/// A step that a run began and no run has finished, on a server where every change of structure commits.
struct UnfinishedStep: Hashable {
    var version: SchemaVersion
    var direction: MigrationDirection
    /// The moves that were due when it began.
    var moves: [RowMove]
}
