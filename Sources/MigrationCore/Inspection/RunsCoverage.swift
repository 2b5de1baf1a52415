import AgnoSchema
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Whether everything in the sessions' backup column is in the runs table as well, element by element.
struct RunsCoverage {
    let connection: any DatabaseConnection
    let sessions: TableSnapshot
    let runs: TableSnapshot

    struct Result {
        var sessions: Int64 = 0
        var covered: Int64 = 0
        var deletedSince: Int64 = 0
        /// Elements or whole lists that are nowhere else.
        var uncovered = 0
        /// Those among them that should have been moved.
        var unmoved = 0
        var examples: [QuarantinedRow] = []
    }

    private var dialect: any Dialect { connection.dialect }

    func measure() throws -> Result {
        var result = Result()
        let key = dialect.scanKey(of: sessions)
        let (s, runsColumn) = (dialect.table(sessions.name), dialect.quote("runs"))
        let markers = try Markers.exist(connection) ? Markers(connection, of: sessions.name) : nil
        let lists = StoredLists(connection, of: sessions)
        var last: SQLValue?
        while true {
            var bindings: [SQLValue] = []
            var after = ""
            if let last {
                bindings.append(last)
                after = " AND \(key) > \(dialect.placeholder(1))"
            }
            let page = try connection.rows(
                SQLStatement(
                    "SELECT \(key), session_id FROM \(s) WHERE \(runsColumn) IS NOT NULL\(after) ORDER BY \(key) LIMIT 256",
                    bindings))
            guard !page.isEmpty else { return result }
            let marked = try markers?.fingerprints(of: page.map { $0[1] }) ?? [:]
            for row in page {
                let found = try list(at: row[0], of: row[1], in: lists)
                try measure(
                    found?.list ?? .null, sessionID: row[1],
                    isUnchanged: marked[row[1]].map { $0 == found?.fingerprint }, into: &result)
                last = row[0]
            }
        }
    }

    private func list(
        at key: SQLValue, of sessionID: SQLValue, in lists: StoredLists
    ) throws -> (list: SQLValue, fingerprint: String, others: SQLRow)? {
        do { return try lists.row(at: key) } catch let error as DatabaseError {
            throw error.inSession(sessionID, of: sessions.name)
        }
    }

    /// The ids of a session's rows, in one question instead of one for each run.
    private func runIDs(of sessionID: SQLValue) throws -> Set<SQLValue> {
        let sql = "SELECT run_id FROM \(dialect.table(runs.name)) WHERE session_id = \(dialect.placeholder(1))"
        return Set(try connection.rows(SQLStatement(sql, [sessionID])).map { $0[0] })
    }

    /// - Parameter isUnchanged: whether the list is the one that was moved; nil if none was.
    private func measure(
        _ stored: SQLValue, sessionID: SQLValue, isUnchanged: Bool?, into result: inout Result
    ) throws {
        func note(_ position: Int?, _ reason: String, isMove: Bool = false) {
            result.uncovered += 1
            if isMove { result.unmoved += 1 }
            guard result.examples.count < 100 else { return }
            result.examples.append(QuarantinedRow(key: sessionID.keyText, position: position, reason: reason))
        }
        let list: [UInt8]
        switch RunListReader.content(of: stored) {
        case .nothing: return
        case .unusable(let reason): return note(nil, reason.rawValue)
        case .list(let bytes): list = bytes
        }
        guard (try? list.withUnsafeBufferPointer { try JSONText.validate($0) }) != nil else {
            return note(nil, RunListReader.Reason.notJSON.rawValue)
        }
        result.sessions += 1
        let own = try runIDs(of: sessionID)
        var seen: Set<SQLValue> = []
        try RunListReader().walk(
            list, of: RunRow.Session(id: sessionID), now: 0,
            row: { run in
                guard seen.insert(run.runID).inserted else {
                    return note(run.position, RunListReader.Reason.duplicateRunID.rawValue)
                }
                guard !own.contains(run.runID) else {
                    // An element that was written after the move is newer than its row.
                    if isUnchanged == false, try differs(run) { return note(run.position, "not_moved", isMove: true) }
                    result.covered += 1
                    return
                }
                switch try fate(of: run, in: sessionID, isUnchanged: isUnchanged ?? false) {
                case .moved: result.covered += 1
                case .deleted: result.deletedSince += 1
                case .kept(let reason): note(run.position, reason.rawValue)
                case .unmoved: note(run.position, "not_moved", isMove: true)
                }
            },
            unplaced: { note($0, $1.rawValue) })
    }

    /// Whether a run's row is as it was moved, and has another content than the element.
    private func differs(_ run: RunRow) throws -> Bool {
        func p(_ position: Int) -> String { dialect.placeholder(position) }
        let movedAt = Markers.value("moved_at", ofRow: p(3), of: p(4), dialect)
        let sql =
            "SELECT 1 FROM \(dialect.table(runs.name)) WHERE run_id = \(p(1)) AND updated_at = \(movedAt) "
            + "AND \(dialect.differs("run_data", fromJSON: p(2)))"
        return try connection.value(sql, [run.runID, run.data, run.sessionID, .text(sessions.name)]) != nil
    }

    /// Where an element of a list is that has no row of its session by the id as it is written.
    private enum Fate {
        case moved, deleted, unmoved
        case kept(RunListReader.Reason)
    }

    private func fate(of run: RunRow, in sessionID: SQLValue, isUnchanged: Bool) throws -> Fate {
        let owner: SQLValue?
        do {
            owner = try connection.value(
                "SELECT session_id FROM \(dialect.table(runs.name)) WHERE run_id = \(dialect.placeholder(1))",
                [run.runID])
        } catch let error as DatabaseError where error.condition == .notStorable {
            // An id that the server cannot even be asked for.
            return .kept(.notStorable)
        }
        guard owner == nil else { return owner == sessionID ? .moved : .kept(.duplicateRunID) }
        guard isUnchanged else { return .unmoved }
        // No row: deleted by the application, unless the run never had one.
        let isQuarantined =
            try Journal.exists(connection)
            && Journal.isQuarantined(sessionID.keyText, at: run.position, table: sessions.name, on: connection)
        return isQuarantined ? .kept(.duplicateRunID) : .deleted
    }
}
