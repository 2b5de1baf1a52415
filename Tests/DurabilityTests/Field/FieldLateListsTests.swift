import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import MigrationCore
import SQLDialects
import SQLiteAccess
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

    @Test("A list that was written after up is pending, and the next up moves it")
    func isPending() throws {
        let manager = try make()
        try manager.mustGoUp()
        #expect(try manager.up().tables.allSatisfy { $0.outcome != .migrated })
        try RawDatabase(path).execute(
            """
            UPDATE agno_sessions SET updated_at = 1900000000, runs =
            json_quote('[{"run_id": "p1", "agent_id": "a1", "content": "newer"}, {"run_id": "p9", "agent_id": "a1"}]')
            WHERE session_id = 'plain'
            """)
        #expect(try manager.status().tables.first { $0.type == .sessions }?.pending == [SchemaVersion(3, 0, 0)])
        #expect(try manager.up().tables.first { $0.type == .sessions }?.outcome == .migrated)
        let rows = "SELECT COUNT(*) FROM agno_runs WHERE run_id = 'p9' OR instr(run_data, 'newer')"
        #expect(try RawDatabase(path).int(rows) == 2)
        #expect(try manager.verify().isVerified)
        #expect(try manager.up().tables.first { $0.type == .sessions }?.outcome == .current)
    }

    @Test("Each run of a list follows it, also those that did not change the last time")
    func followsTwice() throws {
        let manager = try make()
        try manager.mustGoUp()
        func write(_ first: String, _ second: String) throws {
            try RawDatabase(path).execute(
                """
                UPDATE agno_sessions SET updated_at = 1900000000, runs = json_quote('[{"run_id": "p1", "agent_id": "a1",
                "content": "\(first)"}, {"run_id": "p2", "agent_id": "a1", "content": "\(second)"}]')
                WHERE session_id = 'plain'
                """)
        }
        for (number, contents) in [("one", "two"), ("other", "two"), ("other", "another")].enumerated() {
            try write(contents.0, contents.1)
            #expect(try MigrationManager.over(path, now: FaultRunner.now + 10 * Int64(number + 1)).up().isSuccess)
            #expect(try manager.verify().isVerified)
        }
        let rows = "SELECT COUNT(*) FROM agno_runs WHERE instr(run_data, '\"other\"') OR instr(run_data, '\"another\"')"
        #expect(try RawDatabase(path).int(rows) == 2)
    }

    @Test("A stamp without a move does not count, and the next up moves the runs")
    func stampWithoutMove() throws {
        let manager = try make()
        try manager.mustGoUp()
        let count = try RawDatabase(path).int("SELECT COUNT(*) FROM agno_runs")
        try RawDatabase(path).execute("DELETE FROM agno_runs; DELETE FROM agno_migration_markers")
        #expect(try !manager.verify().isVerified)
        #expect(try manager.up().isSuccess)
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM agno_runs") == count)
        #expect(try manager.verify().isVerified)
    }

    @Test("What a program with a slow clock writes during a move is moved too, up and down")
    func slowClock() throws {
        let manager = try make()
        let other = try RawDatabase(path)
        let list = #"json_quote('[{"run_id": "slow", "agent_id": "a1"}]')"#
        let write = "UPDATE agno_sessions SET updated_at = 5, runs = \(list) WHERE session_id = 'plain'"
        let isUp = try writing(write, once: "SELECT COUNT(*) FROM agno_migration_markers WHERE row_key = 'plain'") {
            try $0.up().isSuccess
        }
        #expect(isUp)
        #expect(try other.int("SELECT COUNT(*) FROM agno_runs WHERE run_id = 'slow'") == 1)
        #expect(try manager.verify().isVerified)
        let insert =
            "INSERT INTO agno_runs (run_id, session_id, run_type, run_index, run_data, created_at, updated_at) "
            + #"VALUES ('late', 'plain', 'agent', 9, '{"run_id": "late", "agent_id": "a1"}', 5, 5)"#
        let isJoined = "SELECT COUNT(*) = 0 FROM agno_migration_markers WHERE row_key = 'plain'"
        let isDown = try writing(insert, once: isJoined) {
            try $0.down(target: .baseline, allowDataLoss: true).isSuccess
        }
        #expect(isDown)
        #expect(try ids(of: "plain").contains("late"))
    }

    /// Goes through a migration, and has another program write between two transactions, once the query counts something.
    private func writing(
        _ statement: String, once query: String, _ migrate: (MigrationManager) throws -> Bool
    ) throws -> Bool {
        let hasWritten = Flag()
        let hooked = HookedDriver(SQLiteDriver(path: path)) { [path] sql, connection in
            guard sql == connection.dialect.beginStatement, !hasWritten.isSet else { return }
            let other = try RawDatabase(path)
            guard let count = try? other.int(query), count > 0 else { return }
            hasWritten.set()
            try other.execute(statement)
        }
        let isSuccess = try migrate(try MigrationManager.over(path, driver: hooked))
        #expect(hasWritten.isSet)
        return isSuccess
    }

    @Test(
        "A row that was damaged since its move is named, and its original stays",
        arguments: ["run_data = replace(run_data, 'COMPLETED', 'LOST')", "run_data = 'x'", "session_id = 's1'"])
    func damagedRow(change: String) throws {
        let manager = try make()
        try manager.mustGoUp()
        try RawDatabase(path).execute("UPDATE agno_runs SET \(change) WHERE run_id = 'p1'")
        if change.hasPrefix("run_data") {
            let problems = try manager.verify().tables.flatMap(\.mismatches)
            #expect(problems.contains { $0.contains("agno_runs") && $0.contains("plain") }, "\(problems)")
        }
        #expect(try manager.cleanup().outcome == .refused)
        #expect(try ids(of: "plain") == ["p1", "p2"])
    }

    @Test("Sessions whose column of runs has another name are refused, and nothing is changed")
    func renamedColumn() throws {
        let manager = try make("ALTER TABLE agno_sessions RENAME COLUMN runs TO runs_old")
        let plan = try manager.plan(.up)
        #expect(plan.tables.first { $0.type == .sessions }?.outcome == .refused)
        let up = try manager.up()
        #expect(up.tables.first { $0.type == .sessions }?.outcome == .refused)
        #expect(up.failures.contains { $0.contains("no column runs") && $0.contains("runs_old") }, "\(up.failures)")
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM sqlite_master WHERE name = 'agno_runs'") == 0)
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
        arguments: [
            "run_data = 5", "run_data = x'ff00'", "run_data = ''", "run_data = '{bad'",
            #"run_data = '{"run_id": "a"}, {"run_id": "b"}'"#,
        ])
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
