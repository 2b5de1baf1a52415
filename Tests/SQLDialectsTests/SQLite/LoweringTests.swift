import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@Suite("What changes become on SQLite")
struct LoweringTests {
    private static let memories = """
        CREATE TABLE agno_memories (memory_id VARCHAR NOT NULL, memory JSON NOT NULL, input VARCHAR, agent_id VARCHAR,
            team_id VARCHAR, user_id VARCHAR, topics JSON, updated_at BIGINT, PRIMARY KEY (memory_id))
        """
    private static let createdAt = SchemaChange.addColumn(
        .required("created_at", .bigInteger), fill: .copied(from: "updated_at"))

    @Test("Nothing to change is said to be nothing")
    func nothing() throws {
        try Scratch.withDatabase([Self.memories]) { connection in
            let lowering = try Workbench(connection: connection).lower([], of: .memories)
            #expect(lowering.reason == "nothing to change")
        }
    }

    @Test("A table whose text cannot be read is skipped with the reason, never half-changed")
    func unreadable() throws {
        try Scratch.withDatabase([Self.memories]) { connection in
            let bench = Workbench(connection: connection)
            var snapshot = try bench.snapshot(.memories)
            for source in [nil, "CREATE VIRTUAL TABLE agno_memories USING nothing"] {
                snapshot.source = source
                let lowering = bench.dialect.lower(
                    [Self.createdAt], of: snapshot, among: [:], in: bench.context, now: 0)
                #expect(lowering.reason?.contains("agno_memories cannot be read") == true)
            }
        }
    }

