import AgnoSchema
import DatabaseAccess
import LosslessJSON
import MigrationCore
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
    private let removeOne: String

    /// Why a run got an id of its own.
    static let duplicate = "duplicate_run_id"

    init(_ connection: any DatabaseConnection, _ runs: TableSnapshot, now: Int64) {
        let dialect = connection.dialect
        self.connection = connection
        self.now = now
        table = dialect.table(runs.name)
        limits = ColumnLimits(runs, dialect)
        let key = runs.shape.primaryKey
        mustLook = key != ["run_id"]
        insertIfAbsent = BulkInsert(connection, table: runs.name, columns: RunRow.columns, unlessThere: key)
        remove = "DELETE FROM \(table) WHERE session_id = \(dialect.placeholder(1))"
        removeOne = remove + " AND run_id = \(dialect.placeholder(2))"
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

    /// Writes the runs of sessions that have none there, and returns those that got ids of their own.
    ///
    /// - Parameter looksFirst: asks for each id whether it is taken, instead of throwing ``RetryReason/runIDsTaken`` when one is.
    func write(_ sessions: [V1Session], looksFirst: Bool) throws -> [QuarantinedRow] {
        guard looksFirst || mustLook else {
            guard try insert(sessions) == sessions.reduce(0, { $0 + $1.runs.count }) else {
                throw RetryReason.runIDsTaken
            }
            return []
        }
        var renamed: [QuarantinedRow] = []
        let lookup = KeyLookup(connection, table: table, key: "run_id")
        for session in sessions where !session.runs.isEmpty {
            renamed += try write(session, taken: lookup.known(session.runs.map(\.runID)))
        }
        return renamed
    }

    /// Writes the runs of a session, each whose id is taken under one of its own.
    private func write(_ original: V1Session, taken: Set<String>) throws -> [QuarantinedRow] {
        var taken = taken
        while true {
            var session = original
            let renamed = session.renameRuns { taken.contains($0) }
            var inserted: [String] = []
            var refused: Set<String> = []
            for run in session.runs {
                let count = try insertIfAbsent([row(run, of: session).values])
                if count > 0 { inserted.append(run.runID) } else { refused.insert(run.runID) }
            }
            if refused.isEmpty { return renamed }
            guard !refused.isSubset(of: taken), refused.isSubset(of: Set(original.runs.map(\.runID))) else {
                throw DatabaseError(.constraint, "a run was not inserted")
            }
            // The server takes them for other runs of this session: `R1` beside `r1`.
            taken.formUnion(refused)
            for id in inserted { try connection.execute(removeOne, [.text(session.sessionID), .text(id)]) }
        }
    }

    private func insert(_ sessions: [V1Session]) throws -> Int {
        let runs = sessions.lazy.flatMap { session in session.runs.lazy.map { ($0, session) } }
        return try insertIfAbsent.insertAll(runs) { try row($0, of: $1).values }
    }

    private func row(_ run: V1Run, of session: V1Session) throws -> RunRow {
        RunRow(
            runID: .text(run.runID), sessionID: .text(session.sessionID), runType: run.runType.rawValue,
            agentID: SQLValue(run.agentID), teamID: SQLValue(run.teamID), workflowID: SQLValue(run.workflowID),
            userID: SQLValue(session.userID), parentRunID: SQLValue(run.parentRunID), status: SQLValue(run.status),
            position: run.index, data: try JSONColumns(isDouble: false).stored(run.data), createdAt: run.createdAt,
            updatedAt: now)
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
