import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import SQLDialects
import ServerContract
import Testing

@Suite("Up and down on SingleStore, with odd rows and half-made tables", .timeLimit(.minutes(30)))
struct OddDatabaseTests {
    @Test("Odd lists are placed where they can be, listed where not, and come back")
    func odd() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline, sessions: 1)
        let lists: [(String, String?)] = [
            (
                "plain",
                #"[{"run_id": "p1", "agent_id": "a1", "c": "\u00e4 \ud83d\ude00 it's \\ \" `"}, {"run_id": "p2"}]"#
            ),
            ("twice", #""[{\"run_id\": \"o1\", \"c\": \"x\"}]""#),
            ("nan", #""[{\"run_id\": \"n1\", \"c\": NaN}, {\"run_id\": \"n2\"}]""#),
            (
                "odd",
                #"[{"content": "no id"}, "text", 5, null, {"run_id": "d1", "v": 1}, {"run_id": "d1", "v": 2}, {"run_id": 17}]"#
            ),
            ("other's", #"[{"run_id": "p1", "stolen": true}]"#), ("object", #"{"run_id": "x1"}"#), ("empty", "[]"),
            ("null", "null"), ("none", nil),
        ]
        for (id, list) in lists { try database.insertSession(id, user: "o'brien ☃", runs: list) }
        let before = try database.contents()
        let up = try manager.up()
        #expect(up.isSuccess, "\(up.problems)")
        #expect(try database.count("agno_runs WHERE session_id = 'plain' AND user_id = 'o''brien ☃'") == 2)
        #expect(try database.count("agno_runs WHERE session_id = 'odd'") == 2)
        // The key is run and session: a run id that two sessions have is two rows.
        #expect(try database.count("agno_runs WHERE run_id = 'p1'") == 2)
        let reasons = Set(try manager.history().filter { $0.event == "quarantine" }.compactMap(\.code))
        #expect(reasons.isSuperset(of: ["duplicate_run_id"]))
        #expect(up[.sessions]?.quarantined ?? 0 >= 5)
        let mismatches = try manager.verify().tables.flatMap(\.mismatches)
        #expect(mismatches == [], "\(mismatches)")
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        let changed = try database.contents().differences(from: before).filter { !$0.contains("agno_schema_versions") }
        // A list in a text is a list afterwards where JSON has room for it; an empty one is none.
        #expect(
            changed.allSatisfy { $0.contains("\"twice\"") || $0.contains("\"empty\"") || $0.contains("\"nan\"") },
            "\(changed)")
        #expect(
            try database.rows("SELECT runs FROM agno_sessions WHERE session_id = 'nan'").first?[0].string?.contains(
                "NaN") == true)
    }

    @Test(
        "Wrong stamps are found out and put right, whatever they say",
        arguments: [SchemaVersion.latest.description, "2.5.0", "two", "1.0.0"])
    func stamps(stamp: String) throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 3, 0), sessions: 4)
        try database.execute("UPDATE agno_schema_versions SET version = '\(stamp)'")
        // A stamp that says too much is believed unless it is said otherwise.
        let up = try manager.up(force: true)
        #expect(up.isSuccess, "\(up.problems)")
        #expect(try manager.verify().isVerified)
        #expect(
            try database.rows("SELECT DISTINCT version FROM agno_schema_versions") == [
                [.text(SchemaVersion.latest.description)]
            ])
    }

    @Test("A session's id under several types is refused with the ids, and the other tables go on")
    func duplicates() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline, sessions: 2)
        for type in ["agent", "team"] { try database.insertSession("twice", type: type, runs: nil) }
        let definition = try database.definition(of: "agno_sessions")
        let up = try manager.up()
        #expect(up[.sessions]?.outcome == .refused)
        let error = up[.sessions]?.steps.last?.error
        #expect(error?.code == .duplicateValues)
        #expect(error?.rows == ["twice", "twice"])
        #expect(up[.memories]?.outcome == .migrated && up[.metrics]?.outcome == .migrated)
        #expect(try database.definition(of: "agno_sessions") == definition)
        try database.execute("DELETE FROM agno_sessions WHERE session_id = 'twice' AND session_type = 'team'")
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    /// A table and its indexes are several statements, each of which is final.
    @Test("An index that a killed run did not come to is made by the next, also on tables that no version changes")
    func missingIndex() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline, sessions: 1)
        #expect(try manager.up().isSuccess)
        let indexes = [
            ("agno_schema_versions", "idx_agno_schema_versions_created_at"),
            ("agno_migration_journal", "idx_agno_migration_journal_table_name_row_key"),
        ]
        let whole = try indexes.map { try database.definition(of: $0.0) }
        for (table, index) in indexes { try database.execute("DROP INDEX `\(index)` ON `\(table)`") }
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try indexes.map { try database.definition(of: $0.0) } == whole)
    }

    @Test("What a killed run or a hand half did is completed")
    func halfMade() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 4)
        try database.execute(
            // A column that may be NULL, an index that is there, a table without all of its columns and indexes.
            "ALTER TABLE agno_metrics ADD COLUMN user_id VARCHAR(128)",
            "UPDATE agno_metrics SET user_id = 'ana' WHERE id = 'metrics-0'",
            "CREATE INDEX mine ON agno_metrics (user_id)", "ALTER TABLE agno_knowledge ADD COLUMN user_id VARCHAR(128)",
            "CREATE TABLE agno_runs (run_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL, run_type VARCHAR(20) "
                + "NOT NULL, run_data JSON NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT, "
                + "PRIMARY KEY (run_id, session_id), SHARD KEY (session_id))",
            "INSERT INTO agno_runs VALUES ('early', 'session-0', 'agent', '{\"run_id\": \"early\"}', 1, NULL)")
        let up = try manager.up()
        #expect(up.isSuccess, "\(up.problems)")
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        #expect(try database.count("agno_metrics WHERE user_id = 'ana'") == 1)
        #expect(try database.count("agno_runs WHERE run_id = 'early'") == 1)
        let keys = try database.facts().filter { $0.hasPrefix("agno_metrics index") && $0.contains("[\"user_id\"]") }
        #expect(keys == ["agno_metrics index mine [\"user_id\"] false"])
    }
}
