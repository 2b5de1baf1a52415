/// Rows that a version moves, by the name that the journal keeps.
///
/// What a move means is a pure function in `Moves/`; how it is carried out is its mover's business, which the engine
/// finds by this name. A dialect may offer a faster rendering for well-formed rows.
package struct RowMove: RawRepresentable, Hashable, Sendable {
    /// The name in the journal; it never changes.
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// Each element of a session's run list becomes a row of the runs table; down: the list is put together again.
    package static let sessionRuns = RowMove(rawValue: "sessionRuns")
    /// The newest unfinished, unowned metrics day is archived, since Agno recalculates it per user; down: put back.
    package static let unfinishedMetricsDay = RowMove(rawValue: "unfinishedMetricsDay")
    /// Down: metrics of single users have no place in a table with one row per day; up: they are put back.
    package static let ownedMetrics = RowMove(rawValue: "ownedMetrics")
    /// Learned entities of a user get an id that contains the user; down: the old id, where only one user has it.
    package static let learningKeys = RowMove(rawValue: "learningKeys")
}
