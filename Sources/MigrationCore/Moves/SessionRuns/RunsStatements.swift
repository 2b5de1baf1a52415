import AgnoSchema
import DatabaseAccess
import SQLDialects

/// A session of a page, without its list.
struct SessionHead {
    /// The session's place in the scan order.
    var key: SQLValue
    var id: SQLValue
    /// The fingerprint of the list that was moved before; nil if none was.
    var marker: String?

    init(key: SQLValue, id: SQLValue, marker: String?) {
        self.key = key
        self.id = id
        self.marker = marker
    }

    /// A row of ``RunsStatements/listPage(after:through:changedSince:)`` or ``RunsStatements/rowsPage(after:changedSince:)``.
    init(_ row: SQLRow) {
        self.init(key: row[0], id: row[1], marker: row[2].string)
    }
}

extension DatabaseConnection {
    /// Hands over pages of sessions, each of which begins after the last key of the one before.
    func forEachPage(of page: (_ last: SQLValue?) -> SQLStatement, _ body: ([SessionHead]) throws -> Void) throws {
        var last: SQLValue?
        while true {
            let heads = try rows(page(last)).map(SessionHead.init)
            guard let end = heads.last?.key else { return }
            try body(heads)
            last = end
        }
    }
}

/// The statements of the runs' move, composed once per connection: they are executed once per session or run.
struct RunsStatements {
    let countLists: String
    let countSessions: String
    /// Session and time of its last change; nil if sessions do not carry it.
    let sessionTimes: String?
    /// The same of the sessions with a list.
    let listTimes: String?
    /// Session, run and time of its last change, of all runs whose session exists.
    let runTimes: String
    /// User, creation time and time of the last change of a session.
    let sessionColumns: [String]
    /// Parameters: list, scan key.
    let writeList: String
    /// A run's session, and its id: a server may take two spellings for one. Parameters: run.
    let readOwner: String
    /// The position of a run in a session that comes later in key order, if the row is as it was moved. Parameters: run,
    /// its session, this session, table.
    let readRival: String
    /// Parameters: run, session.
    let removeRun: String
    /// Leaves a row alone that was written since it was moved. Parameters: data, status, position, now, run, session,
    /// table.
    let refreshRun: String
    /// Gives the rows that nobody has written since they were moved the time of the move that follows. Parameters: now,
    /// session, table.
    let keepUntouched: String
    /// Parameters: session.
    let runOrder: String
    /// Parameters: session. Columns: run, data; in any order.
    let readRuns: String
    /// Parameters: run, session.
    let findElsewhere: String

    private let dialect: any Dialect
    private let sessions: TableSnapshot
    private let sessionsTable: String
    private let runsTable: String
    private let scanKey: String

    init(_ dialect: any Dialect, _ context: RunsMoveContext) {
        let sessions = context.sessions
        func p(_ position: Int) -> String { dialect.placeholder(position) }
        func optional(_ column: String) -> String {
            sessions.shape.column(column) == nil ? "NULL" : dialect.quote(column)
        }
        let (s, r) = (dialect.table(sessions.name), dialect.table(context.runs.name))
        let (list, key) = (dialect.quote("runs"), dialect.scanKey(of: sessions))
        self.dialect = dialect
        self.sessions = sessions
        (sessionsTable, runsTable, scanKey) = (s, r, key)

        countLists = "SELECT COUNT(*) FROM \(s) WHERE \(list) IS NOT NULL"
        countSessions = "SELECT COUNT(*) FROM \(s)"
        sessionTimes =
            sessions.shape.column("updated_at") == nil ? nil : "SELECT session_id, updated_at FROM \(s)"
        listTimes = sessionTimes.map { "\($0) WHERE \(list) IS NOT NULL" }
        runTimes =
            "SELECT s.session_id, r.run_id, r.updated_at FROM \(r) r JOIN \(s) s ON s.session_id = r.session_id"
        sessionColumns = [optional("user_id"), optional("created_at"), optional("updated_at")]
        // A column that is assigned its own value does not get the time of the update.
        let kept = sessions.selfUpdatingColumns.map { ", \(dialect.quote($0)) = \(dialect.quote($0))" }.joined()
        writeList = "UPDATE \(s) SET \(list) = \(p(1))\(kept) WHERE \(key) = \(p(2))"

        findElsewhere = "SELECT 1 FROM \(r) WHERE run_id = \(p(1)) AND session_id <> \(p(2)) LIMIT 1"
        readOwner = "SELECT session_id, run_id FROM \(r) WHERE run_id = \(p(1))\(dialect.lockingReadSuffix)"
        // Joined with its marker, since a locking read does not reach into sub-queries.
        readRival =
            "SELECT r.run_index FROM \(r) r JOIN \(s) o ON o.session_id = r.session_id JOIN \(s) w "
            + "ON w.session_id = \(p(3)) JOIN \(dialect.table(Markers.table)) m ON m.row_key = o.session_id "
            + "WHERE r.run_id = \(p(1)) AND o.session_id = \(p(2)) AND o.\(key) > w.\(key) "
            + "AND m.table_name = \(p(4)) AND m.moved_at = r.updated_at\(dialect.lockingReadSuffix)"
        removeRun = "DELETE FROM \(r) WHERE run_id = \(p(1)) AND session_id = \(p(2))"
        refreshRun =
            "UPDATE \(r) SET run_data = \(p(1)), status = \(p(2)), run_index = \(p(3)), updated_at = \(p(4)) "
            + "WHERE run_id = \(p(5)) AND session_id = \(p(6)) "
            + "AND updated_at = \(Markers.value("moved_at", ofRow: p(6), of: p(7), dialect)) "
            + "AND \(dialect.differs("run_data", fromJSON: p(1)))"
        keepUntouched =
            "UPDATE \(r) SET updated_at = \(p(1)) WHERE session_id = \(p(2)) "
            + "AND updated_at = \(Markers.value("moved_at", ofRow: p(2), of: p(3), dialect))"
        // Ordered by keys alone: sorting the payloads as well can exceed a server's sort memory.
        runOrder =
            "SELECT run_id FROM \(r) WHERE session_id = \(p(1)) "
            + "ORDER BY run_index IS NULL, run_index, created_at, run_id"
        readRuns = "SELECT run_id, run_data FROM \(r) WHERE session_id = \(p(1))"
    }

