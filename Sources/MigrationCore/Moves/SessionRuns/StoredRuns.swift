import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Reads what is needed of the runs of many sessions with one question, without keeping their contents.
struct StoredRuns {
    /// A row of the runs table.
    struct Row {
        var updatedAt: SQLValue
        /// The ``SQLValue/contentHash`` of its data; nil if the data is too large to be read, no text, or one of several
        /// under the same id.
        var content: Int?
    }

    private let connection: any DatabaseConnection
    private let runs: TableSnapshot

    init(_ connection: any DatabaseConnection, of runs: TableSnapshot) {
        self.connection = connection
        self.runs = runs
    }

    /// The rows of each of these sessions, by session and run.
    func rows(of sessions: [SQLValue]) throws -> [SQLValue: [SQLValue: Row]] {
        guard sessions.count > 1 else { return try sessions.first.map { [$0: try rows(of: $0)] } ?? [:] }
        var found = Dictionary(sessions.map { ($0, [SQLValue: Row]()) }) { first, _ in first }
        var isComplete = true
        do {
            try read(sessions) { row in
                isComplete = found[row[0]]?.note(row) != nil
                return isComplete
            }
        } catch let error as DatabaseError where error.condition == .tooLarge {
            isComplete = false
        }
        if isComplete { return found }
        // A server may take two spellings for one id: then only a question for the one session tells its rows.
        return try Dictionary(sessions.map { ($0, try rows(of: $0)) }) { first, _ in first }
    }

    private func rows(of session: SQLValue) throws -> [SQLValue: Row] {
        var found: [SQLValue: Row] = [:]
        do {
            try read([session]) {
                found.note($0)
                return true
            }
        } catch let error as DatabaseError where error.condition == .tooLarge {
            found = [:]
            try read([session], data: "NULL") {
                found.note($0)
                return true
            }
        }
        return found
    }

    /// A list that holds what its session's rows hold.
    struct WholeList {
        var rows: Int64
        var bytes: Int64
    }

    /// Those of these sessions of which the server itself can tell that their list holds what their rows hold.
    ///
    /// Requires the table of markers.
    func wholeLists(of heads: [SessionHead], in sessions: TableSnapshot) throws -> [SQLValue: WholeList] {
        let marked = heads.filter { $0.marker != nil }.compactMap(\.id.string)
        guard !marked.isEmpty,
            let query = connection.dialect.wholeLists(
                of: marked, sessions: sessions, runs: runs, markers: Markers.table)
        else { return [:] }
        let found = try connection.rows(query).map { ($0[0], WholeList(rows: $0[1].int ?? 0, bytes: $0[2].int ?? 0)) }
        return Dictionary(found) { first, _ in first }
    }

    /// Whether a run's row holds another JSON value than a text.
    func differs(_ run: SQLValue, of session: SQLValue, from data: SQLValue) throws -> Bool {
        let dialect = connection.dialect
        func p(_ position: Int) -> String { dialect.placeholder(position) }
        let sql =
            "SELECT 1 FROM \(dialect.table(runs.name)) WHERE run_id = \(p(1)) AND session_id = \(p(2)) "
            + "AND \(dialect.differs("run_data", fromJSON: p(3)))"
        do {
            return try connection.value(sql, [run, session, data]) != nil
        } catch let error as DatabaseError where error.condition == .notStorable {
            // The row cannot be what the server does not even compare.
            return true
        }
    }

    private func read(_ sessions: [SQLValue], data: String = "run_data", _ body: (SQLRow) throws -> Bool) throws {
        let dialect = connection.dialect
        let time = runs.shape.column("updated_at") == nil ? "NULL" : "updated_at"
        let condition = dialect.isOne(of: sessions, "session_id")
        let sql = "SELECT session_id, run_id, \(time), \(data) FROM \(dialect.table(runs.name)) WHERE \(condition.sql)"
        try connection.forEachRow(SQLStatement(sql, condition.bindings), body)
    }
}

extension [SQLValue: StoredRuns.Row] {
    fileprivate mutating func note(_ row: SQLRow) {
        let content = self[row[1]] == nil ? row[3].contentHash : nil
        self[row[1]] = StoredRuns.Row(updatedAt: row[2], content: content)
    }
}
