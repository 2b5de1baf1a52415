public import AgnoSchema

/// The content of a new sample database.
public struct SampleReport: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The schema version.
    public var version: SchemaVersion
    /// The tables created.
    public var tables: [String]
    /// The total number of rows.
    public var rows: Int64
}
