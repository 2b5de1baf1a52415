import AgnoSchema
import DatabaseAccess
import LosslessJSON
import MigrationCore
import SQLDialects

/// A converted row and its source.
struct Converted<Value> {
    var value: Value
    var row: V1Row
    var fingerprint: RowFingerprint
}

/// Writes sessions and their runs.
struct SessionWriter {
    private let connection: any DatabaseConnection
    private let json: JSONColumns
    private let runs: RunWriter?
    /// In a target whose sessions hold their lists of runs; nil where there is a runs table.
    private let owners: RunOwners?
    private let limits: ColumnLimits
    private let columns: [String]
    private let insert: BulkInsert
    private let table: String

    /// The columns that a newer v1 row replaces; a session's kind and creation time stay, and so do runs of the target's own.
    private static let replaced = [
        "agent_id", "team_id", "workflow_id", "user_id", "session_data", "agent_data", "team_data", "workflow_data",
        "metadata", "runs", "summary", "updated_at",
    ]

    init(
        _ connection: any DatabaseConnection, _ sessions: TableSnapshot, runs: TableSnapshot?, owners: RunOwners?,
        isDouble: Bool, now: Int64
    ) {
        self.connection = connection
        json = JSONColumns(isDouble: isDouble)
        self.runs = runs.map { RunWriter(connection, $0, now: now) }
        self.owners = owners
        limits = ColumnLimits(sessions, connection.dialect)
        let written = ["session_id", "session_type", "created_at"] + Self.replaced
        // If there is a runs table, the old column stays unchanged.
        columns = written.filter { sessions.shape.column($0) != nil && (runs == nil || $0 != "runs") }
        table = connection.dialect.table(sessions.name)
        insert = BulkInsert(connection, table: sessions.name, columns: columns)
    }

    /// The number of sessions that one statement writes.
    var limit: Int { insert.limit }
    /// The approximate size in bytes up to which rows share one statement.
    var byteLimit: Int64 { insert.byteLimit }

    /// Whether every id fits its column.
    func fits(_ session: V1Session) -> Bool {
        let own = [
            ("session_id", session.sessionID), ("agent_id", session.agentID), ("team_id", session.teamID),
            ("workflow_id", session.workflowID), ("user_id", session.userID),
        ]
        return limits.fit(own) && (runs?.fits(session) ?? true)
    }

    /// The target's sessions with these ids.
    func existing(_ ids: [String]) throws -> ExistingRows {
        let lookup = KeyLookup(connection, table: table, key: "session_id")
        return try lookup.find(ids, ["session_type", "user_id", "updated_at"]) { row in
            ExistingRow(sessionType: row[0].string, userID: row[1].string, updatedAt: row[2].int)
        }
    }

    /// Inserts sessions that the target does not have; returns the runs that got new ids.
    func write(new sessions: [Converted<V1Session>], looksFirst: Bool) throws -> [QuarantinedRow] {
        var sessions = sessions
        var renamed: [QuarantinedRow] = []
        if let owners, !sessions.isEmpty {
            try owners.read(table, connection)
            for index in sessions.indices {
                let id = sessions[index].value.sessionID
                renamed += sessions[index].value.renameRuns { owners.isTaken($0, for: id) }
                owners.add(sessions[index].value.runs.map(\.runID), of: id)
            }
        }
        let inserted = try insert.insertAll(sessions) { item in try columns.map { try value($0, of: item.value) } }
        guard inserted == sessions.count else { throw DatabaseError(.constraint, "a session was not inserted") }
        return try renamed + (runs?.write(sessions.map(\.value), looksFirst: looksFirst) ?? [])
    }

    /// Unites a session with the target's of the same id: the winner's fields, the runs of both.
    ///
    /// - Parameter writes: whether the target is changed; otherwise this only counts.
    /// - Returns: nil, and nothing was written, if the target's list of runs cannot be read.
    func unite(
        _ original: V1Session, with existing: ExistingRow, winner: Winner, writes: Bool
    ) throws -> UnitedRuns? {
        var session = original
        // A session without a user in v1 keeps the target's.
        session.userID = winner == .v1 ? session.userID ?? existing.userID : existing.userID
        var changed: [(column: String, value: SQLValue)] = []
        var united: UnitedRuns
        if let runs {
            united = try runs.unite(session, winner: winner, writes: writes)
        } else {
            guard let (list, counts) = try unitedList(&session, winner) else { return nil }
            united = counts
            if winner == .v1 || united.added > 0 { changed.append(("runs", list)) }
        }
        if winner == .v1 {
            changed += try columns.filter { Self.replaced.contains($0) && $0 != "runs" }
                .map { ($0, try value($0, of: session)) }
        }
        if writes, !changed.isEmpty {
            try connection.update(
                table, changed.map(\.column), to: changed.map(\.value), key: "session_id", session.sessionID)
        }
        return united
    }

    /// The list of a session with the runs of both.
    private func unitedList(_ session: inout V1Session, _ winner: Winner) throws -> (SQLValue, UnitedRuns)? {
        let id = session.sessionID
        let sql = "SELECT runs FROM \(table) WHERE session_id = \(connection.dialect.placeholder(1))"
        guard let stored = StoredRunList(try connection.value(sql, [.text(id)]) ?? .null) else { return nil }
        let own = Set(exact: stored.runs.compactMap(\.id))
        try owners?.read(table, connection)
        let renamed = session.renameRuns { !own.contains($0) && owners?.isTaken($0, for: id) ?? false }
        owners?.add(session.runs.map(\.runID), of: id)
        let union = RunUnion(
            v1: session.runs.map { PlacedRun(id: $0.runID, createdAt: $0.createdAt) }, target: stored.runs)
        let runs = session.runs
        let list = union.places.compactMap { place -> JSONColumns.Element? in
            if let position = place.v1, winner == .v1 || place.target == nil { return .value(runs[position].data) }
            return place.target.map { .text(stored.element($0)) }
        }
        return (try json.stored(list: list), UnitedRuns(union, renamed: renamed))
    }

    private func value(_ column: String, of session: V1Session) throws -> SQLValue {
        switch column {
        case "session_id": .text(session.sessionID)
        case "session_type": .text(session.sessionType.rawValue)
        case "agent_id": SQLValue(session.agentID)
        case "team_id": SQLValue(session.teamID)
        case "workflow_id": SQLValue(session.workflowID)
        case "user_id": SQLValue(session.userID)
        case "session_data": try json.stored(session.sessionData)
        case "agent_data": try json.stored(session.agentData)
        case "team_data": try json.stored(session.teamData)
        case "workflow_data": try json.stored(session.workflowData)
        case "metadata": try json.stored(session.metadata)
        case "summary": try json.stored(session.summary)
        case "runs": try json.stored(list: session.runs.map { .value($0.data) })
        case "created_at": .integer(session.createdAt)
        case "updated_at": SQLValue(session.updatedAt)
        default: .null
        }
    }
}
