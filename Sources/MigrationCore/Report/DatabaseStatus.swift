public import AgnoSchema

/// The stamps of a database beside the real shape of its tables.
public struct DatabaseStatus: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version string.
    public var serverVersion: String
    /// The schema that holds the tables; nil on a server without schemas.
    public var schema: String?
    /// One entry per table type, in processing order; absent tables included.
    public var tables: [TableStatus]
    /// Warnings, such as an invalid stamp or a database newer than this program; none of them is an error.
    public var warnings: [String]
    /// Agno's tables that no version changes.
    public var knownTables: [String]
    /// Agno's tables under other names or in other schemas, of types that are absent.
    public var elsewhere: [TableElsewhere]
    /// What earlier ways down have parked and no `up` has put back.
    public var parked: [ParkedSummary]
    /// Whether a stamp is above the newest version that this program supports; such a database is never changed.
    public var isNewerThanProgram: Bool

    /// Whether any table has pending versions.
    public var hasPendingWork: Bool { tables.contains { !$0.pending.isEmpty } }
}

/// The stamp of one table beside its real shape.
public struct TableStatus: Sendable, Codable, Hashable {
    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// Whether the table exists.
    public var exists: Bool
    /// The text in the versions table, unchanged; nil if the table is not stamped.
    public var stamp: String?
    /// The newest version whose columns, keys and indexes the table has; nil for an absent table.
    public var shape: SchemaVersion?
    /// The versions whose changes or stamp are missing, oldest first; empty for an absent table.
    public var pending: [SchemaVersion]
    /// Whether the stamp matches the shape; a table without a stamp agrees if it has the baseline's shape.
    public var agrees: Bool
    /// The differences from a fresh table of its version, in words.
    public var differences: [String]
}
