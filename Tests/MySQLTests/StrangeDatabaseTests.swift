import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import SQLDialects
import ServerContract
import Testing

@Suite("Strange databases on MariaDB and MySQL", .timeLimit(.minutes(30))) struct StrangeDatabaseTests {
    @Test(
        "a database of any character set and collation goes up and back", arguments: TestServer.all,
        [
            "utf8mb4 COLLATE utf8mb4_bin", "utf8mb3 COLLATE utf8mb3_general_ci", "latin1 COLLATE latin1_swedish_ci",
            "latin1 COLLATE latin1_bin", "utf8mb4 COLLATE utf8mb4_unicode_ci", "ascii",
        ])
    func collations(server: TestServer, options: String) throws {
        let database = try TestDatabase(on: server, options: "CHARACTER SET \(options)")
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        let facts = try database.facts()
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(try manager.cleanup(dryRun: true).outcome == .wouldDrop)
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try database.facts() == facts)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test(
        "a sessions table of another character set than its database: runs refer to it, markers find it",
        arguments: TestServer.all, ["utf8mb4 COLLATE utf8mb4_bin", "utf8mb3", "latin1", "ascii COLLATE ascii_bin"])
    func otherTableCollation(server: TestServer, options: String) throws {
        let database = try TestDatabase(on: server, options: "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
        let manager = try database.manager()
        // MariaDB converts the JSON as well, so there must be nothing in it that the character set does not have.
        _ = try manager.makeSample(version: .baseline, sessions: 0)
        try database.execute("ALTER TABLE agno_sessions CONVERT TO CHARACTER SET \(options)")
        for id in ["one", "two"] {
            try database.insertSession(id, runs: #"[{"run_id": "r-\#(id)", "agent_id": "a"}, {"run_id": "q-\#(id)"}]"#)
        }
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(try manager.up(force: true).isSuccess)
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test(
        "ids that differ in nothing but their case are different sessions where the table says so",
        arguments: TestServer.all)
    func binaryIDs(server: TestServer) throws {
        let database = try TestDatabase(on: server, options: "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 3, 0), sessions: 1)
        try database.execute("ALTER TABLE agno_sessions CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        let ids = ["A", "a", "Ä", "ä", "é", "e"]
        for id in ids {
            try database.insertSession(id, runs: #"[{"run_id": "\#(id)1", "of": "\#(id)"}, {"run_id": "\#(id)2"}]"#)
        }
        let before = try database.rows("SELECT session_id, runs FROM agno_sessions ORDER BY session_id")
        #expect(try manager.up(tables: [.sessions]).isSuccess)
        #expect(try manager.verify().isVerified)
        let runs = try database.rows(
            "SELECT session_id, COUNT(*) FROM agno_runs GROUP BY session_id HAVING COUNT(*) = 2")
        #expect(Set(runs.compactMap { $0[0].string }).isSuperset(of: ids))
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 3, 0), allowDataLoss: true).isSuccess)
        #expect(try database.rows("SELECT session_id, runs FROM agno_sessions ORDER BY session_id") == before)
    }

    @Test(
        "ids that differ in nothing but spaces at their end are different sessions where the table says so",
        arguments: TestServer.all)
    func spaces(server: TestServer) throws {
        let collation = server == .mariadb ? "utf8mb4_nopad_bin" : "utf8mb4_0900_ai_ci"
        let database = try TestDatabase(on: server, options: "CHARACTER SET utf8mb4 COLLATE \(collation)")
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 3, 0), sessions: 1)
        let ids = ["s", "s ", "s  "]
        for id in ids { try database.insertSession(id, runs: #"[{"run_id": "r\#(id)", "of": "\#(id)"}]"#) }
        let before = try database.rows("SELECT session_id, runs FROM agno_sessions ORDER BY session_id")
        #expect(try manager.up(tables: [.sessions]).isSuccess)
        #expect(try manager.verify().isVerified)
        let runs = try database.rows("SELECT session_id, run_id FROM agno_runs ORDER BY session_id")
        #expect(runs.filter { ids.contains($0[0].string ?? "") } == ids.map { [.text($0), .text("r\($0)")] })
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 3, 0), allowDataLoss: true).isSuccess)
        #expect(try database.rows("SELECT session_id, runs FROM agno_sessions ORDER BY session_id") == before)
    }

    @Test(
        "run ids that are too long, empty, numbers, or of characters that the table has no place for",
        arguments: TestServer.all)
    func runIDs(server: TestServer) throws {
        let database = try TestDatabase(on: server, options: "CHARACTER SET latin1")
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 1)
        let long = String(repeating: "x", count: 129)
        let list =
            #"[{"run_id": "\#(long)"}, {"run_id": "世"}, {"run_id": ""}, {"run_id": 7}, {"run_id": "fine", "c": "世"}, "#
            + #"{"run_id": "\#(long.dropLast())"}, {"run_id": "agent", "agent_id": "\#(long)"}]"#
        try database.insertSession("s", runs: list)
        let before = try database.value("SELECT runs FROM agno_sessions WHERE session_id = 's'")
        let report = try manager.up(tables: [.sessions])
        #expect(report.isSuccess)
        let found = report[.sessions]?.quarantinedRows.filter { $0.reason == "not_storable" }.map(\.position)
        #expect(found == [0, 1, 6])
        let ids = try database.rows("SELECT run_id FROM agno_runs WHERE session_id = 's'").compactMap { $0[0].string }
        #expect(Set(ids).isSuperset(of: ["fine", String(long.dropLast())]))
        #expect(try manager.verify().isVerified)
        #expect(try manager.cleanup().outcome == .refused)
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        #expect(try database.value("SELECT runs FROM agno_sessions WHERE session_id = 's'") == before)
    }

    /// An object of so many levels.
    private func nested(_ levels: Int) -> String {
        String(repeating: #"{"a": "#, count: levels - 1) + "1" + String(repeating: "}", count: levels - 1)
    }

    /// How deep a document the server takes.
    private func deepest(_ database: TestDatabase) throws -> Int {
        try database.execute("CREATE TABLE deep (doc JSON)")
        defer { try? database.execute("DROP TABLE deep") }
        var levels = 2
        while levels < 200, (try? database.insert([("doc", .text(nested(levels + 1)))], into: "deep")) != nil {
            levels += 1
        }
        return levels
    }

    @Test(
        "JSON as deep as the server takes it, and a run that has no place in its list because of it",
        arguments: TestServer.all)
    func deep(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        let deepest = try deepest(database)
        try #require(deepest >= 30)
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 2)
        try database.insertSession("deep", runs: #"[{"run_id": "d", "x": \#(nested(deepest - 2))}]"#)
        #expect(try manager.up(tables: [.sessions]).isSuccess)
        #expect(try manager.verify().isVerified)
        // A 3.x program may write one that is one level deeper: as an element of a list it is too deep.
        try database.insert(
            [
                ("run_id", .text("deeper")), ("session_id", .text("deep")), ("run_type", .text("agent")),
                ("run_data", .text(#"{"run_id": "deeper", "x": \#(nested(deepest - 1))}"#)),
                ("created_at", .integer(1)),
            ], into: "agno_runs")
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        let list = try database.value("SELECT runs FROM agno_sessions WHERE session_id = 'deep'")?.string ?? ""
        #expect(list.contains("deeper") && list.hasPrefix("\""))
        #expect(try manager.up(tables: [.sessions]).isSuccess)
        #expect(try database.value("SELECT COUNT(*) FROM agno_runs WHERE session_id = 'deep'") == .integer(2))
    }

    @Test(
        "the owner's columns, triggers, views and generated columns are there afterwards as before",
        arguments: TestServer.all)
    func additions(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try UglyDatabase.make(in: database)
        try database.execute(
            "ALTER TABLE agno_metrics ADD COLUMN total BIGINT AS (agent_runs_count + team_runs_count) VIRTUAL")
        let before = try database.contents()
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().tables.flatMap(\.mismatches) == [])
        #expect(try database.rows("SELECT * FROM `owners & memories`").count == 3)
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).isSuccess)
        let differences = try database.contents().differences(from: before)
        let expected = ["agno_schema_versions", "it's \"mine\"", "agno_sessions: [", "empty list", "'null'"]
        #expect(differences.filter { line in !expected.contains { line.contains($0) } } == [])
    }

    @Test("zero dates and zero times survive", arguments: TestServer.all)
    func zeroDates(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            "ALTER TABLE agno_sessions ADD COLUMN seen DATETIME DEFAULT '0000-00-00 00:00:00', ADD COLUMN born DATE",
            "UPDATE agno_sessions SET born = '0000-00-00'",
            "UPDATE agno_metrics SET date = '0000-00-00' WHERE id = 'metrics-0'")
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        let strange = "SELECT COUNT(*) FROM agno_sessions WHERE born = '0000-00-00' AND seen = '0000-00-00 00:00:00'"
        let all = try database.value("SELECT COUNT(*) FROM agno_sessions")
        #expect(try database.value(strange) == all)
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try database.value(strange) == all)
        #expect(
            try database.value("SELECT CAST(date AS CHAR) FROM agno_metrics WHERE id = 'metrics-0'")
                == .text("0000-00-00"))
    }

    @Test("tables of another engine and row format keep them", arguments: TestServer.all)
    func engines(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            "ALTER TABLE agno_memories ENGINE=MyISAM", "ALTER TABLE agno_eval_runs ROW_FORMAT=COMPACT",
            "ALTER TABLE agno_knowledge COMMENT='it''s ours'")
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        let facts =
            "SELECT ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'agno_memories'"
        #expect(try database.value(facts) == .text("MyISAM"))
        let text = try database.rows("SHOW CREATE TABLE agno_knowledge")[0][1].string ?? ""
        #expect(text.contains("COMMENT='it''s ours'"))
    }

    @Test("names of tables are compared as the server compares them", arguments: TestServer.all)
    func caseOfTables(server: TestServer) throws {
        let folds = try server.connected { try $0.value("SELECT @@lower_case_table_names") } != .integer(0)
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: .baseline)
        let tables = TableNames([.memories: "AGNO_MEMORIES"])
        let found = try database.manager(tables: tables).status().tables.first { $0.type == .memories }
        #expect(found?.exists == folds)
        if !folds {
            try database.execute("CREATE TABLE AGNO_MEMORIES LIKE agno_memories")
            #expect(try database.manager(tables: tables).up().isSuccess)
            #expect(try database.manager(tables: tables).verify().isVerified)
            #expect(
                try database.value(
                    "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() "
                        + "AND BINARY TABLE_NAME = 'agno_memories' AND COLUMN_NAME = 'feedback'") == .integer(0))
        }
    }

    @Test("a fresh 3.x database whose programs wrote on, taken down and up, loses nothing", arguments: TestServer.all)
    func liveRows(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .latest)
        try database.insert(
            [
                ("run_id", .text("new")), ("session_id", .text("session-0")), ("run_type", .text("agent")),
                ("run_data", .text(#"{"run_id": "new", "c": "ü\u0000 😀"}"#)), ("created_at", .integer(1_900_000_000)),
            ], into: "agno_runs")
        let before = try database.rows("SELECT run_id, session_id, run_data FROM agno_runs ORDER BY run_id")
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try manager.up().isSuccess)
        #expect(try database.rows("SELECT run_id, session_id, run_data FROM agno_runs ORDER BY run_id") == before)
    }
}
