import AgnoSchema

// Moves the sessions' runs on the server itself.
extension PostgreSQLDialect {
    package func fingerprint(of column: String) -> String? {
        Self.fingerprint(ofBytes: Self.bytes(of: column))
    }

    fileprivate static func bytes(of column: String) -> String { "convert_to(\(column)::text, 'UTF8')" }
    fileprivate static func fingerprint(ofBytes bytes: String) -> String { "encode(sha256(\(bytes)), 'hex')" }

    package func suspendedTriggers(of snapshot: TableSnapshot, during write: RowWrite) -> [DependentObject] {
        // A table with pending events of deferred triggers cannot be altered.
        let settle = SQLStatement("SET CONSTRAINTS ALL IMMEDIATE")
        return (snapshot.attributes?.hooks ?? []).map { hook in
            DependentObject(
                kind: .trigger, name: hook.name, sql: hook.enable.sql, removal: [hook.disable],
                restoration: [settle, hook.enable])
        }
    }

    package func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove? {
        guard sessions.shape.column("runs")?.type == "JSONB", runs.shape.column("run_data")?.type == "JSONB",
            runs.shape.primaryKey == ["run_id"]
        else { return nil }
        let page = PostgreSQLRunsPage(
            dialect: self, sessions: sessions, runs: table(runs.name), markers: table(markers))
        let keys = SQLValue.text(Self.array(keys))
        return ServerSideMove(
            report: SQLStatement(page.whole, [keys, .integer(now), .text(sessions.name)]),
            odd: SQLStatement(page.odd, [keys]))
    }

    package func wholeLists(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String
    ) -> SQLStatement? {
        guard sessions.shape.column("runs")?.type == "JSONB", runs.shape.column("run_data")?.type == "JSONB",
            ["session_id", "run_index", "updated_at"].allSatisfy({ runs.shape.column($0) != nil })
        else { return nil }
        let rows = "FROM \(table(runs.name)) r WHERE r.session_id = s.session_id"
        // The server makes no array of more than 256 MB; what is stored in less than one is far from it.
        return SQLStatement(
            """
            SELECT s.session_id, a.count, pg_column_size(s.runs) FROM \(table(sessions.name)) s \
            JOIN \(table(markers)) m ON m.table_name = $2 AND m.row_key = s.session_id \
            CROSS JOIN LATERAL (SELECT COUNT(*) AS count, SUM(pg_column_size(r.run_data)) AS bytes, \
            bool_and(r.updated_at = m.moved_at) AS is_untouched \(rows)) a \
            CROSS JOIN LATERAL (SELECT jsonb_agg(r.run_data ORDER BY r.run_index) AS list \(rows) \
            AND a.is_untouched AND a.bytes < 1000000) l \
            WHERE s.session_id = ANY ($1::text[]) AND pg_column_size(s.runs) < 1000000 AND s.runs = l.list
            """, [.text(Self.array(keys)), .text(sessions.name)])
    }
}

/// The statements for a page of sessions. Parameters: sessions, now, table.
private struct PostgreSQLRunsPage {
    let dialect: PostgreSQLDialect
    let sessions: TableSnapshot
    /// The table's name in a statement.
    let runs: String
    /// The table's name in a statement.
    let markers: String

    /// One pass. A run that already exists violates a key; an irregular element is missing from the count.
    var whole: String {
        """
        WITH \(page), \
        inserted AS (\(insert(from: "page p CROSS JOIN LATERAL \(elements) WHERE \(isPlain)")) RETURNING 1), \
        \(marked(from: "page")) \
        SELECT p.session_id, p.bytes, jsonb_array_length(p.runs), (SELECT COUNT(*) FROM inserted) FROM page p
        """
    }

    var odd: String {
        ServerSideMove.oddSessions(
            among: """
                SELECT p.session_id, e.value ->> 'run_id' AS run_id, \(isPlain) AS is_plain \
                FROM (SELECT session_id, runs #> '{}' AS runs FROM \(dialect.table(sessions.name)) \
                WHERE \(isMovable)) p CROSS JOIN LATERAL \(elements)
                """, materialized: true, runs: runs)
    }

    private let isMovable =
        "session_id = ANY ($1::text[]) AND pg_column_size(runs) < 1000000 AND jsonb_typeof(runs) = 'array'"

    /// The sessions with their lists. Unpacking a list and writing it as text are the expensive parts; each happens once.
    private var page: String {
        """
        page AS MATERIALIZED (SELECT x.session_id, x.user_id, x.created_at, x.runs, octet_length(x.stored) AS bytes, \
        \(PostgreSQLDialect.fingerprint(ofBytes: "x.stored")) AS fingerprint \
        FROM (SELECT l.*, \(PostgreSQLDialect.bytes(of: "l.runs")) AS stored \
        FROM (SELECT session_id, \(optional("user_id", "text")) AS user_id, \
        \(optional("created_at", "bigint")) AS created_at, runs #> '{}' AS runs FROM \(dialect.table(sessions.name)) \
        WHERE \(isMovable) \
        OFFSET 0) l OFFSET 0) x)
        """
    }

    private let elements = "jsonb_array_elements(p.runs) WITH ORDINALITY AS e (value, place)"

    /// Whether the reference move makes the same row of an element without changing or quarantining anything.
    private var isPlain: String {
        let areTexts = RunRow.memberColumns.map {
            "COALESCE(jsonb_typeof(e.value -> '\($0)'), 'null') IN ('string', 'null')"
        }
        return """
            COALESCE(jsonb_typeof(e.value) = 'object' AND jsonb_typeof(e.value -> 'run_id') = 'string' \
            AND \(areTexts.joined(separator: " AND ")) \
            AND (COALESCE(jsonb_typeof(e.value -> 'created_at'), 'null') = 'null' \
            OR (jsonb_typeof(e.value -> 'created_at') = 'number' AND e.value ->> 'created_at' ~ '^-?[0-9]{1,18}$')), \
            false)
            """
    }

    /// Inserts rows for elements `e` of sessions `p`.
    private func insert(from source: String) -> String {
        // The cast is guarded by CASE: SQL does not promise to evaluate conditions before expressions.
        return """
            INSERT INTO \(runs) (\(dialect.list(RunRow.columns))) \
            SELECT e.value ->> 'run_id', p.session_id, CASE WHEN COALESCE(e.value ->> 'agent_id', '') <> '' THEN 'agent' \
            WHEN COALESCE(e.value ->> 'team_id', '') <> '' THEN 'team' ELSE 'workflow' END, e.value ->> 'agent_id', \
            e.value ->> 'team_id', e.value ->> 'workflow_id', p.user_id, e.value ->> 'parent_run_id', \
            e.value ->> 'status', e.place - 1, e.value, \
            COALESCE(NULLIF(CASE WHEN e.value ->> 'created_at' ~ '^-?[0-9]{1,18}$' \
            THEN (e.value ->> 'created_at')::bigint END, 0), p.created_at, $2::bigint), $2::bigint FROM \(source)
            """
    }

    private func marked(from source: String) -> String {
        """
        marked AS (INSERT INTO \(markers) (fingerprint, moved_at, table_name, row_key) \
        SELECT fingerprint, $2::bigint, $3, session_id FROM \(source) RETURNING 1)
        """
    }

    private func optional(_ column: String, _ type: String) -> String {
        sessions.shape.column(column) == nil ? "NULL::\(type)" : dialect.quote(column)
    }
}
