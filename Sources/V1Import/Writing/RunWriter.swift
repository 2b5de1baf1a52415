import AgnoSchema
import DatabaseAccess
import LosslessJSON
import MigrationEngine
import SQLDialects

/// Writes the runs of sessions into the runs table.
struct RunWriter {
    private let connection: any DatabaseConnection
    private let table: String
    private let limits: ColumnLimits
    private let insertIfAbsent: BulkInsert
    private let now: Int64
    /// Whether the table lets two sessions have a run of the same id, so that a lookup must tell.
    private let mustLook: Bool
    private let remove: String

    /// Why a run got an id of its own.
    static let duplicate = "duplicate_run_id"

    private static let columns = [
        "run_id", "session_id", "run_type", "agent_id", "team_id", "workflow_id", "user_id", "parent_run_id", "status",
        "run_index", "run_data", "created_at", "updated_at",
    ]

    init(_ connection: any DatabaseConnection, _ runs: TableSnapshot, now: Int64) {
        let dialect = connection.dialect
        self.connection = connection
        self.now = now
        table = dialect.table(runs.name)
        limits = ColumnLimits(runs, dialect)
        let key = runs.shape.primaryKey
        mustLook = key != ["run_id"]
        insertIfAbsent = BulkInsert(connection, table: runs.name, columns: Self.columns, unlessThere: key)
        remove = "DELETE FROM \(table) WHERE session_id = \(dialect.placeholder(1))"
    }

    /// Whether every id of a session's runs fits into its column.
    func fits(_ session: V1Session) -> Bool {
        session.runs.allSatisfy { run in
            limits.fit([
                ("run_id", run.runID), ("session_id", session.sessionID), ("run_type", run.runType.rawValue),
                ("agent_id", run.agentID), ("team_id", run.teamID), ("workflow_id", run.workflowID),
                ("user_id", session.userID), ("parent_run_id", run.parentRunID), ("status", run.status),
            ])
        }
    }

    func removeAll(of sessionID: String) throws { try connection.execute(remove, [.text(sessionID)]) }

    /// Some run has an id that is taken, by another session or twice in one; the page must be written once more, looking at
    /// each session first.
    struct IDsTaken: Error {}

    /// Writes the runs of sessions that have none there, and returns those that got ids of their own.
    ///
    /// - Parameter looksFirst: asks for each id whether it is taken, instead of throwing ``IDsTaken`` when one is.
    func write(_ sessions: [V1Session], looksFirst: Bool) throws -> [QuarantinedRow] {
        guard looksFirst || mustLook else {
            guard try insert(sessions) == sessions.reduce(0, { $0 + $1.runs.count }) else { throw IDsTaken() }
            return []
        }
        var renamed: [QuarantinedRow] = []
        for var session in sessions where !session.runs.isEmpty {
            let taken = try self.taken(session)
            renamed += session.renameRuns { taken.contains($0) }
            guard try insert([session]) == session.runs.count else {
                throw DatabaseError(.constraint, "a run was not inserted")
            }
        }
        return renamed
    }

    private func insert(_ sessions: [V1Session]) throws -> Int {
        var inserted = 0
        var waiting = WaitingRows<SQLRow>(limit: insertIfAbsent.limit)
        for session in sessions {
            for run in session.runs {
                let row = try values(run, of: session)
                let bytes = row.reduce(0) { $0 + $1.byteCount }
                if waiting.isFull(for: bytes) { inserted += try insertIfAbsent(waiting.take()) }
                waiting.add(row, bytes: bytes)
            }
        }
        return inserted + (try insertIfAbsent(waiting.take()))
    }

    private func values(_ run: V1Run, of session: V1Session) throws -> SQLRow {
        [
            .text(run.runID), .text(session.sessionID), .text(run.runType.rawValue), SQLValue(run.agentID),
            SQLValue(run.teamID), SQLValue(run.workflowID), SQLValue(session.userID), SQLValue(run.parentRunID),
            SQLValue(run.status), .integer(Int64(run.index)), try JSONColumns(isDouble: false).stored(run.data),
            .integer(run.createdAt), .integer(now),
        ]
    }

    /// Those of a session's run ids that the table has, in whatever session.
    private func taken(_ session: V1Session) throws -> Set<String> {
        let dialect = connection.dialect
        var found: Set<String> = []
        let ids = session.runs.map(\.runID)
        for start in stride(from: 0, to: ids.count, by: 64) {
            let page = ids[start..<min(start + 64, ids.count)]
            // Each by itself: where the server compares without regard to case, the answer must be about our spelling.
            let parts = (1...page.count).map { place in
                let id = dialect.placeholder(place)
                return "SELECT \(place - 1) AS place FROM \(table) WHERE run_id = \(id)"
            }
            let rows = try connection.rows(
                SQLStatement(parts.joined(separator: " UNION ALL "), page.map(SQLValue.text)))
            found.formUnion(rows.compactMap { $0[0].int.map { page[page.startIndex + Int($0)] } })
        }
        return found
    }
}

extension V1Session {
    /// Gives each run whose id is taken, or stands twice in the session, an id of its own, derived from session, id and
    /// position; runs that say whose part they are follow.
    mutating func renameRuns(isTaken: (String) -> Bool) -> [QuarantinedRow] {
        var seen: Set<String> = []
        var names: [String: String] = [:]
        var renamed: [QuarantinedRow] = []
        for index in runs.indices {
            let old = runs[index].runID
            if seen.insert(old).inserted, !isTaken(old) { continue }
            runs[index] = runs[index].renamed(inSession: sessionID)
            let new = runs[index].runID
            seen.insert(new)
            if names[old] == nil { names[old] = new }
            renamed.append(QuarantinedRow(key: sessionID, position: runs[index].index, reason: RunWriter.duplicate))
        }
        for index in runs.indices {
            guard let parent = runs[index].parentRunID, let new = names[parent], isTaken(parent) else { continue }
            runs[index].parentRunID = new
            _ = runs[index].data.modifyObject { run in
                if run["parent_run_id"] != nil { run["parent_run_id"] = JSONValue(new) }
            }
        }
        return renamed
    }
}
