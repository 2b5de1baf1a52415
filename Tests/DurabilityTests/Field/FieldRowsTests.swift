import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// The application's rows, and what it knows them by, stay as they are.
struct FieldRowsTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func make(_ changes: String) throws -> MigrationManager {
        try UglyDatabase().make(at: path)
        try RawDatabase(path).execute(changes)
        return try MigrationManager.over(path)
    }

    @Test("Filling columns and writing lists back fires no trigger", arguments: ["memories", "metrics", "sessions"])
    func fillsFireNoTrigger(table: String) throws {
        let statement =
            "CREATE TRIGGER touch AFTER UPDATE ON agno_\(table) BEGIN UPDATE agno_\(table) SET updated_at = 9 WHERE rowid = NEW.rowid; END"
        let manager = try make(statement)
        let untouched = "SELECT COUNT(*) FROM agno_\(table) WHERE updated_at = 9"
        try manager.mustGoUp()
        #expect(try RawDatabase(path).int(untouched) == 0)
        try manager.mustGoDown()
        #expect(try RawDatabase(path).int(untouched) == 0)
        try manager.mustGoUp()
        #expect(try RawDatabase(path).int(untouched) == 0)
        #expect(try RawDatabase(path).text("SELECT sql FROM sqlite_master WHERE name = 'touch'") == statement)
    }

    @Test("A trigger of the sessions' lists is there again after down, and works")
    func triggerOfListsWorks() throws {
        let manager = try make("DELETE FROM \"it's \"\"mine\"\"\"")
        let notes = "SELECT what FROM \"it's \"\"mine\"\"\" WHERE what LIKE 'runs of%'"
        try manager.mustGoUp()
        try manager.mustGoDown()
        let database = try RawDatabase(path)
        #expect(try database.texts(notes) == [])
        try database.execute("UPDATE agno_sessions SET runs = NULL WHERE session_id = 'plain'")
        #expect(try database.texts(notes) == ["runs of plain"])
    }

    @Test("A recreated table keeps its rows' numbers, its counter, its statistics and the full-text index over it")
    func recreatedTableKeepsNumbers() throws {
        let manager = try make(
            """
            DELETE FROM agno_memories WHERE memory_id = 'm1';
            CREATE VIRTUAL TABLE found USING fts5 (memory, content = 'agno_memories');
            INSERT INTO found (found) VALUES ('rebuild');
            ANALYZE;
            """)
        let database = try RawDatabase(path)
        let numbers = try database.rows("SELECT rowid, memory_id FROM agno_memories ORDER BY 1")
        let statistics = try database.rows(
            "SELECT tbl, idx, stat FROM sqlite_stat1 WHERE tbl = 'agno_memories' ORDER BY 2")
        try #require(numbers.first?[0] == "2" && statistics.count > 3)
        let match = "SELECT rowid FROM found WHERE found MATCH 'x'"
        let found = try database.texts(match)
        try manager.mustGoUp()
        #expect(try database.rows("SELECT rowid, memory_id FROM agno_memories ORDER BY 1") == numbers)
        #expect(
            try database.rows("SELECT tbl, idx, stat FROM sqlite_stat1 WHERE tbl = 'agno_memories' ORDER BY 2")
                == statistics)
        #expect(try database.texts(match) == found)
        try database.execute("INSERT INTO found (found, rank) VALUES ('integrity-check', 1)")
        try manager.mustGoDown()
        #expect(try database.rows("SELECT rowid, memory_id FROM agno_memories ORDER BY 1") == numbers)
        try database.execute("INSERT INTO found (found, rank) VALUES ('integrity-check', 1)")
    }

    @Test("A table with a column called rowid is recreated with its rows' numbers")
    func columnCalledRowid() throws {
        let manager = try make("ALTER TABLE agno_memories ADD COLUMN rowid TEXT DEFAULT 'mine'")
        let before = try RawDatabase(path).rows("SELECT _rowid_, rowid FROM agno_memories ORDER BY 1")
        try manager.mustGoUp()
        #expect(try RawDatabase(path).rows("SELECT _rowid_, rowid FROM agno_memories ORDER BY 1") == before)
    }

    // MARK: STRICT

    @Test("A STRICT table gets types that it takes, and is current afterwards")
    func strictTables() throws {
        try UglyDatabase(isSmall: true).make(at: path)
        let database = try RawDatabase(path)
        func makeStrict(_ table: String) throws {
            var sql = try #require(
                try database.text("SELECT sql FROM sqlite_master WHERE name = ? AND type = 'table'", [table]))
            for (loose, strict) in [
                ("VARCHAR", "TEXT"), ("JSON", "TEXT"), ("BIGINT", "INTEGER"), ("BOOLEAN", "INTEGER"),
                ("DATE ", "TEXT "),
            ] { sql = sql.replacing(loose, with: strict) }
            let indexes = try database.texts(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql <> ''",
                [table])
            try database.execute("CREATE TABLE old AS SELECT * FROM \(table)")
            let columns = try database.texts("SELECT name FROM pragma_table_info(?)", [table])
                .map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ", ")
            try database.execute("DROP TABLE \(table); \(sql) STRICT")
            try database.execute("INSERT INTO \(table) (\(columns)) SELECT \(columns) FROM old; DROP TABLE old")
            for index in indexes { try database.execute(index) }
        }
        for table in ["agno_memories", "agno_metrics", "agno_schedules", "agno_learnings"] { try makeStrict(table) }
        let manager = try MigrationManager.over(path)
        let memories = "SELECT memory_id, memory, topics, updated_at FROM agno_memories ORDER BY 1"
        let before = try database.rows(memories)
        try manager.mustGoUp()
        #expect(try database.rows(memories) == before)
        let kinds = "SELECT name FROM pragma_table_list WHERE strict ORDER BY 1"
        #expect(
            try database.texts(kinds) == ["agno_learnings", "agno_memories", "agno_metrics", "agno_schedules"])
        #expect(try manager.verify().isVerified)
        #expect(try manager.up().names(.migrated) == [])
        try manager.mustGoDown()
        #expect(try database.rows(memories) == before)
    }

    // MARK: JSON columns

    @Test("Down stores the JSON columns of sessions inside JSON strings, and up stores them as they were")
    func jsonColumnsOfSessions() throws {
        let plain = #"{"a": "Zoë \"q\" \ud83d\ude00", "n": NaN}"#
        let manager = try make("")
        let database = try RawDatabase(path)
        try database.execute(
            "UPDATE agno_sessions SET metadata = ?, summary = '[]', agent_data = 'null', team_data = '' WHERE session_id = 'plain'",
            [plain])
        try manager.mustGoUp()
        let columns =
            "SELECT session_data, agent_data, team_data, workflow_data, metadata, summary FROM agno_sessions ORDER BY session_id"
        let before = try database.rows(columns)
        try manager.mustGoDown()
        let found = try database.texts(
            "SELECT json_extract(metadata, '$') FROM agno_sessions WHERE session_id = 'plain' AND json_valid(metadata)")
        #expect(found == [plain])
        #expect(
            try database.rows("SELECT summary, agent_data, team_data FROM agno_sessions WHERE session_id = 'plain'")
                == [[#"'"[]"'"#, "'null'", "''"]])
        try manager.mustGoUp()
        #expect(try database.rows(columns) == before)
    }

    @Test("Down stores them so also where no run was ever stored and there is no runs table")
    func jsonColumnsWithoutRuns() throws {
        let manager = try make("")
        let database = try RawDatabase(path)
        try manager.mustGoUp()
        try database.execute("DROP TABLE agno_runs; UPDATE agno_sessions SET runs = NULL, metadata = '{\"a\": 1}'")
        try manager.mustGoDown()
        #expect(try database.texts("SELECT DISTINCT metadata FROM agno_sessions") == [#""{\"a\": 1}""#])
        try manager.mustGoUp()
        #expect(try database.texts("SELECT DISTINCT metadata FROM agno_sessions") == [#"{"a": 1}"#])
    }
}
