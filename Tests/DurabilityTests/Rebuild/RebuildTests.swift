import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// A table that is made anew keeps whatever its owner gave it.
struct RebuildTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    /// Memories of 2.0 with everything an owner can add, as an ordinary table and as the other kinds.
    private func make(options: String = "") throws {
        let isStrict = options.contains("STRICT")
        let (text, number) = isStrict ? ("TEXT", "INTEGER") : ("VARCHAR", "BIGINT")
        try RawDatabase(path).execute(
            """
            CREATE TABLE agents (id TEXT PRIMARY KEY, hits INTEGER DEFAULT 0);
            INSERT INTO agents (id) VALUES ('a1'), ('a2');
            CREATE TABLE IF NOT EXISTS "agno_memories" /* ( a comment, */ (
                memory_id \(text) NOT NULL, memory \(isStrict ? "ANY" : "JSON") NOT NULL, -- no, no)
                input \(text), agent_id \(text) CONSTRAINT "of agent" REFERENCES agents (id) ON DELETE SET NULL,
                team_id \(text), user_id \(text) COLLATE NOCASE, topics \(isStrict ? "ANY" : "JSON"), updated_at \(number),
                "extra ""one"" x" \(text) DEFAULT 'a, (b' COLLATE RTRIM,
                [extra two] INTEGER DEFAULT (abs(-3)) CHECK ([extra two] >= 0),
                `select` REAL DEFAULT 1.5 UNIQUE,
                length INTEGER GENERATED ALWAYS AS (length(memory)) VIRTUAL,
                stored \(text) AS (memory_id || ',' || ifnull(user_id, '')) STORED,
                CONSTRAINT "no, (empty)" CHECK (memory <> ''),
                PRIMARY KEY (memory_id), UNIQUE (user_id, memory) ON CONFLICT REPLACE
            )\(options);
            CREATE INDEX idx_agno_memories_updated_at ON agno_memories (updated_at);
            CREATE INDEX idx_agno_memories_user_id ON agno_memories (user_id);
            CREATE INDEX "partial; ""one"" x" ON agno_memories (team_id DESC, user_id COLLATE BINARY) WHERE team_id > 'a';
            CREATE UNIQUE INDEX expression ON "agno_memories" (lower(memory_id), ([extra two] + 1) DESC);
            CREATE INDEX generated ON agno_memories (stored, length);
            CREATE TABLE notes (memory_id TEXT REFERENCES agno_memories ON DELETE CASCADE ON UPDATE CASCADE, n INTEGER);
            CREATE TABLE log (what TEXT);
            CREATE TRIGGER before_insert BEFORE INSERT ON agno_memories WHEN NEW.memory = 'forbidden'
                BEGIN SELECT RAISE(ABORT, 'forbidden'); END;
            CREATE TRIGGER "after; update" AFTER UPDATE OF memory ON agno_memories
                BEGIN INSERT INTO log SELECT 'update of ' || NEW.memory_id || ' of ' || count(*) FROM agno_memories;
                UPDATE agents SET hits = hits + 1 WHERE id = NEW.agent_id; END;
            CREATE TRIGGER of_notes AFTER INSERT ON notes
                BEGIN UPDATE agno_memories SET team_id = 'noted' WHERE memory_id = NEW.memory_id; END;
            CREATE VIEW simple AS SELECT * FROM agno_memories;
            CREATE VIEW "view of a view" (who, many) AS SELECT user_id, count(*) FROM simple GROUP BY user_id;
            CREATE TRIGGER through_view INSTEAD OF INSERT ON "view of a view"
                BEGIN INSERT INTO agno_memories (memory_id, memory) VALUES (NEW.who, NEW.many); END;
            INSERT INTO agno_memories (memory_id, memory, agent_id, user_id, updated_at, "extra ""one"" x", [extra two], `select`)
                VALUES ('m1', 'one', 'a1', 'Ana', 10, 'kept', 4, 2.5);
            INSERT INTO agno_memories (memory_id, memory, agent_id, user_id, `select`) VALUES ('m2', 'two', 'a2', 'Bo', 3);
            INSERT INTO notes VALUES ('m1', 1), ('m2', 2);
            DELETE FROM log;
            """)
    }

    /// Everything the catalogue knows, without Agno's own additions.
    private func catalogue() throws -> [String] {
        let database = try RawDatabase(path)
        let others = try database.rows(
            """
            SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'agno_memories' AND name NOT LIKE 'sqlite_%'
            AND name NOT LIKE '%agno_migration%' AND name NOT LIKE '%agno_schema_versions%'
            AND name <> 'idx_agno_memories_created_at' ORDER BY name
            """)
        let columns = try database.rows(
            """
            SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo('agno_memories')
            WHERE name NOT IN ('created_at', 'feedback') ORDER BY name
            """)
        let keys = try database.rows("SELECT * FROM pragma_foreign_key_list('agno_memories') ORDER BY 1")
        let uniques = try database.rows(
            """
            SELECT l."unique", l.origin, l.partial, i.name, i.desc, i.coll, i.key FROM pragma_index_list('agno_memories') l,
            pragma_index_xinfo(l.name) i WHERE i.key AND l.name LIKE 'sqlite_autoindex%' ORDER BY l.origin, i.name, i.seqno
            """)
        let kind = try database.rows("SELECT wr, strict FROM pragma_table_list('agno_memories')")
        return (others + columns + keys + uniques + kind).map { $0.joined(separator: " | ") }
    }

    private static let kinds = ["", " WITHOUT ROWID", " STRICT", " STRICT, WITHOUT ROWID"]

    @Test("Columns, checks, keys, indexes, triggers and views are what they were", arguments: kinds)
    func columnsChecksKeysIndexes(options: String) throws {
        try make(options: options)
        let (before, rows) = (try catalogue(), try ownersRows())
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        #expect(try Set(catalogue()).symmetricDifference(before) == [])
        #expect(try ownersRows() == rows)
        #expect(
            try RawDatabase(path).texts("SELECT created_at FROM agno_memories ORDER BY memory_id") == [
                "10", "1800000000",
            ])
        try manager.mustGoDown()
        #expect(try Set(catalogue()).symmetricDifference(before) == [])
        #expect(try ownersRows() == rows)
        try manager.mustGoUp()
        #expect(try Set(catalogue()).symmetricDifference(before) == [])
        #expect(try integrityProblems(of: path) == [])
    }

    private func ownersRows() throws -> [[String]] {
        try RawDatabase(path).rows(
            """
            SELECT memory_id, memory, input, agent_id, team_id, user_id, topics, updated_at, "extra ""one"" x", [extra two],
            `select`, length, stored FROM agno_memories ORDER BY memory_id
            """)
    }

    @Test("What the owner declared still works", arguments: kinds)
    func ownerDeclaredStillWorks(options: String) throws {
        try make(options: options)
        try MigrationManager.over(path).mustGoUp()
        let database = try RawDatabase(path)
        try database.execute("PRAGMA foreign_keys = ON")
        func isRefused(_ sql: String) -> Bool { (try? database.execute(sql)) == nil }
        let columns = "INSERT INTO agno_memories (memory_id, memory, created_at"
        #expect(isRefused("\(columns)) VALUES ('x', '', 1)"), "CHECK of the table")
        #expect(isRefused("\(columns), [extra two]) VALUES ('x', 'x', 1, -1)"), "CHECK of a column")
        #expect(isRefused("\(columns)) VALUES ('x', 'forbidden', 1)"), "trigger before")
        #expect(isRefused("\(columns), agent_id) VALUES ('x', 'x', 1, 'nobody')"), "foreign key from the table")
        #expect(isRefused("\(columns), `select`) VALUES ('x', 'x', 1, 2.5)"), "unique column")
        #expect(isRefused("\(columns), [extra two]) VALUES ('M1', 'x', 1, 4)"), "unique index on expressions")
        #expect(isRefused("INSERT INTO notes VALUES ('nobody', 1)"), "foreign key to the table")
        #expect(isRefused("UPDATE agno_memories SET created_at = NULL"), "the new column must have a value")
        #expect(try database.int("SELECT COUNT(*) FROM agno_memories WHERE user_id = 'ANA'") == 1, "collation")
        try database.execute("UPDATE agno_memories SET memory = 'three' WHERE memory_id = 'm1'")
        #expect(try database.texts("SELECT what FROM log") == ["update of m1 of 2"])
        #expect(try database.text("SELECT hits FROM agents WHERE id = 'a1'") == "1")
        try database.execute("INSERT INTO notes VALUES ('m2', 3)")
        #expect(try database.text("SELECT team_id FROM agno_memories WHERE memory_id = 'm2'") == "noted")
        #expect(try database.texts("SELECT who FROM \"view of a view\" ORDER BY 1") == ["Ana", "Bo"])
        try database.execute("UPDATE agno_memories SET memory_id = 'm9' WHERE memory_id = 'm1'")
        #expect(try database.texts("SELECT stored FROM agno_memories WHERE memory_id = 'm9'") == ["m9,Ana"])
        try database.execute("DELETE FROM agno_memories WHERE memory_id = 'm9'")
        #expect(try database.texts("SELECT memory_id FROM notes") == ["m2", "m2"], "cascades")
        try database.execute("DELETE FROM agents")
        #expect(try database.int("SELECT COUNT(*) FROM agno_memories WHERE agent_id IS NULL") == 1, "set null")
    }

    @Test("Foreign keys that were violated before do not stop a rebuild")
    func foreignKeysWereViolated() throws {
        try make()
        try RawDatabase(path).execute(
            "UPDATE agno_memories SET agent_id = 'nobody' WHERE memory_id = 'm2'; INSERT INTO notes VALUES ('nothing', 0)"
        )
        try MigrationManager.over(path).mustGoUp()
        let database = try RawDatabase(path)
        #expect(try database.rows("SELECT \"table\", parent FROM pragma_foreign_key_check").count == 2)
        #expect(try database.texts("SELECT agent_id FROM agno_memories ORDER BY memory_id") == ["a1", "nobody"])
    }

    @Test("A view that did not work before stops neither up nor down")
    func viewDidWorkBefore() throws {
        try make()
        try RawDatabase(path).execute("CREATE VIEW broken AS SELECT gone FROM agno_memories")
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        try manager.mustGoDown()
        let kept = "SELECT sql FROM sqlite_master WHERE name = 'broken'"
        #expect(try RawDatabase(path).texts(kept) == ["CREATE VIEW broken AS SELECT gone FROM agno_memories"])
    }

    @Test("A view over a column that down removes makes the step refused and nothing change")
    func viewOverColumnDown() throws {
        try make()
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        try RawDatabase(path).execute(
            "CREATE VIEW praise AS SELECT memory_id FROM agno_memories WHERE feedback IS NOT NULL")
        let before = try DatabaseContents(of: path)
        var message = ""
        do {
            _ = try manager.down(target: .baseline, allowDataLoss: true)
        } catch {
            #expect(error.code == .dependentObjects)
            message = error.message
        }
        #expect(message.contains("praise"), "\(message)")
        let after = try DatabaseContents(of: path)
        #expect(after.schema == before.schema)
        #expect(after.rows(of: "agno_memories") == before.rows(of: "agno_memories"))
        try RawDatabase(path).execute("DROP VIEW praise")
        try manager.mustGoDown()
    }
}
