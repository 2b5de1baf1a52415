import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import SQLDialects
import ServerContract
import Testing

@Suite("What the original gets wrong on PostgreSQL") struct DefectTests {
    @Test("defect 2: a runs table that a 3.x program made before the migration does not stand in its way")
    func foreignKeyOnTheOldUniqueKey() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            "CREATE TABLE ai.agno_runs (run_id varchar PRIMARY KEY, session_id varchar NOT NULL "
                + "REFERENCES ai.agno_sessions (session_id) ON DELETE CASCADE, run_type varchar NOT NULL, agent_id varchar, "
                + "team_id varchar, workflow_id varchar, user_id varchar, parent_run_id varchar, status varchar, "
                + "run_index bigint, run_data jsonb NOT NULL, created_at bigint NOT NULL, updated_at bigint)",
            "INSERT INTO ai.agno_runs VALUES ('run-0-0', 'session-0', 'agent', NULL, NULL, NULL, NULL, NULL, 'KEPT', 0, "
                + "'{\"run_id\": \"run-0-0\", \"from\": \"3.x\"}', 1, 1)")
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        let key =
            "SELECT confrelid::regclass::text, conindid::regclass::text FROM pg_constraint WHERE conrelid = 'ai.agno_runs'::regclass AND contype = 'f'"
        #expect(try database.rows(key) == [[.text("ai.agno_sessions"), .text("ai.agno_sessions_pkey")]])
        #expect(try database.value("SELECT status FROM ai.agno_runs WHERE run_id = 'run-0-0'") == .text("KEPT"))
        // And the way back swaps the keys below the foreign key once more.
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 3, 0), allowDataLoss: true).isSuccess)
    }

    @Test(
        "defect 10: duplicate session ids refuse the table without a stamp; once they are gone, the same command finishes"
    )
    func duplicates() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            "ALTER TABLE ai.agno_sessions DROP CONSTRAINT agno_sessions_uq_session_id",
            "INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('session-1', 'agent', 1)")
        let report = try manager.up()
        #expect(report[.sessions]?.outcome == .refused)
        #expect(report[.sessions]?.to == SchemaVersion(2, 3, 0))
        #expect(report[.sessions]?.steps.last?.error?.rows.contains("session-1") == true)
        #expect(report[.metrics]?.outcome == .migrated)
        try database.execute("DELETE FROM ai.agno_sessions WHERE session_id = 'session-1' AND created_at = 1")
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("defect 10: a table that the original stamped without a primary key gets it")
    func lyingStamp() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 3, 0))
        try database.execute(
            "UPDATE ai.agno_schema_versions SET version = '\(SchemaVersion.latest.description)' WHERE table_name = 'agno_sessions'"
        )
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("defect 16: metrics of users go back and come again; a refused way back keeps stamp and table")
    func ownedMetrics() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .latest)
        try database.execute(
            "UPDATE ai.agno_metrics SET user_id = 'ana' WHERE id = 'metrics-0'",
            "CREATE TABLE ai.notes (metric text REFERENCES ai.agno_metrics (id))",
            "INSERT INTO ai.notes VALUES ('metrics-0')")
        let stamp = "SELECT version FROM ai.agno_schema_versions WHERE table_name = 'agno_metrics'"
        let error = #expect(throws: MigrationError.self) { try manager.down(tables: [.metrics], target: .baseline) }
        #expect(error?.code == .dependentObjects)
        #expect(try database.value(stamp) == .text(SchemaVersion.latest.description))
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])

        try database.execute("DELETE FROM ai.notes")
        #expect(try manager.down(tables: [.metrics], target: .baseline).isSuccess)
        #expect(try database.value(stamp) == .text(SchemaVersion.baseline.description))
        #expect(try manager.up().isSuccess)
        #expect(try database.value("SELECT user_id FROM ai.agno_metrics WHERE id = 'metrics-0'") == .text("ana"))
    }

    @Test("defect 22: JSON that jsonb refuses refuses its table with the rows, in the plan as well; the others go on")
    func unstorableJSON() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            #"UPDATE ai.agno_memories SET memory = '"a\u0000b"' WHERE memory_id = 'memory-2'"#,
            #"UPDATE ai.agno_memories SET topics = '["\ud800"]' WHERE memory_id = 'memory-4'"#,
            #"UPDATE ai.agno_memories SET memory = '"only text: \\u0000"' WHERE memory_id = 'memory-5'"#)
        let planned = try manager.plan(tables: [.memories]).tables.first
        #expect(planned?.outcome == .refused)
        let report = try manager.up()
        #expect(report[.memories]?.outcome == .refused)
        let error = report[.memories]?.steps.last?.error
        #expect(error?.code == .notStorable)
        #expect(error?.rows == ["memory-2", "memory-4"])
        #expect(report[.sessions]?.outcome == .migrated)
        try database.execute(
            "UPDATE ai.agno_memories SET memory = '\"ab\"', topics = NULL WHERE memory_id IN ('memory-2', 'memory-4')")
        #expect(try manager.up().isSuccess)
    }

    @Test("defect 22: a run that jsonb refuses is listed and stays in its list, through up, cleanup and down")
    func unstorableRun() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 3)
        // A list inside of a JSON string, as an import from SQLite leaves it; only then jsonb lets the character in.
        let list =
            #""[{\"run_id\": \"good\"}, {\"run_id\": \"bad\", \"c\": \"\\u0000\"}, {\"run_id\": \"nul\\u0000id\"}]""#
        try database.execute("UPDATE ai.agno_sessions SET runs = '\(list)' WHERE session_id = 'session-1'")
        let report = try manager.up()
        #expect(report.isSuccess)
        #expect(report[.sessions]?.quarantinedRows.map(\.reason) == ["not_storable", "not_storable"])
        #expect(report[.sessions]?.quarantinedRows.map(\.position) == [1, 2])
        #expect(try database.value("SELECT COUNT(*) FROM ai.agno_runs WHERE session_id = 'session-1'") == .integer(1))
        #expect(try manager.verify().isVerified)
        #expect(try manager.cleanup().outcome == .refused)
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        let kept = try database.value("SELECT runs #>> '{}' FROM ai.agno_sessions WHERE session_id = 'session-1'")?
            .string
        #expect(kept?.contains("bad") == true)
        #expect(kept?.contains("nul") == true)
    }

    @Test(
        "defect 24: names of 33 to 63 bytes get every index, each under a name of its own",
        arguments: [33, 40, 45, 51, 55, 58, 59, 61, 63])
    func longNames(length: Int) throws {
        var tables = TableNames()
        for type in TableType.allCases where type != .runs {
            let name = "t_\(type.rawValue)_"
            tables[type] = name + String(repeating: "x", count: length - name.count)
        }
        let database = try TestDatabase()
        let names = try Database(url: database.url(), tables: tables).tables
        #expect(names[.runs].utf8.count <= 63)
        let manager = try database.manager(tables: tables)
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 0))
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        #expect(try manager.down(target: SchemaVersion(2, 5, 0), allowDataLoss: true).isSuccess)
        #expect(try manager.up().isSuccess)
    }

    @Test("an index that a failed build left invalid is made anew")
    func invalidIndex() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6))
        try database.execute(
            "ALTER TABLE ai.agno_eval_runs ADD COLUMN user_id varchar",
            "CREATE INDEX idx_agno_eval_runs_user_id ON ai.agno_eval_runs (user_id)",
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ai.idx_agno_eval_runs_user_id'::regclass")
        #expect(try manager.up().isSuccess)
        #expect(
            try database.value(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ai.idx_agno_eval_runs_user_id'::regclass")
                == .integer(1))
    }
}
