public import AgnoSchema

/// The result of copying Agno's tables to another database, or of a dry run.
public struct CopyReport: Sendable, Codable, Hashable {
    /// A server and the schema used on it.
    public typealias Place = ReportPlace

    /// The database that was read.
    public var source: Place
    /// The database that received the rows.
    public var target: Place
    /// The schema version of both; nil if the source has none of Agno's tables.
    public var version: SchemaVersion?
    /// Whether nothing was written.
    public var isDryRun: Bool
    /// One entry per table of the source: those that versions change in processing order, then the others.
    public var tables: [CopiedTable] = []
    /// Warnings; none of them stopped the copy.
    public var warnings: [String] = []
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double = 0
    /// Whether another program wrote to a source without a snapshot during the copy: what it wrote may be missing.
    public var sourceWasWritten = false
    /// Whether the run was stopped at a safe point; rows counted as copied are committed.
    public var interrupted = false
    /// How many values and rows are parked in the source, and stay there.
    package var parked: Int64 = 0
    /// The proof, if one was asked for and could be made.
    public var proof: Proof?

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    /// Whether every row of every table is in the target, or would be after a dry run.
    public var isSuccess: Bool {
        !interrupted && !sourceWasWritten
            && tables.allSatisfy { $0.outcome == .copied || $0.outcome == .wouldCopy || $0.isEmpty }
    }
}

/// The result of one table; rows = copied + already there + refused, unless it failed or was not copied at all.
public struct CopiedTable: Sendable, Codable, Hashable {
    /// How a table ended.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// Every row of the source is in the target, compared value by value.
        case copied
        /// Every row would be copied as far as the values tell (dry run).
        case wouldCopy = "would_copy"
        /// Rows were refused or changed during the copy; the others are in the target.
        case incomplete
        /// The target has no place for the table.
        case notCopied = "not_copied"
        /// An error ended the copy of the table; rows counted as copied are committed.
        case failed
    }

    /// Agno's name for the type, such as `sessions` or `traces`.
    public var type: String
    /// The table's name in the source.
    public var name: String
    /// The outcome.
    public var outcome: Outcome
    /// The number of rows in the source.
    public var rows: Int64
    /// Rows written to the target and read back; in a dry run those that would be written.
    public var copied: Int64 = 0
    /// Rows that the target has already, equal value by value.
    public var alreadyThere: Int64 = 0
    /// Rows that the target does not take, or of which it has others.
    public var refused: Int64 = 0
    /// How many of them are in the target with other values.
    package var differing: Int64 = 0
    /// The first 100 of them; the target's journal has all.
    public var refusedRows: [RefusedRow] = []
    /// Rows that another program wrote in the source during the copy, where the source has no snapshot.
    public var changed: Int64 = 0
    /// The keys of the first 100 of them.
    public var changedRows: [String] = []
    /// Rows that only the target has.
    public var onlyInTarget: Int64 = 0
    /// Columns of the source with values that are not part of Agno's table and stay in the source.
    public var leftOut: [LeftOutColumn] = []
    /// Why the table was not copied; nil if it was.
    public var reason: String?
    /// The error that ended the copy of the table; nil if none did.
    public var error: MigrationError?
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double = 0

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    /// Whether nothing had to be copied, although the target has no such table.
    var isEmpty: Bool { outcome == .notCopied && rows == 0 }
}

/// A row of the source that is not in the target as it is in the source.
public struct RefusedRow: Sendable, Codable, Hashable {
    /// The row's key; the parts of a composite key are separated by commas.
    public var key: String
    /// The column with the value at fault; nil if the server does not tell.
    public var column: String?
    /// The stable code of the reason, such as `nul_character`.
    public var reason: String
}

/// A column of the source that Agno's table does not have.
public struct LeftOutColumn: Sendable, Codable, Hashable {
    /// The column's name.
    public var name: String
    /// The number of rows with a value.
    public var rows: Int64
    /// Whether it holds the run lists from before 3.0.0, whose runs are in the runs table.
    public var isBackup: Bool
}
