public import AgnoSchema

/// The comparison of every table with a fresh one of its version, and of every run list with the runs table.
public struct VerificationReport: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version string.
    public var serverVersion: String
    /// The schema that holds the tables; nil on a server without schemas.
    public var schema: String?
    /// One entry per table type, in processing order; absent tables included.
    public var tables: [TableVerification]
    /// Warnings; none of them makes the verification fail.
    public var warnings: [String]

    /// Whether no table has a mismatch.
    public var isVerified: Bool { tables.allSatisfy { $0.mismatches.isEmpty } }
}

/// The comparison of one table with a fresh one of its version.
public struct TableVerification: Sendable, Codable, Hashable {
    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// Whether the table exists.
    public var exists: Bool
    /// The version that the table was compared with: its stamp, or the baseline; nil for an absent table without a stamp.
    public var version: SchemaVersion?
    /// The mismatches, in words; each one makes the verification fail.
    public var mismatches: [String]
    /// Harmless differences from a fresh table, each with its reason.
    public var tolerated: [String]
    /// The number of rows counted.
    public var rows: Int64
    /// The statements that `up` would run to repair the mismatches, if the rows allow them.
    public var repairs: [String] = []
}
