import AgnoSchema

/// A step that an operation began and none has finished yet, on a server where every change of structure commits at once.
struct UnfinishedStep: Hashable {
    var version: SchemaVersion
    var direction: MigrationDirection
    /// The moves that were due when it began.
    var moves: [RowMove]
}
