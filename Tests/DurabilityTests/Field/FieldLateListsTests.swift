import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// Lists that a 2.x program wrote after the move, and rows that no list can hold, are neither lost nor taken for moved.
struct FieldLateListsTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func make(_ changes: String = "") throws -> MigrationManager {
        try UglyDatabase(isSmall: true).make(at: path)
        try RawDatabase(path).execute(changes)
        return try MigrationManager.over(path)
    }

    private func ids(of session: String) throws -> [String] {
        let elements = "json_each(CASE json_type(runs) WHEN 'text' THEN runs ->> '$' ELSE runs END)"
        return try RawDatabase(path).texts(
            "SELECT value ->> '$.run_id' FROM agno_sessions, \(elements) WHERE session_id = ? ORDER BY key", [session])
    }

    @Test("A list that was written after up is not taken for moved, and down keeps what it says")
    func writtenAfterUp() throws {
        let manager = try make()
        try manager.mustGoUp()
        try RawDatabase(path).execute(
            """
            UPDATE agno_sessions SET runs = json_quote('[{"run_id": "p1", "agent_id": "a1", "content": "newer"}, '
            || '{"run_id": "p2", "agent_id": "a1"}, {"run_id": "p3", "agent_id": "a1"}]') WHERE session_id = 'plain'
            """)
        #expect(try !manager.verify().isVerified)
        #expect(try manager.cleanup().outcome == .refused)
        try manager.mustGoDown()
        #expect(try ids(of: "plain") == ["p1", "p2", "p3"])
        #expect(
            try RawDatabase(path).int(
                "SELECT COUNT(*) FROM agno_sessions WHERE session_id = 'plain' AND instr(runs, 'newer')") == 1)
    }

    @Test("A newer version of a run alone is not taken for moved either, and up with force moves it")
    func newerVersion() throws {
        let manager = try make()
        try manager.mustGoUp()
        try RawDatabase(path).execute(
            "UPDATE agno_sessions SET runs = replace(runs, 'COMPLETED', 'CANCELLED') WHERE session_id = 'plain'")
        #expect(try !manager.verify().isVerified)
        #expect(try manager.cleanup().outcome == .refused)
        #expect(try manager.up(force: true).isSuccess)
        #expect(try manager.verify().isVerified)
        let status = "SELECT COUNT(*) FROM agno_runs WHERE run_id = 'p1' AND instr(run_data, 'CANCELLED')"
        #expect(try RawDatabase(path).int(status) == 1)
    }

    @Test("Ids that differ only in how a character is composed are two ids, in one list and in two")
    func composedIDs() throws {
        let manager = try make(
            """
            INSERT INTO agno_sessions (session_id, session_type, runs, created_at) VALUES
            ('n\u{e9}', 'agent', '[{"run_id": "caf\u{e9}"}, {"run_id": "cafe\u{301}"}]', 1),
            ('ne\u{301}', 'agent', '[{"run_id": "caf\u{e9}s"}, {"run_id": "cafe\u{301}s"}]', 1)
            """)
        try manager.mustGoUp()
        let rows = "SELECT COUNT(*) FROM agno_runs WHERE run_id LIKE 'caf%'"
        #expect(try RawDatabase(path).int(rows) == 4)
        #expect(try manager.verify().isVerified)
        try manager.mustGoDown()
        #expect(try ids(of: "n\u{e9}").map { $0.utf8.count } == [5, 6])
        #expect(try ids(of: "ne\u{301}").map { $0.utf8.count } == [6, 7])
    }

    @Test(
        "Rows that no list can hold stop the way down",
        arguments: ["run_data = 5", "run_data = x'ff00'"])
    func unusableRows(change: String) throws {
        let manager = try make()
        try manager.mustGoUp()
        try RawDatabase(path).execute("UPDATE agno_runs SET \(change) WHERE run_id = 'p1'")
        let down = try manager.down(target: .baseline, allowDataLoss: true)
        #expect(!down.isSuccess)
        #expect(down.failures.contains { $0.contains("agno_runs") && $0.contains("plain") }, "\(down.failures)")
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM agno_runs WHERE run_id = 'p1'") == 1)
    }

    @Test("Data of a run that are stored as bytes come back as text")
    func bytes() throws {
        let manager = try make()
        try manager.mustGoUp()
        try RawDatabase(path).execute("UPDATE agno_runs SET run_data = CAST(run_data AS BLOB) WHERE run_id = 'p1'")
        try manager.mustGoDown()
        #expect(try ids(of: "plain") == ["p1", "p2"])
    }

    @Test("A column that is called rowid hides no sessions")
    func columnCalledRowid() throws {
        let manager = try make("ALTER TABLE agno_sessions ADD COLUMN rowid INTEGER")
        try manager.mustGoUp()
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM agno_runs WHERE session_id = 's1'") == 1)
        #expect(try manager.verify().isVerified)
        try manager.mustGoDown()
        #expect(try ids(of: "s1") == ["s1"])
    }

    @Test("A primary key of the application's stays, and the difference is named")
    func ownPrimaryKey() throws {
        let manager = try make(
            """
            DROP TABLE agno_schedule_runs; DROP TABLE agno_schedules;
            DELETE FROM agno_schema_versions WHERE table_name = 'agno_schedules';
            CREATE TABLE agno_schedules (number INTEGER PRIMARY KEY AUTOINCREMENT, id VARCHAR NOT NULL UNIQUE,
            name VARCHAR NOT NULL, description VARCHAR, method VARCHAR NOT NULL, endpoint VARCHAR NOT NULL, payload JSON,
            cron_expr VARCHAR NOT NULL, timezone VARCHAR NOT NULL, timeout_seconds BIGINT NOT NULL,
            max_retries BIGINT NOT NULL, retry_delay_seconds BIGINT NOT NULL, enabled BOOLEAN NOT NULL,
            next_run_at BIGINT, locked_by VARCHAR, locked_at BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT);
            """)
        let up = try manager.up()
        let schedules = try #require(up.tables.first { $0.type == .schedules })
        #expect(schedules.drift.contains { $0.contains("primary key") && $0.contains("number") }, "\(schedules.drift)")
        let text = try RawDatabase(path).text("SELECT sql FROM sqlite_master WHERE name = 'agno_schedules'") ?? ""
        #expect(text.contains("AUTOINCREMENT"))
    }
}
