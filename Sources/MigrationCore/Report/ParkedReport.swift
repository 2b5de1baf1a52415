public import AgnoSchema

/// Values or rows that an older schema has no place for: `down` parks them, or destroys them.
public struct DisplacedRows: Sendable, Codable, Hashable {
    /// The table's real name.
    public var table: String
    /// What it is, in words: `values of feedback`.
    public var what: String
    /// The number of rows.
    public var rows: Int64

    package init(table: String, what: String, rows: Int64) {
        self.table = table
        self.what = what
        self.rows = rows
    }
}

/// How much is parked for one column of a table, or how many whole rows of it.
public struct ParkedSummary: Sendable, Codable, Hashable {
    /// The table's name.
    public var table: String
    /// The column; nil for whole rows.
    public var column: String?
    /// The version that has a place for it.
    public var version: String
    /// The number of values, or of rows.
    public var count: Int64
}

/// What is parked in a database.
public struct ParkedReport: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version string.
    public var serverVersion: String
    /// The schema that holds the tables; nil on a server without schemas.
    public var schema: String?
    /// What is parked now.
    public var entries: [ParkedSummary]
    /// What the command has removed.
    public var dropped: [ParkedSummary]
}
