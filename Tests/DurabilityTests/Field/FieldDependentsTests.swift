import AgnoMigrate
import DurabilitySupport
import Foundation
import MigrationCore
import Testing

/// What hangs on a table is named before the first statement, kept exactly, or refused.
struct FieldDependentsTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func make(_ changes: String = "") throws -> MigrationManager {
        try UglyDatabase().make(at: path)
        if !changes.isEmpty { try RawDatabase(path).execute(changes) }
        return try MigrationManager.over(path)
    }

    private func schema() throws -> [[String]] {
        try RawDatabase(path).rows(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'agno_migration%' ORDER BY 1, 2")
    }

    // MARK: The way down

    /// Objects over what `down` takes away, by the name that the message has to contain.
    static let blocking: [(name: String, sql: String)] = [
        ("praise", "CREATE VIEW praise AS SELECT memory_id FROM agno_memories WHERE feedback IS NOT NULL"),
        (
            "of_praise",
            "CREATE VIEW all_memories AS SELECT * FROM agno_memories; "
                + "CREATE VIEW of_praise AS SELECT Feedback FROM all_memories"
        ),
        (
            "on_feedback",
            "CREATE TRIGGER on_feedback AFTER UPDATE OF feedback ON agno_memories BEGIN SELECT 1; END"
        ),
        (
            "elsewhere",
            "CREATE TRIGGER elsewhere AFTER INSERT ON \"day of metrics\" BEGIN UPDATE agno_memories SET feedback = 'x'; END"
        ),
        ("my_index", "CREATE INDEX my_index ON agno_memories (length(feedback)) WHERE user_id IS NOT NULL"),
        ("by_feedback", "CREATE INDEX by_feedback ON agno_memories (feedback, user_id)"),
        ("partial_index", "CREATE INDEX partial_index ON agno_memories (user_id) WHERE feedback > 'a'"),
        ("mood", "ALTER TABLE agno_memories ADD COLUMN mood TEXT AS (upper(feedback)) VIRTUAL"),
        ("stars2", "ALTER TABLE agno_memories ADD COLUMN stars2 TEXT CHECK (stars2 <> feedback)"),
        ("runs_view", "CREATE VIEW runs_view AS SELECT run_id FROM agno_runs"),
        ("runs_trigger", "CREATE TRIGGER runs_trigger AFTER INSERT ON agno_runs BEGIN SELECT 1; END"),
        ("runs_index", "CREATE INDEX runs_index ON agno_runs (run_type, status)"),
        ("stars_of", "CREATE TABLE stars_of (run TEXT REFERENCES agno_runs (run_id) ON DELETE CASCADE)"),
        ("implicit", "CREATE TABLE implicit (run TEXT REFERENCES AGNO_RUNS)"),
        ("found", "CREATE VIRTUAL TABLE found USING fts5 (run_data, content = 'agno_runs')"),
        ("of_user", "CREATE VIEW of_user AS SELECT count(*) FROM agno_eval_runs GROUP BY user_id"),
    ]

    /// A database that has gone up, made once.
    private static let migrated = Result {
        let directory = try TemporaryDirectory()
        try UglyDatabase().make(at: directory.file("agno.db"))
        try MigrationManager.over(directory.file("agno.db")).mustGoUp()
        return directory
    }

    @Test("Down names what it would break, and begins nothing", arguments: blocking.indices)
    func downNamesWhatItBreaks(index: Int) throws {
        let (name, sql) = Self.blocking[index]
        try FileManager.default.copyItem(atPath: Self.migrated.get().file("agno.db"), toPath: path)
        let manager = try MigrationManager.over(path)
        try RawDatabase(path).execute(sql)
        let before = try DatabaseContents(of: path)
        let plan = try manager.plan(.down, target: .baseline)
        #expect(plan.dependents.contains { $0.handling == .blocks && $0.name.contains(name) }, "\(plan.dependents)")
        do {
            _ = try manager.down(target: .baseline, allowDataLoss: true)
            Issue.record("down must be refused")
        } catch {
            #expect(error.code == .dependentObjects)
            #expect(error.message.contains(name), "\(error.message)")
        }
        #expect(try DatabaseContents(of: path).differences(from: before) == [])
    }

    @Test("What mentions neither a table nor a column that goes does not stop down")
    func unrelatedObjectsDoNotStopDown() throws {
        let manager = try make()
        try manager.mustGoUp()
        try RawDatabase(path).execute(
            """
            CREATE VIEW harmless AS SELECT * FROM agno_memories;
            CREATE VIEW broken AS SELECT gone FROM agno_memories;
            CREATE VIEW broken_too AS SELECT * FROM nowhere;
            CREATE TABLE own (feedback TEXT, user_id TEXT);
            CREATE VIEW of_own AS SELECT feedback, user_id FROM own;
            CREATE TRIGGER of_own_table AFTER INSERT ON own BEGIN UPDATE own SET feedback = 'agno_memories'; END;
            CREATE INDEX by_length ON agno_memories (length(memory));
            """)
        let objects = try schema().filter { $0[0] != "'table'" }.filter { !$0[1].contains("agno") }
        try manager.mustGoDown()
        #expect(try schema().filter { $0[0] != "'table'" }.filter { !$0[1].contains("agno") } == objects)
    }

    // MARK: Rows that others refer to

    @Test("A metrics day that rows of another table refer to is not put aside, and they are named")
    func childrenOfTheMetricsDay() throws {
        let manager = try make(
            "CREATE TABLE note (metric TEXT REFERENCES agno_metrics (id) ON DELETE CASCADE); INSERT INTO note SELECT id FROM agno_metrics"
        )
        let plan = try manager.plan()
        #expect(plan.dependents.contains { $0.handling == .blocks && $0.name.contains("note") })
        let report = try manager.up()
        #expect(report.names(.refused) == ["agno_metrics"])
        #expect(report.failures.contains { $0.contains("note") }, "\(report.failures)")
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM note JOIN agno_metrics ON id = metric") == 3)
        try RawDatabase(path).execute("DELETE FROM note WHERE metric = 'd3'")
        try manager.mustGoUp()
        #expect(try RawDatabase(path).rows("SELECT * FROM pragma_foreign_key_check('note')") == [])
    }

    @Test("Rows follow a learned entity to its new id, up and down, also where two are merged")
    func childrenOfLearnings() throws {
        let manager = try make(
            "CREATE TABLE likes (learning TEXT REFERENCES agno_learnings (learning_id)); INSERT INTO likes SELECT learning_id FROM agno_learnings"
        )
        try manager.mustGoUp()
        let orphans = "SELECT COUNT(*) FROM pragma_foreign_key_check('likes')"
        #expect(try RawDatabase(path).int(orphans) == 0)
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM likes") == 12)
        #expect(
            try RawDatabase(path).int(
                "SELECT COUNT(*) FROM likes WHERE learning = 'entity_user_24d4b96f58da6d4a_person_twice'") == 2)
        try manager.mustGoDown()
        #expect(try RawDatabase(path).int(orphans) == 0)
    }

    @Test("Rows that refer by more columns than the id follow a learned entity, too")
    func childrenByMoreColumns() throws {
        let manager = try make(
            """
            CREATE UNIQUE INDEX of_user ON agno_learnings (learning_id, user_id);
            CREATE TABLE likes (u TEXT, l TEXT, FOREIGN KEY (l, u) REFERENCES agno_learnings (learning_id, user_id)
                ON DELETE CASCADE);
            INSERT INTO likes SELECT user_id, learning_id FROM agno_learnings WHERE user_id IS NOT NULL;
            """)
        let count = try RawDatabase(path).int("SELECT COUNT(*) FROM likes")
        try manager.mustGoUp()
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM likes") == count)
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM pragma_foreign_key_check('likes')") == 0)
        try manager.mustGoDown()
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM pragma_foreign_key_check('likes')") == 0)
    }

    @Test("A runs table without a key gets it before runs are moved into it, or is refused for its rows")
    func runsWithoutKey() throws {
        func run(_ id: String?) -> String {
            let id = id.map { "'\($0)'" } ?? "NULL"
            return
                "INSERT INTO agno_runs (run_id, session_id, run_type, run_data, created_at) VALUES (\(id), 's', 'agent', '{}', 1);"
        }
        for rows in ["", run("own"), run("own") + run("own"), run(nil)] {
            try? FileManager.default.removeItem(atPath: path)
            let manager = try make(
                "CREATE TABLE agno_runs (run_id VARCHAR, session_id VARCHAR NOT NULL, run_type VARCHAR NOT NULL, agent_id VARCHAR, "
                    + "team_id VARCHAR, workflow_id VARCHAR, user_id VARCHAR, parent_run_id VARCHAR, status VARCHAR, "
                    + "run_index BIGINT, run_data JSON NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT); \(rows)"
            )
            let report = try manager.up(tables: [.sessions])
            if rows == "" || rows == run("own") {
                #expect(report.tables.flatMap(\.repaired).contains { $0.contains("agno_runs") && $0.contains("key") })
                #expect(
                    try RawDatabase(path).int("SELECT COUNT(*) FROM pragma_table_info('agno_runs') WHERE pk = 1") == 1)
            } else {
                #expect(report.names(.refused) == ["agno_sessions"])
                #expect(report.failures.contains { $0.contains("agno_runs") }, "\(report.failures)")
            }
        }
    }

    @Test("A check that names its table comes through a rebuild")
    func checkNamesItsTable() throws {
        let manager = try make(
            """
            ALTER TABLE agno_memories ADD COLUMN a TEXT CHECK (agno_memories.a <> '');
            ALTER TABLE agno_memories ADD COLUMN b TEXT CHECK ("AGNO_memories"."b" <> 'agno_memories.b');
            """)
        try manager.mustGoUp()
        let database = try RawDatabase(path)
        for value in ["a = ''", "b = 'agno_memories.b'"] {
            #expect(throws: RawDatabase.Failure.self) { try database.execute("UPDATE agno_memories SET \(value)") }
        }
        try database.execute("UPDATE agno_memories SET a = 'x', b = 'y'")
        try manager.mustGoDown()
    }

    @Test("A column of Agno's with another type is named with both types")
    func columnOfAnotherType() throws {
        let manager = try make("ALTER TABLE agno_memories ADD COLUMN created_at TEXT")
        let report = try manager.up(tables: [.memories])
        #expect(
            report.failures.contains { $0.contains("created_at is TEXT, and Agno declares BIGINT") },
            "\(report.failures)")
    }

    @Test("Objects over the backup column alone refuse cleanup by name")
    func objectsOfTheBackup() throws {
        let manager = try make()
        try manager.mustGoUp()
        let database = try RawDatabase(path)
        for trigger in try database.texts(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%runs%' AND tbl_name = 'agno_sessions'"
        ) {
            try database.execute("DROP TRIGGER \"\(trigger)\"")
        }
        for (name, sql) in [
            ("my_index", "CREATE INDEX my_index ON agno_sessions (runs)"),
            ("my_length", "CREATE INDEX my_length ON agno_sessions (length(runs))"),
            ("my_view", "CREATE VIEW my_view AS SELECT runs FROM agno_sessions"),
            ("my_trigger", "CREATE TRIGGER my_trigger AFTER UPDATE OF runs ON agno_sessions BEGIN SELECT 1; END"),
        ] {
            try database.execute(sql)
            let report = try manager.cleanup(allowDataLoss: true)
            #expect(report.outcome == .refused && report.error?.message.contains(name) == true, "\(name)")
            try database.execute("DROP \(sql.split(separator: " ")[1]) \(name)")
        }
        #expect(try manager.cleanup(allowDataLoss: true).outcome == .dropped)
    }

    // MARK: Modules that are missing

    private static let vectors = """
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES
        ('table', 'vectors', 'vectors', 0, 'CREATE VIRTUAL TABLE vectors USING vec0(id text primary key)');
        """

    @Test(
        "A trigger that needs a module which is missing is off while rows are moved, and named",
        arguments: [
            "AFTER DELETE ON agno_metrics", "AFTER UPDATE ON agno_learnings", "BEFORE DELETE ON agno_learnings",
        ])
    func triggerNeedsModule(event: String) throws {
        let trigger = "CREATE TRIGGER of_vectors \(event) BEGIN DELETE FROM vectors WHERE id = old.user_id; END"
        let statement = trigger.replacing("user_id", with: event.contains("metrics") ? "id" : "learning_id")
        let table = event.contains("metrics") ? "agno_metrics" : "agno_learnings"
        let manager = try make(
            Self.vectors
                + "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('trigger', 'of_vectors', '\(table)', 0, '\(statement)')"
        )
        let plan = try manager.plan()
        #expect(plan.dependents.contains { $0.name == "of_vectors" && $0.handling == .restored })
        try manager.mustGoUp()
        #expect(
            try RawDatabase(path).text("SELECT sql FROM sqlite_master WHERE name = 'of_vectors'") == statement)
        try manager.mustGoDown()
        #expect(
            try RawDatabase(path).text("SELECT sql FROM sqlite_master WHERE name = 'of_vectors'") == statement)
    }

    // MARK: Texts in double quotes

    @Test("Texts in double quotes in checks, defaults, indexes, triggers and views stay what they are")
    func textsInDoubleQuotes() throws {
        let manager = try make(
            #"""
            ALTER TABLE agno_metrics ADD COLUMN kind TEXT DEFAULT "it's" CHECK (kind <> "none");
            CREATE INDEX metrics_kind ON agno_metrics (kind) WHERE kind > "a";
            CREATE TRIGGER metrics_kind_too BEFORE DELETE ON agno_metrics BEGIN
                INSERT INTO "it's ""mine""" (what) VALUES ("gone: " || OLD.id); END;
            CREATE VIEW kinds AS SELECT id, "a text" AS text FROM agno_metrics;
            """#)
        try manager.mustGoUp()
        let database = try RawDatabase(path)
        #expect(try database.texts("SELECT DISTINCT kind FROM agno_metrics") == ["it's"])
        #expect(try database.int(##"SELECT COUNT(*) FROM "it's ""mine""" WHERE what = 'gone: d3'"##) == 1)
        #expect(throws: RawDatabase.Failure.self) { try database.execute("UPDATE agno_metrics SET kind = 'none'") }
        try manager.mustGoDown()
        #expect(try database.texts("SELECT DISTINCT text FROM kinds") == ["a text"])
    }
}
