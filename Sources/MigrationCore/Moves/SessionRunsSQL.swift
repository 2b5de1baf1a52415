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
    /// The session of a run, and its id: a server may take two spellings for one. Parameters: run.
    let readOwner: String
    /// The position of a run in a session that comes later in key order, if the row is as it was moved. Parameters: run,
    /// its session, this session, table.
    let readRival: String
    /// Parameters: run, session.
    let removeRun: String
    /// Unless somebody wrote the row since it was moved. Parameters: data, status, position, now, run, session, table.
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
    private let sessionsName: String
    private let insertBeginning: String
    private let insertEnd: String
    private let insertOne: String

    init(dialect: any Dialect, sessions: TableSnapshot, runs: TableSnapshot) {
        func place(_ position: Int) -> String { dialect.placeholder(position) }
        func optional(_ column: String) -> String {
            sessions.shape.column(column) == nil ? "NULL" : dialect.quote(column)
        }
        let (s, r, m) = (dialect.table(sessions.name), dialect.table(runs.name), dialect.table(Journal.markers))
        let list = dialect.quote("runs")
        let key = dialect.scanKey(of: sessions)
        self.dialect = dialect
        sessionsName = sessions.name
        (sessionsTable, runsTable, markersTable, scanKey) = (s, r, m, key)
        canSeeUpdates = sessions.shape.column("updated_at") != nil

        countLists = "SELECT COUNT(*) FROM \(s) WHERE \(list) IS NOT NULL"
        countSessions = "SELECT COUNT(*) FROM \(s)"
        readSession =
            "SELECT \(optional("user_id")), \(optional("created_at")), \(list), "
            + "\(dialect.fingerprint(of: list) ?? "NULL") FROM \(s) WHERE \(key) = \(place(1))"
        readList = "SELECT \(list) FROM \(s) WHERE \(key) = \(place(1))"
        writeList = "UPDATE \(s) SET \(list) = \(place(1)) WHERE \(key) = \(place(2))"

        insertBeginning = "INSERT INTO \(r) (\(dialect.list(SessionRuns.Row.columns))) VALUES "
        insertEnd = " " + dialect.insertIfAbsentSuffix(key: runs.shape.primaryKey, columns: SessionRuns.Row.columns)
        insertOne = Self.insert(1, dialect, insertBeginning, insertEnd)
        findElsewhere = "SELECT 1 FROM \(r) WHERE run_id = \(place(1)) AND session_id <> \(place(2)) LIMIT 1"
        readOwner = "SELECT session_id, run_id FROM \(r) WHERE run_id = \(place(1))\(dialect.lockingReadSuffix)"
        readRival =
            "SELECT r.run_index FROM \(r) r JOIN \(s) o ON o.session_id = r.session_id JOIN \(s) w "
            + "ON w.session_id = \(place(3)) JOIN \(m) m ON m.row_key = o.session_id WHERE r.run_id = \(place(1)) "
            + "AND o.session_id = \(place(2)) AND o.\(key) > w.\(key) AND m.table_name = \(place(4)) "
            + "AND m.moved_at = r.updated_at\(dialect.lockingReadSuffix)"
        removeRun = "DELETE FROM \(r) WHERE run_id = \(place(1)) AND session_id = \(place(2))"
        refreshRun =
            "UPDATE \(r) SET run_data = \(place(1)), status = \(place(2)), run_index = \(place(3)), "
            + "updated_at = \(place(4)) WHERE run_id = \(place(5)) AND session_id = \(place(6)) "
            + "AND updated_at = (SELECT m.moved_at FROM \(m) m WHERE m.table_name = \(place(7)) "
            + "AND m.row_key = \(place(6))) AND \(dialect.differs("run_data", fromJSON: place(1)))"
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
        let columns = SessionRuns.Row.columns
        let rows = (0..<count).map { row in
            let places = columns.indices.map { dialect.placeholder(row * columns.count + $0 + 1) }
            return "(\(places.joined(separator: ", ")))"
        }
        return beginning + rows.joined(separator: ", ") + end
    }

    /// A page of sessions that have a list, with their markers. Parameters: table; the key after which the page begins and
    /// the one with which the range ends, where there are such; start time where only changed ones are wanted.
    func listPage(after: SQLValue?, through: SQLValue?, changedSince start: Int64?) -> SQLStatement {
        var bound = BoundValues(dialect: dialect, values: [.text(sessionsName)])
        var conditions = ["s.\(dialect.quote("runs")) IS NOT NULL"]
        if let after { conditions.append("s.\(scanKey) > \(bound.add(after))") }
        if let through { conditions.append("s.\(scanKey) <= \(bound.add(through))") }
        if let start, canSeeUpdates {
            conditions.append("(\(marker("fingerprint")) IS NULL OR s.updated_at >= \(bound.add(.integer(start))))")
        }
        return SQLStatement(
            "SELECT s.\(scanKey), s.session_id, \(marker("fingerprint")) FROM \(sessionsTable) s "
                + "WHERE \(conditions.joined(separator: " AND ")) ORDER BY s.\(scanKey) LIMIT 256", bound.values)
    }

    /// A page of sessions that have rows or a marker. Parameters: table; the key after which the page begins, where there is
    /// one; start time where only those are wanted that are not merged yet or were written since.
    func mergePage(after: SQLValue?, changedSince start: Int64?) -> SQLStatement {
        var bound = BoundValues(dialect: dialect, values: [.text(sessionsName)])
        let rows = "SELECT 1 FROM \(runsTable) r WHERE r.session_id = s.session_id"
        let isMarked = "\(marker("fingerprint")) IS NOT NULL"
        let position = after.map { " AND s.\(scanKey) > \(bound.add($0))" } ?? ""
        var condition = "\(isMarked) OR EXISTS (\(rows))"
        if let start {
            let place = bound.add(.integer(start))
            let isUpdated = canSeeUpdates ? " OR (s.updated_at >= \(place) AND EXISTS (\(rows)))" : ""
            condition = "\(isMarked) OR EXISTS (\(rows) AND r.updated_at >= \(place))\(isUpdated)"
        }
        return SQLStatement(
            "SELECT s.\(scanKey), s.session_id, \(marker("fingerprint")) FROM \(sessionsTable) s "
                + "WHERE (\(condition))\(position) ORDER BY s.\(scanKey) LIMIT 256", bound.values)
    }

    /// A value of the session's marker. A question for each session, never a join: what a server knows of a table that
    /// it has just filled is nothing, and a join in the wrong order reads all markers for every page.
    private func marker(_ column: String) -> String {
        "(SELECT m.\(column) FROM \(markersTable) m WHERE m.table_name = \(dialect.placeholder(1)) "
            + "AND m.row_key = s.session_id)"
    }

    /// The keys that cut the sessions into ranges of so many, with a list or without: to see which they have, some servers
    /// read the lists. Parameters: sessions in a range.
    func rangeEnds(of count: Int64) -> SQLStatement {
        SQLStatement(
            "SELECT k.scan_key FROM (SELECT \(scanKey) AS scan_key, ROW_NUMBER() OVER (ORDER BY \(scanKey)) AS place "
                + "FROM \(sessionsTable)) k "
                + "WHERE k.place % \(dialect.placeholder(1)) = 0 ORDER BY k.place", [.integer(count)])
    }
}

/// The values of a statement that is put together, each with the placeholder that stands for it.
private struct BoundValues {
    let dialect: any Dialect
    var values: [SQLValue]

    mutating func add(_ value: SQLValue) -> String {
        values.append(value)
        return dialect.placeholder(values.count)
    }
}