    @Test("A filled column takes its own value, then the other column's, then the time of the migration")
    func fill() throws {
        let rows = [
            "INSERT INTO agno_memories (memory_id, memory, updated_at) VALUES ('a', '1', 500)",
            "INSERT INTO agno_memories (memory_id, memory) VALUES ('b', '2')",
        ]
        try Scratch.withDatabase([Self.memories] + rows) { connection in
            let bench = Workbench(connection: connection)
            try bench.apply([Self.createdAt], of: .memories, now: 900)
            let query = "SELECT memory_id, created_at FROM agno_memories ORDER BY 1"
            #expect(try connection.texts(query) == ["a|500", "b|900"])
        }
        // Half done by a process that died: the column is there, nullable and with the migration's default.
        let half = [
            "ALTER TABLE agno_memories ADD COLUMN created_at BIGINT DEFAULT 700",
            "INSERT INTO agno_memories (memory_id, memory, created_at, updated_at) VALUES ('c', '3', 100, 600), ('d', '4', NULL, 600), ('e', '5', NULL, NULL)",
        ]
        try Scratch.withDatabase([Self.memories] + half + rows) { connection in
            let bench = Workbench(connection: connection)
            try bench.apply([Self.createdAt], of: .memories, now: 900)
            let query = "SELECT memory_id, created_at FROM agno_memories ORDER BY 1"
            #expect(try connection.texts(query) == ["a|700", "b|700", "c|100", "d|600", "e|900"])
            #expect(throws: DatabaseError.self) {
                try connection.execute("INSERT INTO agno_memories (memory_id, memory) VALUES ('x', '1')")
            }
        }
    }

    @Test("A rebuild keeps every value, the order of the rows and all that hangs on the table")
    func rebuildKeepsEverything() throws {
        let statements = [
            """
            CREATE TABLE "my ""mem"" (x)" (memory_id VARCHAR NOT NULL PRIMARY KEY, memory JSON NOT NULL, extra BLOB, "odd, one" TEXT
                DEFAULT 'd', updated_at BIGINT, twice AS (updated_at * 2), parent REFERENCES "my ""mem"" (x)" (memory_id))
            """,
            "CREATE INDEX \"by extra\" ON \"my \"\"mem\"\" (x)\" (lower(\"odd, one\")) WHERE extra IS NOT NULL",
            "CREATE UNIQUE INDEX once ON \"my \"\"mem\"\" (x)\" (updated_at DESC)",
            "CREATE TABLE log (id TEXT)",
            "CREATE TRIGGER watch AFTER INSERT ON \"my \"\"mem\"\" (x)\" BEGIN INSERT INTO log VALUES (new.memory_id); END",
            "CREATE VIEW seen AS SELECT memory_id, twice FROM \"my \"\"mem\"\" (x)\"",
            "CREATE TABLE child (id REFERENCES \"my \"\"mem\"\" (x)\" (memory_id) ON DELETE CASCADE)",
            "INSERT INTO \"my \"\"mem\"\" (x)\" (memory_id, memory, extra, updated_at) VALUES ('z', '[1.0]', x'00ff', 3), ('a', 'NaN', NULL, NULL), ('m', 'x' || char(0) || 'y', 1.5, 7)",
            "INSERT INTO child VALUES ('z')",
        ]
        try Scratch.withDatabase(statements) { connection in
            let bench = Workbench(connection: connection, names: TableNames([.memories: "my \"mem\" (x)"]))
            let all =
                "SELECT memory_id, memory, typeof(memory), length(memory), extra, typeof(extra), \"odd, one\", updated_at, twice FROM \"my \"\"mem\"\" (x)\""
            let before = try connection.texts(all)
            try bench.apply([Self.createdAt], of: .memories, now: 900)
            #expect(try connection.texts(all) == before)
            #expect(try connection.texts("SELECT * FROM seen") == ["z|6", "a|NULL", "m|14"])
            #expect(try connection.texts("SELECT * FROM child") == ["z"])
            #expect(try connection.texts("PRAGMA foreign_key_check") == [])
            #expect(try connection.texts("SELECT * FROM log") == ["z", "a", "m"])
            try connection.execute(
                "INSERT INTO \"my \"\"mem\"\" (x)\" (memory_id, memory, created_at) VALUES ('n', '1', 1)")
            #expect(try connection.texts("SELECT id FROM log") == ["z", "a", "m", "n"])
            let objects = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
            #expect(
                try connection.texts(objects) == [
                    "index|by extra", "index|once", "table|child", "table|log", "table|my \"mem\" (x)", "trigger|watch",
                    "view|seen",
                ])
            #expect(throws: DatabaseError.self) {
                try connection.execute("UPDATE \"my \"\"mem\"\" (x)\" SET updated_at = 3")
            }
        }
    }

    @Test("A rebuild makes one new table, whatever the number of changes")
    func oneRebuild() throws {
        let metrics =
            "CREATE TABLE agno_metrics (id VARCHAR PRIMARY KEY, date DATE, aggregation_period VARCHAR, UNIQUE (date, aggregation_period))"
        try Scratch.withDatabase([metrics]) { connection in
            let changes: [SchemaChange] = [
                .addColumn(.required("user_id", .identifier), fill: .constant("")),
                .replaceUniqueKey(.metricsDay, with: .metricsDayOfUser), .addIndex(Index(on: ["user_id"])),
            ]
            let bench = Workbench(connection: connection)
            #expect(try bench.lower(changes, of: .metrics).isRebuild)
            let statements = try bench.apply(changes, of: .metrics)
            #expect(statements.filter { $0.sql.hasPrefix("CREATE TABLE") }.count == 1)
        }
    }

    @Test("A key that is there as an index, under any name and in any order, is replaced as well")
    func keysByDefinition() throws {
        for old in [
            "UNIQUE (aggregation_period, date)", "CONSTRAINT \"x y\" UNIQUE (DATE, aggregation_period)", "CHECK (1)",
        ] {
            let table =
                "CREATE TABLE agno_metrics (id VARCHAR PRIMARY KEY, date DATE, aggregation_period VARCHAR, user_id VARCHAR, \(old))"
            let index = "CREATE UNIQUE INDEX by_hand ON agno_metrics (aggregation_period, date)"
            try Scratch.withDatabase([table, index]) { connection in
                let bench = Workbench(connection: connection)
                try bench.apply([.replaceUniqueKey(.metricsDay, with: .metricsDayOfUser)], of: .metrics)
                try bench.apply([.replaceUniqueKey(.metricsDayOfUser, with: .metricsDay)], of: .metrics)
            }
        }
    }

    @Test("An index gives way when another object has taken its name")
    func namesInUse() throws {
        let statements = [
            Self.memories, "CREATE INDEX idx_agno_memories_updated_at ON agno_memories (team_id)",
            "CREATE INDEX IDX_agno_memories_updated_at_2 ON agno_memories (agent_id)",
        ]
        try Scratch.withDatabase(statements) { connection in
            let bench = Workbench(connection: connection)
            let made = try bench.apply([.addIndex(Index(on: ["updated_at"]))], of: .memories)
            #expect(
                made.map(\.sql) == [
                    "CREATE INDEX \"idx_agno_memories_updated_at_3\" ON \"agno_memories\" (\"updated_at\")"
                ])
        }
    }

    @Test("A dropped column takes along what is built on it")
    func dropColumn() throws {
        let extras = [
            "CREATE INDEX one ON agno_memories (user_id)", "CREATE INDEX two ON agno_memories (team_id, user_id)",
            "CREATE INDEX part ON agno_memories (team_id) WHERE user_id IS NOT NULL",
            "CREATE INDEX kept ON agno_memories (team_id)",
        ]
        let change = SchemaChange.dropColumn(.optional("user_id", .identifier))
        for table in [
            Self.memories, Self.memories.replacing("PRIMARY KEY (", with: "UNIQUE (user_id, team_id), PRIMARY KEY ("),
        ] {
            try Scratch.withDatabase([table] + extras) { connection in
                let bench = Workbench(connection: connection)
                #expect(try bench.lower([change], of: .memories).isRebuild == table.contains("UNIQUE"))
                try bench.apply([change], of: .memories)
                let names = try connection.texts(
                    "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
                #expect(names == ["kept"])
            }
        }
    }

    @Test("SQLite before 3.35 has no DROP COLUMN, so the table is rebuilt")
    func oldLibrary() throws {
        let change = SchemaChange.dropColumn(.optional("user_id", .identifier))
        try Scratch.withDatabase([Self.memories]) { connection in
            let bench = Workbench(connection: connection)
            let all = try bench.snapshots()
            let snapshot = try #require(all[.memories])
            for (version, isRebuild) in [
                ("3.24.0", true), ("3.34.1", true), ("3.35.0", false), ("3.53.1", false), ("4.0", false),
            ] {
                let lowering = SQLiteDialect(version: version).lower(
                    [change], of: snapshot, among: all, in: bench.context, now: 0)
                #expect(lowering.isRebuild == isRebuild, "\(version)")
            }
            guard
                case .rebuild(let statements) = SQLiteDialect(version: "3.34.1").lower(
                    [change], of: snapshot, among: all, in: bench.context, now: 0)
            else { return }
            for statement in statements { try connection.execute(statement) }
            #expect(try bench.snapshot(.memories).shape.column("user_id") == nil)
        }
    }

    @Test("A runs table that is there already is completed, and keeps its rows and extra columns")
    func completedRuns() throws {
        let statements = [
            "CREATE TABLE agno_sessions (session_id VARCHAR PRIMARY KEY)",
            "CREATE TABLE agno_runs (run_id VARCHAR PRIMARY KEY, session_id VARCHAR, run_data JSON, mine TEXT)",
            "INSERT INTO agno_runs VALUES ('r', 's', '{}', 'm')",
            "CREATE INDEX by_session ON agno_runs (session_id)",
        ]
        try Scratch.withDatabase(statements) { connection in
            let bench = Workbench(connection: connection)
            let made = try bench.apply([.createTable(.runs)], of: .sessions)
            #expect(!made.contains { $0.sql.hasPrefix("CREATE TABLE") })
            #expect(try connection.texts("SELECT run_id, mine, status FROM agno_runs") == ["r|m|NULL"])
            let indexes = try bench.snapshot(.runs).shape.indexes.filter { $0.index.columns == ["session_id"] }
            #expect(indexes.map(\.name) == ["by_session"])
        }
    }

    @Test(
        "Odd table names are quoted in every statement",
        arguments: ["select", "my table", "a\"b'c`d[e]", "Größe 名前", "a;b--c", "%s"])
    func oddNames(_ name: String) throws {
        let names = TableNames([.memories: name, .metrics: name + "2"])
        try Scratch.withDatabase { connection in
            let bench = Workbench(connection: connection, names: names)
            for type in [TableType.memories, .metrics] {
                let shape = try #require(TableDefinition.shape(of: type, at: .baseline, in: bench.context))
                for statement in bench.dialect.create(shape, named: names[type]) { try connection.execute(statement) }
                for migration in Migration.all {
                    let changes = migration.steps(for: type, traits: bench.dialect.traits).compactMap(\.change)
                    let shapes = try bench.snapshots().mapValues(\.shape)
                    let missing = changes.filter { !$0.isSatisfied(by: shapes, of: type, in: bench.context) }
                    if !missing.isEmpty { try bench.apply(missing, of: type) }
                }
            }
        }
    }
}

extension MigrationStep {
    var change: SchemaChange? { if case .change(let change) = self { change } else { nil } }
}
