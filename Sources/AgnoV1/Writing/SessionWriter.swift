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
    private let limits: ColumnLimits
    private let columns: [String]
    private let insert: BulkInsert
    private let table: String

    /// The columns that a newer v1 row replaces; a session's kind and creation time stay.
    private static let replaced = [
        "agent_id", "team_id", "workflow_id", "user_id", "session_data", "agent_data", "team_data", "workflow_data",
        "metadata", "runs", "summary", "updated_at",
    ]

    init(
        _ connection: any DatabaseConnection, _ sessions: TableSnapshot, runs: TableSnapshot?, isDouble: Bool,
        now: Int64
    ) {
        self.connection = connection
        json = JSONColumns(isDouble: isDouble)
        self.runs = runs.map { RunWriter(connection, $0, now: now) }
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

    /// Inserts new sessions and replaces older ones; returns the runs that got new ids.
    func write(
        new: [Converted<V1Session>], replacing old: [Converted<V1Session>], looksFirst: Bool
    ) throws -> [QuarantinedRow] {
        try insert(new)
        for session in old { try replace(session.value) }
        return try runs?.write((new + old).map(\.value), looksFirst: looksFirst) ?? []
    }

    private func insert(_ sessions: [Converted<V1Session>]) throws {
        let inserted = try insert.insertAll(sessions) { item in try columns.map { try value($0, of: item.value) } }
        guard inserted == sessions.count else { throw DatabaseError(.constraint, "a session was not inserted") }
    }

    private func replace(_ session: V1Session) throws {
        // A session without a user in v1 keeps the target's.
        let changed = columns.filter { Self.replaced.contains($0) && ($0 != "user_id" || session.userID != nil) }
        try connection.update(
            table, changed, to: changed.map { try value($0, of: session) }, key: "session_id", session.sessionID)
        try runs?.removeAll(of: session.sessionID)
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
        case "runs": try json.stored(list: session.runs.map(\.data))
        case "created_at": .integer(session.createdAt)
        case "updated_at": SQLValue(session.updatedAt)
        default: .null
        }
    }
}
