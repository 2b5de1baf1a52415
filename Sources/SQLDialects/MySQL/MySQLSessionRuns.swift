import AgnoSchema

// Moves the sessions' runs on the server itself.
extension MySQLDialect {
    private var movesOnServer: Bool { server.hasJSONTable && !server.logsStatements }

    package var reasonForReferenceMove: String? {
        guard server.hasJSONTable else { return "\(server.title) has no JSON_TABLE" }
        return server.logsStatements ? "the server's binary log holds statements" : nil
    }

    /// READ COMMITTED reads what others commit meanwhile without blocking them.
    package var beginBatch: [String] {
        movesOnServer ? ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", beginStatement] : [beginStatement]
    }

    package func fingerprint(of column: String) -> String? {
        movesOnServer ? Self.fingerprint(ofList: column) : nil
    }

    fileprivate static func fingerprint(ofList column: String) -> String { "SHA2(CAST(\(column) AS CHAR), 256)" }

    /// The server makes no text of JSON that is larger than its limit, but of the elements of it.
    package func elements(ofList column: String, in table: String, where condition: String) -> String? {
        guard server.hasJSONTable else { return nil }
        return """
            SELECT e.place, e.value, JSON_STORAGE_SIZE(s.\(column)) FROM \(table) s LEFT JOIN JSON_TABLE(s.\(column), \
            '$[*]' COLUMNS (place FOR ORDINALITY, value JSON PATH '$')) e ON JSON_TYPE(s.\(column)) = 'ARRAY' \
            WHERE \(condition)
            """
    }

    package func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove? {
        guard movesOnServer, inBatch, sessions.shape.column("runs")?.type == "JSON",
            runs.shape.column("run_data")?.type == "JSON", runs.shape.primaryKey == ["run_id"],
            let collation = runs.collations["run_id"], collation.hasPrefix("utf8mb4_")
        else { return nil }
        let page = MySQLRunsPage(
            dialect: self, sessions: sessions, runs: table(runs.name), markers: table(markers), collation: collation,
            keys: keys, now: now)
        return ServerSideMove(writing: (page.marking, page.moving), report: page.report, odd: page.odd)
    }
}

/// The statements for a page of sessions.
///
/// Each reads what is committed when it begins. The markers are written first, since a marker reveals that its list
/// changed afterwards.
private struct MySQLRunsPage {
    let dialect: MySQLDialect
    let sessions: TableSnapshot
    /// The table's name in a statement.
    let runs: String
    /// The table's name in a statement.
    let markers: String
    /// The collation of the runs' ids.
    let collation: String
    let keys: [String]
    let now: Int64

    var marking: SQLStatement {
        statement(
            """
            INSERT INTO \(markers) (fingerprint, moved_at, table_name, row_key) \
            SELECT \(MySQLDialect.fingerprint(ofList: "s.runs")), ?1, ?2, s.session_id \
            FROM \(dialect.table(sessions.name)) s WHERE \(isMovable(after: 2))
            """, [.integer(now), .text(sessions.name)])
    }

    /// A run that already exists violates a key; an irregular element is missing from the count.
    var moving: SQLStatement {
        let (agent, team) = (text("agent_id"), text("team_id"))
        return statement(
            """
            INSERT INTO \(runs) (\(dialect.list(RunRow.columns))) \
            SELECT \(text("run_id")), s.session_id, CASE WHEN COALESCE(\(agent), '') <> '' THEN 'agent' \
            WHEN COALESCE(\(team), '') <> '' THEN 'team' ELSE 'workflow' END, \(agent), \(team), \
            \(text("workflow_id")), \(optional("user_id")), \(text("parent_run_id")), \(text("status")), e.place - 1, \
            e.value, COALESCE(NULLIF(CASE WHEN JSON_TYPE(e.created_at) = 'INTEGER' \
            THEN CAST(e.created_at AS SIGNED) END, 0), \(optional("created_at")), ?1), ?1 \
            FROM \(elements) WHERE \(isMovable(after: 1)) AND \(isPlain)
            """, [.integer(now)])
    }

    var report: SQLStatement {
        statement(
            """
            SELECT s.session_id, JSON_STORAGE_SIZE(s.runs), JSON_LENGTH(s.runs) \
            FROM \(dialect.table(sessions.name)) s WHERE \(isMovable(after: 0))
            """)
    }

    var odd: SQLStatement {
        // Unquoted: the catalogue's own name of the runs table's collation.
        let elements = """
            SELECT s.session_id, LEFT(\(text("run_id")), 255) COLLATE \(collation) AS run_id, \
            \(isPlain) AS is_plain FROM \(elements) WHERE \(isMovable(after: 0))
            """
        return statement(ServerSideMove.oddSessions(among: elements, materialized: false, runs: runs))
    }

    /// The longest list in bytes. Writers of a session on the page wait for the page, since its runs refer to the session.
    private static let limit = 250_000

    private func statement(_ sql: String, _ bindings: [SQLValue] = []) -> SQLStatement {
        SQLStatement(sql, bindings + keys.map(SQLValue.text))
    }

    /// - Parameter position: the number of parameters before the sessions.
    private func isMovable(after position: Int) -> String {
        let placeholders = keys.indices.map { dialect.placeholder(position + $0 + 1) }.joined(separator: ", ")
        return
            "s.session_id IN (\(placeholders)) AND JSON_TYPE(s.runs) = 'ARRAY' AND JSON_STORAGE_SIZE(s.runs) < \(Self.limit)"
    }

    /// Elements `e` of sessions `s`. Members are extracted as JSON, so that their type distinguishes strings, numbers and null.
    private var elements: String {
        let members = (RunRow.memberColumns + ["run_id", "created_at"]).map { "\($0) JSON PATH '$.\($0)'" }
        return """
            \(dialect.table(sessions.name)) s JOIN JSON_TABLE(s.runs, '$[*]' COLUMNS (place FOR ORDINALITY, \
            \(members.joined(separator: ", ")), value JSON PATH '$')) e
            """
    }

    /// Whether the reference move makes the same row of an element without changing or quarantining anything.
    private var isPlain: String {
        let areTexts = RunRow.memberColumns.map { "COALESCE(JSON_TYPE(e.\($0)), 'NULL') IN ('STRING', 'NULL')" }
        return """
            COALESCE(JSON_TYPE(e.value) = 'OBJECT' AND JSON_TYPE(e.run_id) = 'STRING' \
            AND \(areTexts.joined(separator: " AND ")) \
            AND COALESCE(JSON_TYPE(e.created_at), 'NULL') IN ('INTEGER', 'NULL'), FALSE)
            """
    }

    private func text(_ member: String) -> String {
        "CASE WHEN JSON_TYPE(e.\(member)) = 'STRING' THEN JSON_UNQUOTE(e.\(member)) END"
    }

    private func optional(_ column: String) -> String {
        sessions.shape.column(column) == nil ? "NULL" : "s.\(dialect.quote(column))"
    }
}
