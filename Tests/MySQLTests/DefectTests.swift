import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import SQLDialects
import ServerContract
import Testing

@Suite("What the original gets wrong on MySQL", .timeLimit(.minutes(30))) struct DefectTests {
    @Test(
        "defect 2: a runs table that a 3.x program made before the migration does not stand in its way",
        arguments: TestServer.all)
    func foreignKeyOnTheOldUniqueKey(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            "CREATE TABLE agno_runs (run_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL, "
                + "run_type VARCHAR(20) NOT NULL, agent_id VARCHAR(128), team_id VARCHAR(128), workflow_id VARCHAR(128), "
                + "user_id VARCHAR(128), parent_run_id VARCHAR(128), status VARCHAR(50), run_index BIGINT, "
                + "run_data JSON NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT, PRIMARY KEY (run_id), "
                + "FOREIGN KEY (session_id) REFERENCES agno_sessions (session_id) ON DELETE CASCADE)",
            "INSERT INTO agno_runs VALUES ('run-0-0', 'session-0', 'agent', NULL, NULL, NULL, NULL, NULL, 'KEPT', 0, "
                + "'{\"run_id\": \"run-0-0\", \"from\": \"3.x\"}', 1, 1)")
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(try database.value("SELECT status FROM agno_runs WHERE run_id = 'run-0-0'") == .text("KEPT"))
        let keys =
            "SELECT COUNT(*) FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() "
            + "AND TABLE_NAME = 'agno_runs' AND REFERENCED_TABLE_NAME = 'agno_sessions' AND DELETE_RULE = 'CASCADE'"
        #expect(try database.value(keys) == .integer(1))
        // And the way back swaps the keys below the foreign key once more.
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 3, 0), allowDataLoss: true).isSuccess)
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
    }

    @Test(
        "defect 2: so does any other table that refers to a session, and its key is the same afterwards",
        arguments: TestServer.all)
    func ownReference(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            "CREATE TABLE notes (id BIGINT PRIMARY KEY, session_id VARCHAR(128), CONSTRAINT `my ``key` "
                + "FOREIGN KEY (session_id) REFERENCES agno_sessions (session_id) ON DELETE SET NULL ON UPDATE CASCADE)",
            "INSERT INTO notes VALUES (1, 'session-0')")
        let before = try database.rows("SHOW CREATE TABLE notes")
        #expect(try manager.up().isSuccess)
        #expect(try database.rows("SHOW CREATE TABLE notes") == before)
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try database.rows("SHOW CREATE TABLE notes") == before)
        try database.execute("DELETE FROM agno_sessions WHERE session_id = 'session-0'")
        #expect(try database.value("SELECT session_id FROM notes") == .null)
    }

    @Test("defect 4: memories get their columns, their index and their values", arguments: TestServer.all)
    func memories(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            "UPDATE agno_memories SET updated_at = NULL WHERE memory_id = 'memory-0'",
            "UPDATE agno_memories SET updated_at = 5 WHERE memory_id = 'memory-1'")
        #expect(try manager.up(tables: [.memories]).isSuccess)
        #expect(
            try database.rows(
                "SELECT created_at, feedback FROM agno_memories WHERE memory_id IN ('memory-0', 'memory-1') ORDER BY memory_id"
            )
                == [[.integer(1_750_000_000), .null], [.integer(5), .null]])
        #expect(try manager.verify().tables.first { $0.type == .memories }?.mismatches == [])
        #expect(throws: DatabaseError.self) { try database.execute("UPDATE agno_memories SET created_at = NULL") }
    }

    @Test(
        "defect 8: of two ids that the server takes for one the first keeps id and content, the second is listed",
        arguments: TestServer.all)
    func caseOfIds(server: TestServer) throws {
        let database = try TestDatabase(on: server, options: "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 1)
        let list =
            #"[{"run_id": "r1", "n": 1}, {"run_id": "R1", "n": 2}, {"run_id": "r1 ", "n": 3}, {"run_id": "é", "n": 4}, "#
            + #"{"run_id": "E", "n": 5}, {"run_id": "x", "n": 6}]"#
        try database.insertSession("s", runs: list)
        try database.insertSession("t", runs: #"[{"run_id": "X", "n": 7}, {"run_id": "y", "n": 8}]"#)
        let before = try database.rows("SELECT runs FROM agno_sessions ORDER BY session_id")
        let report = try manager.up(tables: [.sessions])
        #expect(report.isSuccess)
        let runs = try database.rows(
            "SELECT run_id, JSON_EXTRACT(run_data, '$.n') FROM agno_runs WHERE session_id IN ('s', 't') ORDER BY 2")
        #expect(runs.map { $0[0] } == ["r1", "é", "x", "y"].map(SQLValue.text))
        #expect(runs.map { $0[1].int } == [1, 4, 6, 8])
        let listed = report[.sessions]?.quarantinedRows.map { "\($0.key) \($0.position ?? -1) \($0.reason)" }
        #expect(
            listed == [
                "s 1 duplicate_run_id", "s 2 duplicate_run_id", "s 4 duplicate_run_id", "t 0 duplicate_run_id",
            ])
        #expect(try manager.verify().isVerified)
        // They are nowhere else, so they stay.
        let cleanup = try manager.cleanup()
        #expect(cleanup.outcome == .refused && cleanup.uncovered == 4)
        #expect(cleanup.uncoveredRows.map { "\($0.key) \($0.position ?? -1) \($0.reason)" } == listed)
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        #expect(try database.rows("SELECT runs FROM agno_sessions ORDER BY session_id") == before)
    }

    @Test(
        "defect 11: a column that was added and not filled is filled and made strict, whatever the stamp says",
        arguments: TestServer.all)
    func halfAddedColumn(server: TestServer) throws {
        for stamp in [nil, "2.0.0", SchemaVersion.latest.description] {
            let database = try TestDatabase(on: server)
            let manager = try database.manager()
            _ = try manager.makeSample(version: .baseline)
            if let stamp {
                try database.execute(
                    "CREATE TABLE agno_schema_versions (table_name VARCHAR(128) NOT NULL PRIMARY KEY, version VARCHAR(10) NOT NULL, "
                        + "created_at VARCHAR(128) NOT NULL, updated_at VARCHAR(128))",
                    "INSERT INTO agno_schema_versions VALUES ('agno_memories', '\(stamp)', 'x', NULL)")
            }
            try database.execute(
                "ALTER TABLE agno_memories ADD COLUMN created_at BIGINT",
                "CREATE INDEX idx_agno_memories_created_at ON agno_memories (created_at)",
                "UPDATE agno_memories SET created_at = 7 WHERE memory_id = 'memory-0'")
            #expect(try manager.up(tables: [.memories]).isSuccess)
            #expect(try database.value("SELECT COUNT(*) FROM agno_memories WHERE created_at IS NULL") == .integer(0))
            #expect(
                try database.value("SELECT created_at FROM agno_memories WHERE memory_id = 'memory-0'") == .integer(7))
            let column =
                "SELECT IS_NULLABLE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() "
                + "AND TABLE_NAME = 'agno_memories' AND COLUMN_NAME = 'created_at'"
            #expect(try database.value(column) == .text("NO"))
            #expect(try manager.verify().tables.first { $0.type == .memories }?.mismatches == [])
        }
    }

    @Test(
        "defect 10: duplicate session ids refuse the table without a stamp; once they are gone, the same command finishes",
        arguments: TestServer.all)
    func duplicates(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        try database.execute(
            "ALTER TABLE agno_sessions DROP INDEX agno_sessions_uq_session_id",
            "INSERT INTO agno_sessions (session_id, session_type, created_at) VALUES ('session-1', 'agent', 1)")
        let report = try manager.up()
        #expect(report[.sessions]?.outcome == .refused)
        #expect(report[.sessions]?.to == SchemaVersion(2, 3, 0))
        #expect(report[.sessions]?.steps.last?.error?.rows.contains("session-1") == true)
        #expect(report[.metrics]?.outcome == .migrated)
        try database.execute("DELETE FROM agno_sessions WHERE session_id = 'session-1' AND created_at = 1")
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test(
        "defect 16: metrics of users go back and come again, also when older versions follow",
        arguments: TestServer.all)
    func ownedMetrics(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .latest)
        try database.execute(
            "UPDATE agno_metrics SET user_id = 'ana' WHERE id = 'metrics-0'", "UPDATE agno_metrics SET completed = 1")
        let before = try database.contents()
        #expect(try manager.down(tables: [.metrics], target: .baseline).isSuccess)
        #expect(try database.value("SELECT COUNT(*) FROM agno_metrics WHERE id = 'metrics-0'") == .integer(0))
        #expect(try manager.up().isSuccess)
        #expect(try database.contents().differences(from: before) == [])
    }

    @Test(
        "defect 24: names of up to 64 characters get every column and index, metrics included",
        arguments: TestServer.all,
        [33, 37, 45, 58, 64])
    func longNames(server: TestServer, length: Int) throws {
        var tables = TableNames()
        for type in TableType.allCases where type != .runs {
            let name = "t_\(type.rawValue)_"
            tables[type] = name + String(repeating: "ü", count: length - name.count)
        }
        let database = try TestDatabase(on: server)
        let names = try Database(url: database.url(), tables: tables).tables
        #expect(names[.runs].unicodeScalars.count <= 64)
        let manager = try database.manager(tables: tables)
        for version in [SchemaVersion.baseline, SchemaVersion(2, 5, 0)] {
            _ = try manager.makeSample(version: version)
            let facts = try database.facts(tables: names)
            let report = try manager.up()
            #expect(report.isSuccess)
            #expect(report[.metrics]?.outcome == .migrated)
            #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
            #expect(try manager.down(target: version, allowDataLoss: true).isSuccess)
            #expect(try database.facts(tables: names) == facts)
            for row in try database.rows(
                "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")
            {
                try database.execute("SET foreign_key_checks = 0", "DROP TABLE `\(row[0].string ?? "")`")
            }
        }
    }

    @Test(
        "defect 26: names with quotes, spaces, other scripts and reserved words, for some tables and the versions table",
        arguments: TestServer.all, ["My-Mem", "order", "back`tick", "it's \"x\"", "mem  ories", "メモリ", "a.b", "100%"])
    func quoting(server: TestServer, name: String) throws {
        var tables = TableNames(versions: "v-\(name)")
        for type in [TableType.memories, .sessions, .metrics] {
            tables[type] = "\(name)\(type == .memories ? "" : "_\(type.rawValue)")"
        }
        let database = try TestDatabase(on: server)
        let manager = try database.manager(tables: tables)
        _ = try manager.makeSample(version: .baseline)
        let facts = try database.facts(tables: tables)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try database.facts(tables: tables) == facts)
    }

    @Test(
        "defect 49: runs of megabytes come back in order although the server has little memory to sort",
        arguments: TestServer.all)
    func largeRuns(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 1)
        let content = String(repeating: "x", count: 1_000_000)
        let runs = (0..<6).map { #"{"run_id": "big\#($0)", "content": "\#(content)"}"# }
        try database.insertSession("big", runs: "[\(runs.joined(separator: ", "))]")
        let before = try database.value("SELECT runs FROM agno_sessions WHERE session_id = 'big'")
        #expect(try manager.up(tables: [.sessions]).isSuccess)
        #expect(try database.value("SELECT COUNT(*) FROM agno_runs WHERE session_id = 'big'") == .integer(6))
        #expect(try manager.down(tables: [.sessions], target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        let after = try database.value("SELECT runs FROM agno_sessions WHERE session_id = 'big'")
        #expect(after == before)
    }
}
