import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

@Suite("Field: what a step drops and recreates is as it was on PostgreSQL") struct FieldExactnessTests {
    /// What no definition contains: comments, targets of statistics, storage, compression, options of columns.
    private func settings(of database: TestDatabase) throws -> [SQLRow] {
        try database.rows(
            """
            SELECT 'column', a.attrelid::regclass::text || '.' || a.attname, concat_ws(' ', a.attstattarget, a.attstorage,
            NULLIF(a.attcompression, ''), a.attoptions, col_description(a.attrelid, a.attnum)) FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'ai' AND c.relname IN ('agno_sessions', 'mview', 'by_model', 'by_x') AND a.attnum > 0
            AND NOT a.attisdropped
            UNION ALL SELECT 'index', c.oid::regclass::text, obj_description(c.oid, 'pg_class') FROM pg_class c
            WHERE c.relname IN ('by_model', 'by_x', 'mi')
            UNION ALL SELECT 'trigger', tgname::text, obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'rule', rulename::text, obj_description(oid, 'pg_rewrite') FROM pg_rewrite
            WHERE rulename IN ('on_view')
            UNION ALL SELECT 'key', conname::text, obj_description(oid, 'pg_constraint') FROM pg_constraint
            WHERE conrelid = 'ai.child'::regclass
            UNION ALL SELECT 'statistics', stxname::text, concat_ws(' ', stxstattarget, obj_description(oid, 'pg_statistic_ext'))
            FROM pg_statistic_ext ORDER BY 1, 2
            """)
    }

    @Test(
        "Comments of all that hangs on views and children, targets of statistics, storage and compression are as before, up and down"
    )
    func settings() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 3)
        try database.execute(
            "CREATE VIEW ai.v AS SELECT session_id, metadata FROM ai.agno_sessions",
            "CREATE FUNCTION ai.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER instead INSTEAD OF INSERT ON ai.v FOR EACH ROW EXECUTE FUNCTION ai.f()",
            "COMMENT ON TRIGGER instead ON ai.v IS 'a trigger''s'",
            "CREATE RULE on_view AS ON DELETE TO ai.v DO INSTEAD NOTHING",
            "COMMENT ON RULE on_view ON ai.v IS 'a rule'",
            "CREATE MATERIALIZED VIEW ai.mview AS SELECT session_id, metadata ->> 'x' AS x FROM ai.agno_sessions",
            "CREATE UNIQUE INDEX mi ON ai.mview (session_id)", "COMMENT ON INDEX ai.mi IS 'an index of a view'",
            "CREATE INDEX by_x ON ai.mview (upper(x))", "ALTER INDEX ai.by_x ALTER COLUMN 1 SET STATISTICS 44",
            "ALTER MATERIALIZED VIEW ai.mview ALTER COLUMN x SET STATISTICS 500",
            "ALTER MATERIALIZED VIEW ai.mview ALTER COLUMN x SET STORAGE PLAIN",
            "ALTER MATERIALIZED VIEW ai.mview ALTER COLUMN x SET (n_distinct = 7)",
            "ALTER MATERIALIZED VIEW ai.mview CLUSTER ON mi",
            "CREATE INDEX by_model ON ai.agno_sessions (user_id, (metadata ->> 'm'))",
            "COMMENT ON INDEX ai.by_model IS 'i'",
            "ALTER INDEX ai.by_model ALTER COLUMN 2 SET STATISTICS 300",
            "CREATE STATISTICS ai.together ON user_id, (metadata ->> 'm') FROM ai.agno_sessions",
            "ALTER STATISTICS ai.together SET STATISTICS 77", "COMMENT ON STATISTICS ai.together IS 's'",
            "ALTER TABLE ai.agno_sessions ADD model text GENERATED ALWAYS AS (metadata ->> 'm') STORED",
            "ALTER TABLE ai.agno_sessions ALTER model SET STATISTICS 123, ALTER model SET STORAGE PLAIN, "
                + "ALTER model SET (n_distinct = -0.5)",
            "COMMENT ON COLUMN ai.agno_sessions.model IS 'c'",
            "ALTER TABLE ai.agno_sessions ALTER metadata SET STATISTICS 321, ALTER metadata SET STORAGE EXTERNAL, "
                + "ALTER metadata SET COMPRESSION pglz, ALTER summary SET STORAGE MAIN",
            "COMMENT ON COLUMN ai.agno_sessions.metadata IS 'm'",
            "CREATE TABLE ai.child (s varchar, CONSTRAINT k FOREIGN KEY (s) REFERENCES ai.agno_sessions (session_id) NOT VALID)",
            "COMMENT ON CONSTRAINT k ON ai.child IS 'a key'")
        let before = try settings(of: database)
        #expect(before.count >= 28)
        #expect(try database.manager().up().problems == [])
        #expect(try settings(of: database) == before)
        #expect(
            try database.value("SELECT indisclustered FROM pg_index WHERE indexrelid = 'ai.mi'::regclass")
                == .integer(1))
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
        #expect(try settings(of: database) == before)
    }

    @Test("A metrics day comes back with the number that the server gave it")
    func numberedDay() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 1)
        try database.execute(
            "ALTER TABLE ai.agno_metrics ADD COLUMN seq BIGINT GENERATED ALWAYS AS IDENTITY (START 40)")
        let rows = "SELECT id, seq FROM ai.agno_metrics ORDER BY id"
        let before = try database.rows(rows)
        #expect(try database.manager().up(tables: [.metrics]).problems == [])
        #expect(try database.rows(rows).count < before.count)
        #expect(
            try database.manager().down(tables: [.metrics], target: SchemaVersion(2, 5, 6), allowDataLoss: true)
                .problems
                == [])
        #expect(try database.rows(rows) == before)
    }
}
