public import AgnoSchema

/// What a sample database was filled with.
public struct SampleReport: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The schema version that was made.
    public var version: SchemaVersion
    /// The tables that were made.
    public var tables: [String]
    /// How many rows they have in all.
    public var rows: Int64
}
