import AgnoSchema
import SQLDialects

/// The statements of the sessions' move, written once per run: they are executed once per session or run.
struct SessionRunsSQL {
    let countLists: String
    let countSessions: String
    /// Parameters: scan key. Columns: user, creation time, list, fingerprint where the server makes it.
    let readSession: String
    /// Parameters: scan key.
    let readList: String
    /// Parameters: list, scan key.
    let writeList: String
    /// Parameters: run.
    let readOwner: String
    /// Parameters: data, status, position, now, run, session, time of the first move.
    let refreshRun: String
    /// Parameters: session.
    let runOrder: String
    /// Parameters: session. Columns: run, data; in any order.
    let readRuns: String
    /// Parameters: fingerprint, now, table, session.
    let insertMarker: String
    /// Parameters: fingerprint, now, table, session.
    let updateMarker: String
    /// Parameters: run, session.
    let findElsewhere: String
    /// Parameters: table, session.
    let forgetMarker: String
    /// Parameters: table.
    let forgetMarkers: String
    /// Whether sessions carry the time of their last change.
    let canSeeUpdates: Bool

    private let dialect: any Dialect
    private let sessionsTable: String
    private let runsTable: String
    private let markersTable: String
    private let scanKey: String
    private let insertBeginning: String
    private let insertEnd: String
    private let insertOne: String

    private static let columns = [
        "run_id", "session_id", "run_type", "agent_id", "team_id", "workflow_id", "user_id", "parent_run_id", "status",
        "run_index", "run_data", "created_at", "updated_at",
    ]

    init(dialect: any Dialect, sessions: TableSnapshot, runs: TableSnapshot) {
        func place(_ position: Int) -> String { dialect.placeholder(position) }
        func optional(_ column: String) -> String {
            sessions.shape.column(column) == nil ? "NULL" : dialect.quote(column)
        }
        let (s, r, m) = (dialect.table(sessions.name), dialect.table(runs.name), dialect.table(Journal.markers))
        let list = dialect.quote("runs")
        let key = dialect.scanKey(of: sessions)
        self.dialect = dialect
        (sessionsTable, runsTable, markersTable, scanKey) = (s, r, m, key)
        canSeeUpdates = sessions.shape.column("updated_at") != nil

        countLists = "SELECT COUNT(*) FROM \(s) WHERE \(list) IS NOT NULL"
        countSessions = "SELECT COUNT(*) FROM \(s)"
        readSession =
            "SELECT \(optional("user_id")), \(optional("created_at")), \(list), "
            + "\(dialect.fingerprint(of: list) ?? "NULL") FROM \(s) WHERE \(key) = \(place(1))"
        readList = "SELECT \(list) FROM \(s) WHERE \(key) = \(place(1))"
        writeList = "UPDATE \(s) SET \(list) = \(place(1)) WHERE \(key) = \(place(2))"

        insertBeginning = "INSERT INTO \(r) (\(dialect.list(Self.columns))) VALUES "
        insertEnd = " " + dialect.insertIfAbsentSuffix(key: runs.shape.primaryKey)
        insertOne = Self.insert(1, dialect, insertBeginning, insertEnd)
        findElsewhere = "SELECT 1 FROM \(r) WHERE run_id = \(place(1)) AND session_id <> \(place(2)) LIMIT 1"
        readOwner = "SELECT session_id FROM \(r) WHERE run_id = \(place(1))"
        refreshRun =
            "UPDATE \(r) SET run_data = \(place(1)), status = \(place(2)), run_index = \(place(3)), "
            + "updated_at = \(place(4)) WHERE run_id = \(place(5)) AND session_id = \(place(6)) "
            + "AND updated_at = \(place(7)) AND run_data <> \(place(1))"
        // Ordered by keys alone: sorting the payloads as well can exceed a server's sort memory.
        runOrder =
            "SELECT run_id FROM \(r) WHERE session_id = \(place(1)) "
            + "ORDER BY run_index IS NULL, run_index, created_at, run_id"
        readRuns = "SELECT run_id, run_data FROM \(r) WHERE session_id = \(place(1))"

        insertMarker =
            "INSERT INTO \(m) (fingerprint, moved_at, table_name, row_key) "
            + "VALUES (\(place(1)), \(place(2)), \(place(3)), \(place(4)))"
        updateMarker =
            "UPDATE \(m) SET fingerprint = \(place(1)), moved_at = \(place(2)) "
            + "WHERE table_name = \(place(3)) AND row_key = \(place(4))"
        forgetMarker = "DELETE FROM \(m) WHERE table_name = \(place(1)) AND row_key = \(place(2))"
        forgetMarkers = "DELETE FROM \(m) WHERE table_name = \(place(1))"
    }

    /// Inserts so many runs, but none that is there. Parameters: per run the runs table's columns in Agno's order.
    func insertRuns(_ count: Int) -> String {
        count == 1 ? insertOne : Self.insert(count, dialect, insertBeginning, insertEnd)
    }

    private static func insert(_ count: Int, _ dialect: any Dialect, _ beginning: String, _ end: String) -> String {
        let rows = (0..<count).map { row in
            let places = columns.indices.map { dialect.placeholder(row * columns.count + $0 + 1) }
            return "(\(places.joined(separator: ", ")))"
        }
        return beginning + rows.joined(separator: ", ") + end
    }

    /// A page of sessions that have a list, with their markers. Parameters: table, last scan key unless it is the first
    /// page, start time where only changed ones are wanted.
    func listPage(isFirst: Bool, onlyChanged: Bool) -> String {
        var conditions = ["s.\(dialect.quote("runs")) IS NOT NULL"]
        if !isFirst { conditions.append("s.\(scanKey) > \(dialect.placeholder(2))") }
        if onlyChanged {
            let start = dialect.placeholder(isFirst ? 2 : 3)
            conditions.append("(m.fingerprint IS NULL OR s.updated_at >= \(start))")
        }
        return "SELECT s.\(scanKey), s.session_id, m.fingerprint, m.moved_at FROM \(sessionsTable) s "
            + "LEFT JOIN \(markersTable) m ON m.table_name = \(dialect.placeholder(1)) AND m.row_key = s.session_id "
            + "WHERE \(conditions.joined(separator: " AND ")) ORDER BY s.\(scanKey) LIMIT 256"
    }

    /// A page of sessions that have rows or a marker. Parameters: table, last scan key unless it is the first page, start
    /// time where only those are wanted that are not merged yet or were written since.
    func mergePage(isFirst: Bool, onlyChanged: Bool) -> String {
        let rows = "SELECT 1 FROM \(runsTable) r WHERE r.session_id = s.session_id"
        var condition = "m.fingerprint IS NOT NULL OR EXISTS (\(rows))"
        if onlyChanged {
            let start = dialect.placeholder(isFirst ? 2 : 3)
            let isUpdated = canSeeUpdates ? " OR (s.updated_at >= \(start) AND EXISTS (\(rows)))" : ""
            condition = "m.fingerprint IS NOT NULL OR EXISTS (\(rows) AND r.updated_at >= \(start))\(isUpdated)"
        }
        let after = isFirst ? "" : " AND s.\(scanKey) > \(dialect.placeholder(2))"
        return "SELECT s.\(scanKey), s.session_id, m.fingerprint FROM \(sessionsTable) s "
            + "LEFT JOIN \(markersTable) m ON m.table_name = \(dialect.placeholder(1)) AND m.row_key = s.session_id "
            + "WHERE (\(condition))\(after) ORDER BY s.\(scanKey) LIMIT 256"
    }
}
