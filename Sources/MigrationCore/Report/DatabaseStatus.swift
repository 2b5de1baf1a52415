public import AgnoSchema

/// What a database says of itself, and what it really is.
public struct DatabaseStatus: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version text.
    public var serverVersion: String
    /// The schema that holds the tables; nil where the server has none.
    public var schema: String?
    /// One entry per table type, in processing order.
    public var tables: [TableStatus]
    /// Things worth knowing: a stamp that is no version, a database newer than this program.
    public var warnings: [String]
    /// Whether a stamp is above the newest version that this program knows.
    public var isNewerThanProgram: Bool

    /// Whether any table has something to do.
    public var hasPendingWork: Bool { tables.contains { !$0.pending.isEmpty } }
}

extension DatabaseStatus: Sequence {
    /// Goes over the tables.
    public func makeIterator() -> IndexingIterator<[TableStatus]> { tables.makeIterator() }
}

/// One table's stamp beside its real shape.
public struct TableStatus: Sendable, Codable, Hashable {
    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// Whether there is such a table.
    public var exists: Bool
    /// The text in the versions table, as it is there; nil if there is none.
    public var stamp: String?
    /// The newest version that the real columns, keys and indexes amount to; nil for an absent table.
    public var shape: SchemaVersion?
    /// The versions that have something left to do, the stamp included.
    public var pending: [SchemaVersion]
    /// Whether the stamp says what the table is.
    public var agrees: Bool
    /// Where the table is unlike a fresh one of its version, in words.
    public var differences: [String]
}

/// Whether a database is what its stamps say, rows included.
public struct VerificationReport: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version text.
    public var serverVersion: String
    /// The schema that holds the tables; nil where the server has none.
    public var schema: String?
    /// One entry per table type, in processing order.
    public var tables: [TableVerification]
    /// Things worth knowing.
    public var warnings: [String]

    /// Whether no table has a mismatch.
    public var isVerified: Bool { tables.allSatisfy { $0.mismatches.isEmpty } }
}

/// Whether one table is what its stamp says.
public struct TableVerification: Sendable, Codable, Hashable {
    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// Whether there is such a table.
    public var exists: Bool
    /// The version that the table was held against: its stamp, or the baseline.
    public var version: SchemaVersion?
    /// What is wrong, in words; each entry makes the verification fail.
    public var mismatches: [String]
    /// What is unlike a fresh table and does no harm, with the reason.
    public var tolerated: [String]
    /// How many rows were counted.
    public var rows: Int64
}

/// What became of the backup column that holds the sessions' old run lists.
public struct CleanupReport: Sendable, Codable, Hashable {
    /// How the clean-up ended.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// The column was dropped.
        case dropped
        /// The column would be dropped (dry run).
        case wouldDrop = "would_drop"
        /// There is no such column.
        case nothingToDo = "nothing_to_do"
        /// Some content is in the column only; nothing was changed.
        case refused
    }

    /// The server.
    public var dialect: DatabaseKind
    /// The sessions table.
    public var table: String
    /// How it ended.
    public var outcome: Outcome
    /// How many sessions have a list in the column.
    public var sessions: Int64
    /// How many elements of those lists have their row.
    public var covered: Int64
    /// How many elements were moved once and deleted by the application since.
    public var deletedSince: Int64
    /// How many elements or lists are nowhere but in the column.
    public var uncovered: Int
    /// The first 100 of them.
    public var uncoveredRows: [QuarantinedRow]
    /// Why it was refused.
    public var error: MigrationError?
}

/// One entry of the journal.
public struct HistoryEntry: Sendable, Codable, Hashable {
    /// The run that wrote it.
    public var run: String
    /// When, in UTC (ISO 8601).
    public var recordedAt: String
    /// The program's version.
    public var tool: String
    /// `up`, `down`, `cleanup` or `import-v1`.
    public var command: String
    /// The table's real name; empty for an entry about the whole run.
    public var table: String
    /// The version whose work it is.
    public var version: String?
    /// The event: `run`, `step`, `reverted`, `aside`, `archive`, `quarantine`; of an import also `renamed`, `imported`,
    /// `checkpoint`.
    public var event: String
    /// How it ended.
    public var outcome: String
    /// How many rows.
    public var rows: Int64
    /// Wall time in seconds.
    public var seconds: Double
    /// The key of the row that is meant, if one is.
    public var key: String?
    /// The position in that row's list.
    public var position: Int?
    /// The error code or reason, if there is one.
    public var code: String?
}