    /// A page of sessions that have a list.
    ///
    /// - Parameters:
    ///   - after: the key after which the page begins; nil: the first page.
    ///   - through: the last key of the range; nil: no limit.
    ///   - start: only sessions without a marker or written since then; nil: all.
    func listPage(after: SQLValue?, through: SQLValue?, changedSince start: Int64?) -> SQLStatement {
        page { bound in
            var conditions = ["s.\(dialect.quote("runs")) IS NOT NULL"]
            if let after { conditions.append("s.\(scanKey) > \(bound.add(after))") }
            if let through { conditions.append("s.\(scanKey) <= \(bound.add(through))") }
            if let start, hasUpdateTime {
                conditions.append("(\(fingerprint) IS NULL OR s.updated_at >= \(bound.add(.integer(start))))")
            }
            return conditions.joined(separator: " AND ")
        }
    }

    /// The sessions of these ids that have a list.
    func heads(of ids: [SQLValue]) -> SQLStatement {
        let found = dialect.isOne(of: ids, "s.session_id", after: 1)
        return SQLStatement(
            "SELECT s.\(scanKey), s.session_id, \(fingerprint) FROM \(sessionsTable) s "
                + "WHERE s.\(dialect.quote("runs")) IS NOT NULL AND \(found.sql) ORDER BY s.\(scanKey)",
            [.text(sessions.name)] + found.bindings)
    }

    /// A page of sessions that have rows or a marker.
    ///
    /// - Parameters:
    ///   - after: the key after which the page begins; nil: the first page.
    ///   - start: only sessions that are not joined yet or were written since then; nil: all.
    func rowsPage(after: SQLValue?, changedSince start: Int64?) -> SQLStatement {
        page { bound in
            // Not EXISTS, for which a server may read all runs once per page.
            let rows = "SELECT MAX(r.session_id) FROM \(runsTable) r WHERE r.session_id = s.session_id"
            let position = after.map { " AND s.\(scanKey) > \(bound.add($0))" } ?? ""
            guard let start else { return "(\(fingerprint) IS NOT NULL OR (\(rows)) IS NOT NULL)\(position)" }
            let since = bound.add(.integer(start))
            let isUpdated = hasUpdateTime ? " OR (s.updated_at >= \(since) AND (\(rows)) IS NOT NULL)" : ""
            let isWritten = "(\(rows) AND r.updated_at >= \(since)) IS NOT NULL\(isUpdated)"
            return "(\(fingerprint) IS NOT NULL OR \(isWritten))\(position)"
        }
    }

    /// Parameter 1 is the table; the condition adds its own.
    private func page(where condition: (inout BoundValues) -> String) -> SQLStatement {
        var bound = BoundValues(dialect: dialect, values: [.text(sessions.name)])
        let condition = condition(&bound)
        return SQLStatement(
            "SELECT s.\(scanKey), s.session_id, \(fingerprint) FROM \(sessionsTable) s WHERE \(condition) "
                + "ORDER BY s.\(scanKey) LIMIT 256", bound.values)
    }

    private var fingerprint: String {
        Markers.value("fingerprint", ofRow: "s.session_id", of: dialect.placeholder(1), dialect)
    }

    /// Whether sessions carry the time of their last change.
    private var hasUpdateTime: Bool { sessions.shape.column("updated_at") != nil }

    /// The keys that cut all sessions, with a list or without, into ranges of equal size: to tell which sessions have a
    /// list, some servers read the lists.
    func rangeEnds(of count: Int64) -> SQLStatement {
        SQLStatement(
            "SELECT k.scan_key FROM (SELECT \(scanKey) AS scan_key, ROW_NUMBER() OVER (ORDER BY \(scanKey)) AS place "
                + "FROM \(sessionsTable)) k "
                + "WHERE k.place % \(dialect.placeholder(1)) = 0 ORDER BY k.place", [.integer(count)])
    }
}

/// The values of a statement under composition, each with its placeholder.
private struct BoundValues {
    let dialect: any Dialect
    var values: [SQLValue]

    mutating func add(_ value: SQLValue) -> String {
        values.append(value)
        return dialect.placeholder(values.count)
    }
}
