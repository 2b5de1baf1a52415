public import AgnoSchema

/// The outcome of dropping the backup column with the sessions' old run lists.
public struct CleanupReport: Sendable, Codable, Hashable {
    /// The outcome of a clean-up.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// The column was dropped.
        case dropped
        /// The column would be dropped (dry run).
        case wouldDrop = "would_drop"
        /// The column does not exist.
        case nothingToDo = "nothing_to_do"
        /// Some content exists only in the column; nothing was changed.
        case refused
    }

    /// The server.
    public var dialect: DatabaseKind
    /// The sessions table.
    public var table: String
    /// The outcome.
    public var outcome: Outcome
    /// The number of sessions with a list in the column.
    public var sessions: Int64
    /// The number of list elements that have their row in the runs table.
    public var covered: Int64
    /// The number of list elements whose row the application deleted after they were moved.
    public var deletedSince: Int64
    /// The number of elements or lists that exist only in the column.
    public var uncovered: Int
    /// The first 100 of them.
    public var uncoveredRows: [QuarantinedRow]
    /// The reason for the refusal; nil for every other outcome.
    public var error: MigrationError?
    /// The proof, if one was asked for and could be made.
    public var proof: Proof?
}
