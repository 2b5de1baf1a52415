import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

@Suite("Field: rows of the application, and new tables, on PostgreSQL") struct FieldRowsTests {
    @Test("A default of the application's on a column whose type changes is converted, up and down")
    func convertedDefault() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 1)
        let value =
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'ai.agno_memories'::regclass"
        try database.execute("ALTER TABLE ai.agno_memories ALTER COLUMN memory SET DEFAULT '{}'")
        #expect(try database.manager().up().problems == [])
        try database.execute("INSERT INTO ai.agno_memories (memory_id, user_id, created_at) VALUES ('new', 'ana', 1)")
        #expect(
            try database.value("SELECT memory::text FROM ai.agno_memories WHERE memory_id = 'new'") == .text("{}"))
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
        #expect(try database.rows(value).count == 1)
    }

    @Test(
        "Filling a column, writing lists back and putting rows aside fires no trigger and no rule, and leaves each as it was"
    )
    func triggers() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 3)
        let tables = ["agno_memories", "agno_sessions", "agno_metrics"]
        try database.execute(
            "CREATE TABLE ai.fired (what text)",
            """
            CREATE FUNCTION ai.fire() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO ai.fired VALUES (TG_TABLE_NAME || ' ' || TG_NAME); RETURN COALESCE(NEW, OLD); END $$
            """)
        for table in tables {
            for (name, state) in [
                ("usual", "ENABLE"), ("always", "ENABLE ALWAYS"), ("off", "DISABLE"), ("replica", "ENABLE REPLICA"),
            ] {
                try database.execute(
                    "CREATE TRIGGER \(name) BEFORE UPDATE OR DELETE ON ai.\(table) FOR EACH ROW EXECUTE FUNCTION ai.fire()",
                    "ALTER TABLE ai.\(table) \(state) TRIGGER \(name)")
            }
            try database.execute(
                "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON ai.\(table) DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
                    + "EXECUTE FUNCTION ai.fire()",
                "CREATE RULE noted AS ON UPDATE TO ai.\(table) DO ALSO INSERT INTO ai.fired VALUES ('rule')")
        }
        let states =
            "SELECT string_agg(tgrelid::regclass || tgname::text || tgenabled::text, ', ' ORDER BY tgrelid, tgname) FROM pg_trigger "
            + "WHERE NOT tgisinternal"
        let before = try database.value(states)
        #expect(try database.manager().up().problems == [])
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
        #expect(try database.rows("SELECT DISTINCT what FROM ai.fired") == [])
        #expect(try database.value(states) == before)
        #expect(
            try database.value("SELECT COUNT(*) FROM pg_rewrite WHERE rulename = 'noted' AND ev_enabled = 'O'")
                == .integer(3))
    }

    @Test("A new table has the owner and the privileges of the sessions table, for roles and columns alike")
    func access() throws {
        let (database, role, _) = try ownedSample(at: .baseline)
        defer { database.drop(role: role) }
        let application = "app_\(database.name)"
        try database.execute(
            "CREATE ROLE \(application) LOGIN", "GRANT USAGE ON SCHEMA ai TO \(application)",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ai.agno_sessions TO \(application) WITH GRANT OPTION",
            "GRANT SELECT (session_id, user_id, metadata) ON ai.agno_sessions TO PUBLIC",
            "ALTER TABLE ai.agno_sessions SET UNLOGGED")
        defer { database.drop(role: application) }
        // The superuser migrates.
        #expect(try database.manager().up().problems == [])
        for table in ["agno_runs", "agno_schema_versions", "agno_migration_journal", "agno_migration_markers"] {
            #expect(
                try database.value(
                    "SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = 'ai.\(table)'::regclass")
                    == .text(role), "\(table)")
            for privilege in ["SELECT", "INSERT", "UPDATE", "DELETE WITH GRANT OPTION"] {
                #expect(
                    try database.value("SELECT has_table_privilege('\(application)', 'ai.\(table)', '\(privilege)')")
                        == .integer(1), "\(table) \(privilege)")
            }
        }
        #expect(
            try database.value("SELECT has_column_privilege('public', 'ai.agno_runs', 'user_id', 'SELECT')")
                == .integer(1))
        #expect(
            try database.value("SELECT has_column_privilege('public', 'ai.agno_runs', 'run_data', 'SELECT')")
                == .integer(0))
        #expect(
            try database.value("SELECT relpersistence::text FROM pg_class WHERE oid = 'ai.agno_runs'::regclass")
                == .text("u"))
    }

    @Test("A session id of a collation of its own gives it to the runs table")
    func collation() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 3)
        try database.execute("ALTER TABLE ai.agno_sessions ALTER session_id TYPE varchar COLLATE \"C\"")
        #expect(try database.manager().up(tables: [.sessions]).problems == [])
        #expect(try database.manager().verify().isVerified)
        #expect(
            try database.manager().down(tables: [.sessions], target: SchemaVersion(2, 5, 6), allowDataLoss: true)
                .problems
                == [])
    }

    @Test(
        "In a database that does not keep Unicode, escapes are refused by row, and the encoding is named",
        arguments: ["SQL_ASCII", "LATIN1"])
    func encoding(name: String) throws {
        let database = try TestDatabase(encoding: name)
        try database.connected { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            let shape = try #require(TableDefinition.shape(of: .memories, at: .baseline, in: context))
            try connection.execute("CREATE SCHEMA ai")
            for statement in connection.dialect.create(shape, named: "agno_memories") {
                try connection.execute(statement)
            }
            for (id, text) in [("memory-1", #"\u4f60 \ud83d\ude00"#), ("memory-2", #"\u0041"#)] {
                try connection.execute(
                    "INSERT INTO ai.agno_memories (memory_id, memory, updated_at) VALUES ($1, $2, 1)",
                    [.text(id), .text("\"\(text)\"")])
            }
        }
        let planned = try database.manager().plan(tables: [.memories]).tables[0].steps.last?.error
        let done = try database.manager().up(tables: [.memories])[.memories]?.steps.last?.error
        for error in [planned, done] {
            #expect(error?.code == .notStorable)
            #expect(error?.rows == ["memory-1"])
            #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
        }
    }
}
