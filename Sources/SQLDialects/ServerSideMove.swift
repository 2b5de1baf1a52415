/// A page of run lists, moved by the server itself.
///
/// It is for regular lists only: it fails if a run already exists or a value does not fit, and inserts fewer rows than the
/// lists have elements if an element is irregular. The caller then rolls it back.
package struct ServerSideMove: Sendable {
    /// Writes the sessions' markers and then their runs; nil if the report does both.
    package var writing: (markers: SQLStatement, runs: SQLStatement)?
    /// A row per session: its id, bytes and elements; without `writing` also the number of runs that the whole statement
    /// inserted.
    package var report: SQLStatement
    /// A query for the sessions with irregular lists; the page can be retried without them.
    package var odd: SQLStatement

    package init(
        writing: (markers: SQLStatement, runs: SQLStatement)? = nil, report: SQLStatement, odd: SQLStatement
    ) {
        self.writing = writing
        self.report = report
        self.odd = odd
    }

    /// The text of `odd`: the sessions that have an irregular element, or one whose run id occurs twice in the page or
    /// already in the runs table.
    ///
    /// - Parameters:
    ///   - elements: the query for the page's elements: session_id, run_id and is_plain.
    ///   - materialized: whether the server has to be told to compute them once.
    ///   - runs: the runs table's name in a statement.
    static func oddSessions(among elements: String, materialized: Bool, runs: String) -> String {
        """
        WITH element AS \(materialized ? "MATERIALIZED " : "")(\(elements)) \
        SELECT session_id FROM element WHERE NOT is_plain \
        UNION SELECT e.session_id FROM element e JOIN (SELECT run_id FROM element WHERE is_plain GROUP BY run_id \
        HAVING COUNT(*) > 1) d ON d.run_id = e.run_id \
        UNION SELECT e.session_id FROM element e JOIN \(runs) r ON r.run_id = e.run_id
        """
    }
}
