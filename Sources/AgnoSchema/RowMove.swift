/// Rows that a version moves between shapes, by the name that the journal stores.
///
/// A move's meaning is a pure function beside its declaration; a dialect may offer a faster rendering for well-formed rows.
package struct RowMove: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// Each element of a session's run list becomes a row of the runs table; down: the list is rebuilt from the rows.
    package static let sessionRuns = RowMove(rawValue: "sessionRuns")
    /// The newest unfinished, unowned metrics day is archived, since Agno recalculates it per user; down: it is restored.
    package static let unfinishedMetricsDay = RowMove(rawValue: "unfinishedMetricsDay")
    /// Learned entities of a user get an id that contains the user; down: nothing, the new ids remain readable.
    package static let learningKeys = RowMove(rawValue: "learningKeys")
}
