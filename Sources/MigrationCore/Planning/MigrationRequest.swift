import AgnoSchema

/// What a caller asks for.
struct MigrationRequest {
    var direction: MigrationDirection
    var target: SchemaVersion
    var types: [TableType]
    var force: Bool
    /// Whether a way down destroys what the older schema has no place for, instead of parking it.
    var discards = false
}
