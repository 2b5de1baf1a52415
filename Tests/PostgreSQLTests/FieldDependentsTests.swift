import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

@Suite("Field: what hangs on a table on PostgreSQL") struct FieldDependentsTests {
    private func sample(at version: SchemaVersion = .baseline, _ statements: String...) throws -> TestDatabase {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: version, sessions: 3)
        try database.connected { connection in
            for statement in statements { try connection.execute(statement) }
        }
        return database
    }

    /// Everything about views, rules, policies, triggers and publications, with owners, grants and comments, as the server
    /// puts it into words.
    private func objects(of database: TestDatabase) throws -> [SQLRow] {
        try database.rows(
            """
            SELECT c.oid::regclass::text, c.relkind::text, pg_get_viewdef(c.oid), pg_get_userbyid(c.relowner)::text,
            c.relacl::text, c.reloptions::text, obj_description(c.oid, 'pg_class'), (SELECT string_agg(concat_ws(' ',
            a.attname, a.attacl, col_description(c.oid, a.attnum), pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY a.attnum)
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE a.attrelid = c.oid AND a.attnum > 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('v', 'm') AND n.nspname IN ('ai', 'b')
            UNION ALL SELECT t.tgrelid::regclass::text, 't', pg_get_triggerdef(t.oid), t.tgenabled::text,
            obj_description(t.oid, 'pg_trigger'), NULL, NULL, NULL FROM pg_trigger t WHERE NOT t.tgisinternal
            UNION ALL SELECT r.ev_class::regclass::text, 'r', pg_get_ruledef(r.oid), r.ev_enabled::text,
            obj_description(r.oid, 'pg_rewrite'), NULL, NULL, NULL FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('ai', 'b') AND r.rulename <> '_RETURN'
            UNION ALL SELECT p.polrelid::regclass::text, 'p', p.polname::text, pg_get_expr(p.polqual, p.polrelid),
            pg_get_expr(p.polwithcheck, p.polrelid), p.polroles::regrole[]::text, p.polcmd::text || p.polpermissive,
            obj_description(p.oid, 'pg_policy') FROM pg_policy p
            UNION ALL SELECT pubname::text, 'b', schemaname::text, tablename::text, attnames::text, rowfilter, NULL, NULL
            FROM pg_publication_tables UNION ALL SELECT indexrelid::regclass::text, 'i', pg_get_indexdef(indexrelid),
            NULL, NULL, NULL, NULL, NULL FROM pg_index WHERE indrelid::regclass::text LIKE '%mview' ORDER BY 1, 2, 3
            """)
    }

    @Test(
        "What can be taken off is put back exactly: views of views, rules, policies, triggers, publications, all that is on them"
    )
    func restored() throws {
        let database = try sample()
        let role = "reader_\(database.name)"
        try database.execute("CREATE ROLE \(role)")
        defer { database.drop(role: role) }
        try database.execute(
            "CREATE SCHEMA b", "GRANT CREATE ON SCHEMA b TO \(role)", "GRANT USAGE, CREATE ON SCHEMA ai TO \(role)",
            "CREATE VIEW ai.\"my view\" WITH (security_barrier = true) AS SELECT session_id, runs, metadata ->> 'x' AS x "
                + "FROM ai.agno_sessions WITH LOCAL CHECK OPTION",
            "COMMENT ON VIEW ai.\"my view\" IS 'it''s mine'", "COMMENT ON COLUMN ai.\"my view\".x IS 'a column'",
            "GRANT SELECT ON ai.\"my view\" TO PUBLIC", "GRANT SELECT (x), UPDATE (x) ON ai.\"my view\" TO \(role)",
            "GRANT INSERT ON ai.\"my view\" TO \(role) WITH GRANT OPTION",
            "ALTER VIEW ai.\"my view\" ALTER COLUMN session_id SET DEFAULT 'none'",
            "CREATE VIEW b.v2 AS SELECT count(*) AS n, max(x) AS x FROM ai.\"my view\"",
            "CREATE VIEW b.v3 AS SELECT v2.n, s.created_at FROM b.v2, ai.agno_sessions s",
            "ALTER VIEW b.v3 OWNER TO \(role)",
            "CREATE MATERIALIZED VIEW ai.mview AS SELECT session_id, runs FROM ai.agno_sessions WITH NO DATA",
            "CREATE UNIQUE INDEX mi ON ai.mview (session_id)",
            "CREATE TABLE b.log (what text)",
            "CREATE RULE noted AS ON UPDATE TO ai.agno_sessions WHERE NEW.runs IS NULL DO ALSO INSERT INTO b.log VALUES ('null')",
            "COMMENT ON RULE noted ON ai.agno_sessions IS 'a rule'",
            "CREATE POLICY mine ON ai.agno_sessions AS RESTRICTIVE FOR UPDATE TO \(role) USING (metadata ->> 't' IS NULL) "
                + "WITH CHECK (metadata ->> 't' IS NULL)",
            "COMMENT ON POLICY mine ON ai.agno_sessions IS 'a policy'",
            "CREATE FUNCTION ai.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER of_runs BEFORE UPDATE OF runs ON ai.agno_sessions FOR EACH ROW EXECUTE FUNCTION ai.f()",
            "CREATE CONSTRAINT TRIGGER whenever AFTER UPDATE ON ai.agno_sessions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
                + "WHEN (NEW.metadata IS NOT NULL) EXECUTE FUNCTION ai.f()",
            "ALTER TABLE ai.agno_sessions DISABLE TRIGGER of_runs",
            "COMMENT ON TRIGGER of_runs ON ai.agno_sessions IS 'a trigger'",
            "CREATE PUBLICATION \"p\(database.name)\" FOR TABLE ai.agno_sessions (session_id, runs) "
                + "WHERE (created_at > 0) WITH (publish = 'insert')"
        )
        let before = try objects(of: database)
        #expect(before.count >= 9)
        let plan = try database.manager().plan(tables: [.sessions])
        let names = Set(plan.dependents.map(\.name))
        #expect(
            names.isSuperset(of: ["ai.\"my view\"", "b.v2", "b.v3", "ai.mview", "noted", "mine", "of_runs", "whenever"])
        )
        #expect(plan.dependents.allSatisfy { $0.handling == .restored })
        let report = try database.manager().up()
        #expect(report.problems == [])
        #expect(try objects(of: database) == before)
        #expect(try database.manager().verify().isVerified)
        // The runs column goes with cleanup and on the way down its type changes back.
        #expect(try database.manager().down(tables: [.sessions], target: .baseline, allowDataLoss: true).problems == [])
        #expect(try objects(of: database) == before)
    }

    @Test(
        "What cannot be put back blocks the table before its first statement, and plan and up name it with both statements",
        arguments: [
            (
                "my_view",
                "CREATE VIEW ai.my_view AS SELECT json_typeof(COALESCE(runs, metadata)) FROM ai.agno_sessions"
            ),
            (
                "model",
                "ALTER TABLE ai.agno_sessions ADD model text GENERATED ALWAYS AS (metadata ->> 'm') STORED UNIQUE"
            ),
            ("public.w.s", "CREATE TABLE public.w (s ai.agno_sessions)"),
            ("ai.child", "CREATE TABLE ai.child () INHERITS (ai.agno_sessions)"),
            ("agno_runs", "CREATE VIEW ai.agno_runs AS SELECT 1 AS one"),
            ("agno_runs", "CREATE TYPE ai.agno_runs AS ENUM ('a')"),
            (
                "created_at",
                "ALTER TABLE ai.agno_sessions ALTER created_at TYPE timestamptz USING to_timestamp(created_at)"
            ),
            ("session_id", "ALTER TABLE ai.agno_sessions ALTER session_id TYPE uuid USING md5(session_id)::uuid"),
        ])
    func blocked(name: String, statement: String) throws {
        let database = try sample(at: .baseline, statement)
        let before = try database.contents()
        let planned = try database.manager().plan(tables: [.sessions]).tables[0]
        #expect(planned.outcome == .refused)
        let report = try database.manager().up(tables: [.sessions])
        #expect(report[.sessions]?.outcome == .refused)
        for error in [planned.steps.last?.error, report[.sessions]?.steps.last?.error] {
            #expect(error?.code == .dependentObjects)
            #expect(error?.message.contains(name) == true, "\(error?.description ?? "none")")
        }
        #expect(try database.contents().differences(from: before) == [])
    }

    @Test("Expressions come back with the functions of the new type, and on the way down with those of the old one")
    func translated() throws {
        let database = try sample(
            at: .baseline,
            "ALTER TABLE ai.agno_sessions ADD model text COLLATE \"C\" GENERATED ALWAYS AS (json_extract_path_text(metadata, 'm')) STORED",
            "COMMENT ON COLUMN ai.agno_sessions.model IS 'computed'",
            "GRANT SELECT (model) ON ai.agno_sessions TO PUBLIC",
            "CREATE INDEX by_model ON ai.agno_sessions (model, (json_typeof(session_data)))",
            "COMMENT ON INDEX ai.by_model IS 'an index'",
            "ALTER TABLE ai.agno_sessions ADD CONSTRAINT is_list CHECK (json_typeof(runs) <> 'number') NOT VALID",
            "COMMENT ON CONSTRAINT is_list ON ai.agno_sessions IS 'a check'",
            "CREATE FUNCTION ai.runs_of(k text) RETURNS json LANGUAGE sql STABLE SECURITY DEFINER "
                + "BEGIN ATOMIC SELECT s.runs FROM ai.agno_sessions s WHERE s.session_id = k; END",
            "REVOKE ALL ON FUNCTION ai.runs_of FROM PUBLIC", "COMMENT ON FUNCTION ai.runs_of IS 'a function'",
            "CREATE FUNCTION ai.runs_of_all() RETURNS TABLE (id text, n int) LANGUAGE sql "
                + "BEGIN ATOMIC SELECT session_id, json_array_length(runs) FROM ai.agno_sessions; END",
            "CREATE VIEW ai.callers AS SELECT ai.runs_of('session-0') AS runs",
            "CREATE VIEW ai.elements AS SELECT s.session_id, e.value ->> 'run_id' AS run_id, s.model FROM ai.agno_sessions s, "
                + "json_array_elements(s.runs) e",
            "CREATE STATISTICS ai.kinds ON user_id, (json_typeof(metadata)) FROM ai.agno_sessions")
        let details =
            """
            SELECT string_agg(text, E'\n' ORDER BY text) FROM (
            SELECT concat_ws(' ', pg_get_functiondef(oid), proacl, obj_description(oid, 'pg_proc')) AS text FROM pg_proc
            WHERE pronamespace = 'ai'::regnamespace
            UNION ALL SELECT pg_get_constraintdef(oid) || convalidated || obj_description(oid, 'pg_constraint')
            FROM pg_constraint WHERE conname = 'is_list'
            UNION ALL SELECT pg_get_indexdef('ai.by_model'::regclass) || obj_description('ai.by_model'::regclass, 'pg_class')
            UNION ALL SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
            UNION ALL SELECT concat_ws(' ', a.attname, a.attacl, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid),
            col_description(a.attrelid, a.attnum)) FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid
            AND d.adnum = a.attnum WHERE a.attname = 'model') x
            """
        let before = (try objects(of: database), try database.value(details))
        #expect(try database.manager().up().problems == [])
        #expect(try database.manager().verify().isVerified)
        let after = try database.value(details)?.string ?? ""
        #expect(after.contains("jsonb_typeof(session_data)") && after.contains("jsonb_array_length("), "\(after)")
        #expect(try database.value("SELECT COUNT(*) > 0 FROM ai.elements") == .integer(1))
        #expect(try database.value("SELECT json_typeof(runs) FROM ai.callers") == .text("array"))
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
        #expect(try objects(of: database) == before.0)
        #expect(try database.value(details) == before.1)
    }

    @Test("A child of another owner blocks before anything is touched, and is named with the statements for its owner")
    func childOfAnotherOwner() throws {
        let (database, role, url) = try ownedSample(at: .baseline)
        defer { database.drop(role: role) }
        let other = "other_\(database.name)"
        try database.execute("CREATE ROLE \(other)", "GRANT REFERENCES ON ai.agno_sessions TO \(other)")
        defer { database.drop(role: other) }
        try database.execute(
            "CREATE SCHEMA b",
            "CREATE TABLE b.note (sid varchar REFERENCES ai.agno_sessions (session_id) ON DELETE CASCADE)",
            "ALTER TABLE b.note OWNER TO \(other)")
        let before = try database.contents()
        let result = try Program.run("up", "--db", url, "--table", "sessions")
        #expect(result.status == 6, "\(result.errors)")
        #expect(result.errors.contains("b.note") && result.errors.contains("ADD CONSTRAINT"), "\(result.errors)")
        #expect(try database.contents().differences(from: before) == [])
        // Its owner may do it.
        #expect(try database.manager().up().problems == [])
        #expect(
            try database.value("SELECT COUNT(*) FROM pg_constraint WHERE conrelid = 'b.note'::regclass") == .integer(1))
    }

    @Test("A view of the backup column blocks cleanup, which names it and keeps the column")
    func viewOfBackup() throws {
        let database = try sample(
            at: SchemaVersion(2, 5, 6), "CREATE VIEW ai.lists AS SELECT runs FROM ai.agno_sessions")
        #expect(try database.manager().up().problems == [])
        let report = try database.manager().cleanup()
        #expect(report.outcome == .refused)
        #expect(report.error?.code == .dependentObjects && report.error?.message.contains("ai.lists") == true)
        try database.execute("DROP VIEW ai.lists")
        #expect(try database.manager().cleanup().outcome == .dropped)
    }

    /// Objects that need a column which goes and no other.
    private static let ofOneColumn = [
        "CREATE INDEX my_object ON ai.agno_sessions USING gin (runs)",
        "CREATE INDEX my_object ON ai.agno_sessions ((runs -> 0))",
        "CREATE UNIQUE INDEX my_object ON ai.agno_sessions (runs)",
        "ALTER TABLE ai.agno_sessions ADD CONSTRAINT my_object UNIQUE (runs)",
        "ALTER TABLE ai.agno_sessions ADD CONSTRAINT my_object CHECK (jsonb_typeof(runs) = 'array')",
        "ALTER TABLE ai.agno_sessions ADD CONSTRAINT my_object EXCLUDE USING btree (runs WITH =)",
        "CREATE STATISTICS ai.my_object ON (runs -> 0) FROM ai.agno_sessions",
    ]

    @Test(
        "What hangs on the backup column alone blocks cleanup by name, and what the remedy says is what takes it off",
        arguments: ofOneColumn)
    func onBackupAlone(statement: String) throws {
        let database = try sample(at: SchemaVersion(2, 5, 6))
        #expect(try database.manager().up().problems == [])
        try database.execute(
            "UPDATE ai.agno_sessions SET runs = jsonb_build_array(jsonb_build_object('run_id', session_id))")
        try database.execute("UPDATE ai.agno_sessions SET runs = NULL")
        try database.execute(statement)
        for report in [try database.manager().cleanup(dryRun: true), try database.manager().cleanup()] {
            #expect(report.outcome == .refused && report.error?.code == .dependentObjects)
            #expect(report.error?.message.contains(" my_object ") == true, "\(report.error?.message ?? "none")")
        }
        let remedy = try #require(try database.manager().cleanup().error?.remedy)
        let drop = try #require(remedy.firstMatch(of: /run: ([^;]*);/)?.1)
        try database.execute(String(drop))
        #expect(try database.manager().cleanup().outcome == .dropped)
    }

    @Test("Keys over a column that goes block the way down by name: own ones and those of a child")
    func keysOverDroppedColumns() throws {
        for (name, statements) in [
            ("my_key", ["ALTER TABLE ai.agno_knowledge ADD CONSTRAINT my_key UNIQUE (user_id)"]),
            (
                "my_users",
                [
                    "CREATE TABLE ai.people (id varchar PRIMARY KEY)",
                    "INSERT INTO ai.people SELECT DISTINCT user_id FROM ai.agno_knowledge WHERE user_id IS NOT NULL",
                    "ALTER TABLE ai.agno_knowledge ADD CONSTRAINT my_users FOREIGN KEY (user_id) REFERENCES ai.people",
                ]
            ),
            (
                "ai.child",
                [
                    "ALTER TABLE ai.agno_knowledge ADD CONSTRAINT k UNIQUE (user_id, id)",
                    "CREATE TABLE ai.child (u varchar, i varchar, FOREIGN KEY (u, i) REFERENCES ai.agno_knowledge (user_id, id))",
                ]
            ),
        ] {
            let database = try sample(at: .latest)
            for statement in statements { try database.execute(statement) }
            let before = try database.contents()
            let plan = try database.manager().plan(.down, tables: [.knowledge], target: .baseline)
            #expect(
                plan.dependents.contains { $0.handling == .blocks && $0.name.contains(name.dropFirst(3)) }, "\(name)")
            #expect {
                try database.manager().down(tables: [.knowledge], target: .baseline, allowDataLoss: true)
            } throws: {
                ($0 as? MigrationError)?.code == .dependentObjects
            }
            #expect(try database.contents().differences(from: before) == [], "\(name)")
        }
    }

    @Test("A column of another type that a step compares is named, on the way down, too")
    func typeOnTheWayDown() throws {
        let database = try sample(
            at: .latest, "ALTER TABLE ai.agno_sessions ALTER user_id TYPE integer USING length(user_id)")
        #expect {
            try database.manager().down(target: SchemaVersion(2, 5, 6), allowDataLoss: true)
        } throws: {
            ($0 as? MigrationError)?.message.contains("column user_id (its type is INTEGER, and Agno declares VARCHAR)")
                == true
        }
    }

    @Test("A runs table without a key gets it before runs are moved into it")
    func runsWithoutKey() throws {
        let database = try sample(at: SchemaVersion(2, 5, 6))
        #expect(try database.manager().up(tables: [.sessions]).problems == [])
        let runs = try database.value("SELECT COUNT(*) FROM ai.agno_runs")
        #expect(
            try database.manager().down(tables: [.sessions], target: SchemaVersion(2, 5, 6), allowDataLoss: true)
                .problems
                == [])
        try database.execute(
            "CREATE TABLE ai.agno_runs (run_id VARCHAR, session_id VARCHAR NOT NULL, run_type VARCHAR NOT NULL, agent_id VARCHAR, "
                + "team_id VARCHAR, workflow_id VARCHAR, user_id VARCHAR, parent_run_id VARCHAR, status VARCHAR, "
                + "run_index BIGINT, run_data JSONB NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT)")
        #expect(try database.manager().up(tables: [.sessions]).problems == [])
        #expect(try database.value("SELECT COUNT(*) FROM ai.agno_runs") == runs)
        #expect(try database.manager().verify().isVerified)
    }

    @Test("A child whose triggers are disabled blocks the step that would create its key again")
    func disabledKey() throws {
        let database = try sample(
            at: SchemaVersion(2, 3, 0),
            "CREATE TABLE ai.child (s varchar, CONSTRAINT my_key FOREIGN KEY (s) REFERENCES ai.agno_sessions (session_id))",
            "ALTER TABLE ai.child DISABLE TRIGGER ALL")
        let report = try database.manager().up(tables: [.sessions])
        #expect(report[.sessions]?.outcome == .refused)
        #expect(report[.sessions]?.steps.last?.error?.message.contains("my_key of child") == true)
    }

    @Test("A child of the runs table blocks the way down before any table, and nothing is lost")
    func childOfRuns() throws {
        let database = try sample(
            at: .latest, "CREATE TABLE ai.feedback (run_id varchar REFERENCES ai.agno_runs ON DELETE CASCADE)",
            "INSERT INTO ai.feedback SELECT run_id FROM ai.agno_runs")
        let before = try database.contents()
        #expect {
            try database.manager().down(target: SchemaVersion(2, 5, 6), allowDataLoss: true)
        } throws: {
            let error = $0 as? MigrationError
            return error?.code == .dependentObjects && error?.message.contains("feedback") == true
        }
        #expect(try database.contents().differences(from: before) == [])
    }

    @Test("A foreign key to the metrics key that is replaced blocks the table and is named")
    func childOfMetricsKey() throws {
        let database = try sample(
            at: SchemaVersion(2, 5, 6),
            "CREATE TABLE ai.note (d date, p varchar, FOREIGN KEY (d, p) REFERENCES ai.agno_metrics (date, aggregation_period))"
        )
        let report = try database.manager().up(tables: [.metrics])
        #expect(report[.metrics]?.outcome == .refused)
        #expect(report[.metrics]?.steps.last?.error?.message.contains("note") == true)
    }

    @Test("A replica identity that rests on a key that goes is moved to the new one, up and down")
    func replicaIdentity() throws {
        let database = try sample(
            at: SchemaVersion(2, 3, 0),
            "ALTER TABLE ai.agno_sessions REPLICA IDENTITY USING INDEX agno_sessions_uq_session_id",
            "ALTER TABLE ai.agno_metrics REPLICA IDENTITY USING INDEX agno_metrics_uq_metrics_date_period")
        let identity =
            "SELECT string_agg(c.relreplident::text || COALESCE(' ' || i.indexrelid::regclass, ''), ', ' ORDER BY c.relname) "
            + "FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident "
            + "WHERE c.oid IN ('ai.agno_sessions'::regclass, 'ai.agno_metrics'::regclass)"
        let before = try database.value(identity)
        #expect(try database.manager().up().problems == [])
        #expect(
            try database.value(identity)
                == .text("i ai.agno_metrics_uq_metrics_user_date_period, i ai.agno_sessions_pkey"))
        #expect(try database.manager().down(target: SchemaVersion(2, 3, 0), allowDataLoss: true).problems == [])
        #expect(try database.value(identity) == before)
    }
}
