import AgnoSchema

/// What a caller asks for.
struct MigrationRequest {
    var direction: MigrationDirection
    var target: SchemaVersion
    var types: [TableType]
    var force: Bool
}
