public import AgnoSchema

/// Whether a release of Agno may serve on a database, table by table.
public struct ReleaseCheck: Sendable, Codable, Hashable {
    /// The release.
    public var release: String
    /// The schema version that the release creates and accepts.
    public var schemaVersion: SchemaVersion
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version string.
    public var serverVersion: String
    /// The schema that holds the tables; nil on a server without schemas.
    public var schema: String?
    /// One entry per table type that the release uses, absent tables included: the release creates those.
    public var tables: [TableFitness]
    /// Warnings, such as an invalid stamp; none of them is an error.
    public var warnings: [String]

    /// Whether the release may serve on every table.
    public var mayServe: Bool { tables.allSatisfy(\.serves) }
}

/// Whether a release of Agno may serve on one table.
public struct TableFitness: Sendable, Codable, Hashable {
    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// Whether the table exists.
    public var exists: Bool
    /// The text in the versions table, unchanged; nil if the table is not stamped.
    public var stamp: String?
    /// What keeps the release from serving; empty if nothing does.
    public var reasons: [String]

    /// Whether the release may serve on the table.
    public var serves: Bool { reasons.isEmpty }
}
