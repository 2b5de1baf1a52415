import AgnoSchema

// The sessions' move on the server itself.
extension PostgreSQLDialect {
    package func fingerprint(of column: String) -> String? {
        "encode(sha256(convert_to(\(column)::text, 'UTF8')), 'hex')"
    }

    /// One statement for a page of sessions. It takes a session only where nothing about its list is out of the
    /// ordinary: a list of objects, each with an id that is a text and that no other run has. The others it leaves to
    /// the reference move, which knows what to do with them and what to report.
    package func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64
    ) -> SQLStatement? {
        guard sessions.shape.column("runs")?.type == "JSONB", runs.shape.column("run_data")?.type == "JSONB",
            runs.shape.primaryKey == ["run_id"], let fingerprint = fingerprint(of: "runs")
        else { return nil }
        func optional(_ column: String, _ type: String) -> String {
            sessions.shape.column(column) == nil ? "NULL::\(type)" : quote(column)
        }
        let texts = ["agent_id", "team_id", "workflow_id", "parent_run_id", "status"]
        let areTexts = texts.map { "COALESCE(jsonb_typeof(e.value -> '\($0)'), 'null') IN ('string', 'null')" }
        let columns = [
            "run_id", "session_id", "run_type", "agent_id", "team_id", "workflow_id", "user_id", "parent_run_id",
            "status", "run_index", "run_data", "created_at", "updated_at",
        ]
        let sql = """
            WITH page AS MATERIALIZED (SELECT session_id, \(optional("user_id", "text")) AS user_id, \
            \(optional("created_at", "bigint")) AS created_at, runs, octet_length(runs::text) AS bytes, \
            \(fingerprint) AS fingerprint FROM \(table(sessions.name)) \
            WHERE session_id = ANY ($1::text[]) AND pg_column_size(runs) < 1000000 AND jsonb_typeof(runs) = 'array'), \
            element AS MATERIALIZED (SELECT p.session_id, p.user_id, p.created_at, e.value, e.place - 1 AS position, \
            e.value ->> 'run_id' AS run_id, COALESCE(jsonb_typeof(e.value) = 'object' \
            AND jsonb_typeof(e.value -> 'run_id') = 'string' AND \(areTexts.joined(separator: " AND ")) \
            AND (COALESCE(jsonb_typeof(e.value -> 'created_at'), 'null') = 'null' \
            OR (jsonb_typeof(e.value -> 'created_at') = 'number' AND e.value ->> 'created_at' ~ '^-?[0-9]{1,18}$')), \
            false) AS is_plain \
            FROM page p CROSS JOIN LATERAL jsonb_array_elements(p.runs) WITH ORDINALITY AS e (value, place)), \
            odd AS MATERIALIZED (SELECT session_id FROM element WHERE NOT is_plain \
            UNION SELECT e.session_id FROM element e JOIN (SELECT run_id FROM element WHERE is_plain GROUP BY run_id \
            HAVING COUNT(*) > 1) d ON d.run_id = e.run_id \
            UNION SELECT e.session_id FROM element e JOIN \(table(runs.name)) r ON r.run_id = e.run_id), \
            plain AS MATERIALIZED (SELECT p.session_id, p.bytes, p.fingerprint FROM page p \
            WHERE NOT EXISTS (SELECT 1 FROM odd o WHERE o.session_id = p.session_id)), \
            inserted AS (INSERT INTO \(table(runs.name)) (\(list(columns))) \
            SELECT e.run_id, e.session_id, CASE WHEN COALESCE(e.value ->> 'agent_id', '') <> '' THEN 'agent' \
            WHEN COALESCE(e.value ->> 'team_id', '') <> '' THEN 'team' ELSE 'workflow' END, e.value ->> 'agent_id', \
            e.value ->> 'team_id', e.value ->> 'workflow_id', e.user_id, e.value ->> 'parent_run_id', \
            e.value ->> 'status', e.position, e.value, \
            COALESCE(NULLIF((e.value ->> 'created_at')::bigint, 0), e.created_at, $2::bigint), $2::bigint \
            FROM element e JOIN plain p ON p.session_id = e.session_id ON CONFLICT (run_id) DO NOTHING RETURNING 1), \
            marked AS (INSERT INTO \(table(markers)) (fingerprint, moved_at, table_name, row_key) \
            SELECT fingerprint, $2::bigint, $3, session_id FROM plain RETURNING 1) \
            SELECT p.session_id, p.bytes, COALESCE(c.runs, 0), (SELECT COUNT(*) FROM inserted) FROM plain p \
            LEFT JOIN (SELECT session_id, COUNT(*) AS runs FROM element GROUP BY session_id) c \
            ON c.session_id = p.session_id
            """
        return SQLStatement(sql, [.text(Self.array(keys)), .integer(now), .text(sessions.name)])
    }
}
