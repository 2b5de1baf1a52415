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
    private let ofSession: String
    private let removeOne: String
    private let replaceOne: String
    private let moveOne: String

    /// What a session of v1 replaces in a run that the target has, too.
    private static let replaced = RunRow.columns.filter { $0 != "run_id" && $0 != "session_id" }

    /// Why a run got an id of its own.
    static let duplicate = "duplicate_run_id"

    init(_ connection: any DatabaseConnection, _ runs: TableSnapshot, now: Int64) {
        let dialect = connection.dialect
        self.connection = connection
        self.now = now
        let table = dialect.table(runs.name)
        self.table = table
        limits = ColumnLimits(runs, dialect)
        let key = runs.shape.primaryKey
        mustLook = key != ["run_id"]
        insertIfAbsent = BulkInsert(connection, table: runs.name, columns: RunRow.columns, unlessThere: key)
        ofSession =
            "SELECT run_id, run_index, created_at, session_id FROM \(table) WHERE session_id = \(dialect.placeholder(1))"
        func ofRun(after used: Int) -> String {
            " WHERE session_id = \(dialect.placeholder(used + 1)) AND run_id = \(dialect.placeholder(used + 2))"
        }
        func update(_ columns: [String]) -> String {
            let list = columns.enumerated().map { "\(dialect.quote($1)) = \(dialect.placeholder($0 + 1))" }
            return "UPDATE \(table) SET \(list.joined(separator: ", "))" + ofRun(after: columns.count)
        }
        removeOne = "DELETE FROM \(table)" + ofRun(after: 0)
        replaceOne = update(Self.replaced)
        moveOne = update(["run_index"])
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
    private func write(_ original: V1Session, taken: Set<ExactText>) throws -> [QuarantinedRow] {
        var taken = taken
        while true {
            var session = original
            let renamed = session.renameRuns { taken.contains($0) }
            var inserted: [String] = []
            var refused: Set<ExactText> = []
            for run in session.runs {
                let count = try insertIfAbsent([row(run, of: session).values])
                if count > 0 { inserted.append(run.runID) } else { refused.insert(ExactText(run.runID)) }
            }
            if refused.isEmpty { return renamed }
            try requireRetry(refused, of: original, taken)
            // The server takes them for other runs of this session: `R1` beside `r1`.
            taken.formUnion(refused)
            for id in inserted { try connection.execute(removeOne, [.text(session.sessionID), .text(id)]) }
        }
    }

    // MARK: Sessions that the target has

    /// A run of the target, without its contents.
    private struct Found {
        var id: String
        var index: Int?
        var createdAt: Int64?
    }

    /// Unites the runs of a session with those that the target has of it: none of either is removed.
    ///
    /// - Parameters:
    ///   - winner: whose version of a run that both have is kept.
    ///   - writes: whether the target is changed; otherwise this only counts.
    func unite(_ original: V1Session, winner: Winner, writes: Bool) throws -> UnitedRuns {
        let lookup = KeyLookup(connection, table: table, key: "run_id")
        var taken = try lookup.known(original.runs.map(\.runID))
        let own = try found(original.sessionID)
        taken.subtract(own.map { ExactText($0.id) })
        while true {
            var session = original
            let renamed = session.renameRuns { taken.contains($0) }
            let union = RunUnion(
                v1: session.runs.map { PlacedRun(id: $0.runID, createdAt: $0.createdAt) },
                target: own.map { PlacedRun(id: $0.id, createdAt: $0.createdAt) })
            let refused = writes ? try write(union, of: session, own, winner) : []
            if refused.isEmpty { return UnitedRuns(union, renamed: renamed) }
            try requireRetry(refused, of: original, taken)
            taken.formUnion(refused)
        }
    }

    /// The runs that the target has of a session, in their order.
    private func found(_ sessionID: String) throws -> [Found] {
        let rows = try connection.rows(SQLStatement(ofSession, [.text(sessionID)]))
        // The server may take another spelling of the session's id for the same.
        return rows.filter { $0[3] == .text(sessionID) }
            .map { Found(id: $0[0].keyText, index: $0[1].int.map { Int($0) }, createdAt: $0[2].int) }
            .sorted {
                ($0.index ?? .max, $0.createdAt ?? .max, $0.id) < ($1.index ?? .max, $1.createdAt ?? .max, $1.id)
            }
    }

    /// Writes the runs in their order; those of the target change their places only where others come between them.
    /// Returns the ids that the server refused, and then no run was added.
    private func write(_ union: RunUnion, of session: V1Session, _ own: [Found], _ winner: Winner) throws -> Set<
        ExactText
    > {
        var inserted: [String] = []
        var refused: Set<ExactText> = []
        var index = -1
        let key = { (id: String) -> [SQLValue] in [.text(session.sessionID), .text(id)] }
        for place in union.places {
            let target = place.target.map { own[$0] }
            index = max(index + 1, target?.index ?? 0)
            var run = place.v1.map { session.runs[$0] }
            run?.index = index
            if let run, target == nil {
                let count = try insertIfAbsent([row(run, of: session).values])
                if count > 0 { inserted.append(run.runID) } else { refused.insert(ExactText(run.runID)) }
            } else if let run, winner == .v1 {
                let values = try zip(RunRow.columns, row(run, of: session).values)
                    .filter { Self.replaced.contains($0.0) }.map(\.1)
                try connection.execute(replaceOne, values + key(run.runID))
            } else if let target, target.index != index {
                try connection.execute(moveOne, [.integer(Int64(index))] + key(target.id))
            }
        }
        if !refused.isEmpty { for id in inserted { try connection.execute(removeOne, key(id)) } }
        return refused
    }

    /// Refused runs get ids of their own in the next attempt, unless that was tried.
    private func requireRetry(_ refused: Set<ExactText>, of original: V1Session, _ taken: Set<ExactText>) throws {
        guard !refused.isSubset(of: taken), refused.isSubset(of: Set(exact: original.runs.map(\.runID))) else {
            throw DatabaseError(.constraint, "a run was not inserted")
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
        var seen: Set<ExactText> = []
        var names: [ExactText: String] = [:]
        var renamed: [QuarantinedRow] = []
        for index in runs.indices {
            let old = runs[index].runID
            if seen.insert(ExactText(old)).inserted, !isTaken(old) { continue }
            runs[index] = runs[index].renamed(inSession: sessionID)
            let new = runs[index].runID
            seen.insert(ExactText(new))
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
