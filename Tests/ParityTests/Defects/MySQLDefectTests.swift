import AgnoMigrate
import Testing

/// Each shows what the original does on MySQL or MariaDB, and what we do with the same database.
@Suite("The original's defects on MySQL and MariaDB")
struct MySQLDefectTests {
    private static let synchronous = Engine.mysqlFamily.filter { $0 == $0.kind }

    /// A database of 2.0.11 with one more session.
    private func location(runs: String, on engine: Engine, in scratch: Scratch) async throws -> String {
        let location = try await Source(release: .v2_0_11, engine: engine).copy(into: scratch)
        try SQL.execute(
            location,
            "INSERT INTO agno_sessions (session_id, session_type, user_id, session_data, created_at, updated_at, runs) "
                + "VALUES ('s', 'agent', 'ana', '{}', 1, 1, \(runs))")
        return location
    }

    @Test(
        "4: the memories get their columns, whichever class the URL's driver stands for", arguments: Engine.mysqlFamily)
    func memories(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine)
        let theirs = try await source.migratedByOriginal(into: scratch)
        #expect(try SQL.stamps(in: theirs)["agno_memories"] == "3.0.0")
        let isLeftOut = try !SQL.columns(of: "agno_memories", in: theirs).contains("created_at")
        #expect(isLeftOut == engine.skipsMemories)
        #expect(
            try await JSONValueFile(Original.newest.read(theirs, into: scratch)).count("memories")
                == (isLeftOut ? 0 : 12))

        let ours = try await source.copy(into: scratch)
        #expect(try await manager(ours).up().isSuccess)
        #expect(try await JSONValueFile(Original.newest.read(ours, into: scratch)).count("memories") == 12)
        // And what the original left out is made up for, although it is stamped.
        #expect(try await manager(theirs).up().isSuccess)
        #expect(try await Comparison.of(theirs, ours, .up).differences == [])
        #expect(try await manager(theirs).verify().isVerified)
    }

    @Test(
        "8: a run id that another run's resembles up to its case changes neither, and is listed", arguments: synchronous
    )
    func resemblingIDs(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let ours = try await location(
            runs: #"'[{"run_id": "r1", "n": 1}, {"run_id": "R1", "n": 2}]'"#, on: engine, in: scratch)
        let theirs = try scratch.copy(ours)
        let before = try RunLists.read(ours)
        let query =
            "SELECT run_id, JSON_UNQUOTE(JSON_EXTRACT(run_data, '$.run_id')) FROM agno_runs WHERE session_id = 's'"
        #expect(try await Original.newest.up(theirs).raised == nil)
        #expect(try SQL.rows(theirs, query) == [["R1", "r1"]])

        let sessions = try await manager(ours).up().table(.sessions)
        #expect(sessions.outcome == .migrated && sessions.quarantineLines == ["s[1]: duplicate_run_id"])
        #expect(try SQL.rows(ours, query) == [["r1", "r1"]])
        #expect(try await manager(ours).verify().isVerified)
        // After the original nothing is there that could be put right without a guess: the row stays.
        #expect(try await manager(theirs).up().isSuccess)
        #expect(try SQL.rows(theirs, query) == [["R1", "r1"]])
        #expect(try await manager(ours).down(target: .baseline).isSuccess)
        #expect(try RunLists.read(ours) == before)
    }

    @Test("8: a database that compares bytes has a place for both", arguments: synchronous)
    func binaryCollation(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let ours = try scratch.emptyDatabase("bytes", on: engine)
        try SQL.execute(ours, "ALTER DATABASE \(name(ours)) COLLATE utf8mb4_bin")
        try await Release.v2_5_17.populate(ours)
        try SQL.execute(
            ours,
            """
            UPDATE agno_sessions SET runs = '[{"run_id": "r1", "created_at": 5}, {"run_id": "R1", "created_at": 5}]'
            WHERE session_id = 'session-003'
            """)
        let theirs = try scratch.copy(ours)
        #expect(try await Original.newest.up(theirs).raised == nil)
        #expect(try await manager(ours).up().table(.sessions).quarantined == 0)
        let query = "SELECT run_id FROM agno_runs WHERE session_id = 'session-003' ORDER BY run_index"
        #expect(try SQL.column(ours, query) == ["r1", "R1"])
        let comparison = try await Comparison.of(theirs, ours, .up)
        #expect(comparison.differences == [])
        #expect(try await manager(ours).verify().isVerified)
    }

    @Test(
        "the runs are compared as their sessions are, also where the database's default has changed since",
        arguments: synchronous)
    func changedDefault(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let ours = try await Source(release: .v2_0_11, engine: engine).copy(into: scratch)
        try SQL.execute(ours, "ALTER DATABASE \(name(ours)) COLLATE utf8mb4_unicode_ci")
        let theirs = try scratch.copy(ours)
        try SQL.execute(theirs, "ALTER DATABASE \(name(theirs)) COLLATE utf8mb4_unicode_ci")
        // The server refuses a foreign key between columns that are compared differently.
        let original = try await Original.newest.up(theirs)
        #expect(original.raised != nil && original.stamps["agno_sessions"] != "3.0.0")
        #expect(try await manager(ours).up().isSuccess)
        let straight = try await Source(release: .v2_0_11, engine: engine).migratedByUs(into: scratch)
        let comparison = try await Comparison.of(
            straight, ours, nil, except: ["^tables > agno_schema_versions > "])
        #expect(comparison.differences == [])
        #expect(try await manager(theirs).up().isSuccess)
        #expect(
            try await Comparison.of(ours, theirs, .up, except: ["^tables > agno_schema_versions > "]).differences == [])
    }

    /// States in which the original's statements, each committed by itself, can have been left.
    static let halfWay: [[String]] = [
        // 11: nothing fills the new column any more.
        ["ALTER TABLE agno_memories ADD COLUMN created_at BIGINT, ADD INDEX idx_agno_memories_created_at (created_at)"],
        [
            "ALTER TABLE agno_memories ADD COLUMN created_at BIGINT, ADD INDEX idx_agno_memories_created_at (created_at)",
            "UPDATE agno_memories SET created_at = updated_at",
        ],
        ["ALTER TABLE agno_sessions ADD PRIMARY KEY (session_id)"],
        ["ALTER TABLE agno_metrics ADD COLUMN user_id VARCHAR(128) NOT NULL DEFAULT ''"],
        [
            "ALTER TABLE agno_metrics ADD COLUMN user_id VARCHAR(128) NOT NULL DEFAULT ''",
            "ALTER TABLE agno_metrics ADD INDEX idx_agno_metrics_user_id (user_id)",
            "ALTER TABLE agno_metrics ADD UNIQUE INDEX agno_metrics_uq_metrics_user_date_period (user_id, date, aggregation_period)",
        ],
        ["ALTER TABLE agno_knowledge ADD COLUMN user_id VARCHAR(128)"],
    ]

    @Test(
        "11, 41: what was left between two of the original's statements is finished", arguments: synchronous,
        halfWay.indices)
    func leftHalfWay(_ engine: Engine, _ number: Int) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine)
        let ours = try await source.copy(into: scratch)
        for statement in Self.halfWay[number] { try SQL.execute(ours, statement) }
        if number == 0 {
            let theirs = try scratch.copy(ours)
            #expect(try await Original.newest.up(theirs).stamps["agno_memories"] == "3.0.0")
            #expect(
                try SQL.column(theirs, "SELECT COUNT(*) FROM agno_memories WHERE created_at IS NULL") == [12])
            #expect(try await !manager(theirs).verify().isVerified)
            #expect(try await manager(theirs).up().isSuccess)
            #expect(try await Comparison.of(theirs, source.migratedByUs(into: scratch), .up).differences == [])
        }
        #expect(try await manager(ours).up().isSuccess)
        #expect(try await manager(ours).verify().isVerified)
        #expect(try await Comparison.of(source.migratedByUs(into: scratch), ours, nil).differences == [])
    }

    @Test(
        "24: tables with long names get everything; the original skips them and stamps, or fails",
        arguments: synchronous)
    func longNames(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let ours = try await Source(release: .v2_0_11, engine: engine).copy(into: scratch)
        let names: [(type: TableType, parameter: String, name: String)] = [
            (.sessions, "session", "sessions_" + String(repeating: "s", count: 55)),
            (.memories, "memory", "memories_" + String(repeating: "m", count: 55)),
            (.metrics, "metrics", "metrics_" + String(repeating: "e", count: 30)),
            (.evals, "eval", "evals_" + String(repeating: "v", count: 58)),
            (.knowledge, "knowledge", "knowledge_" + String(repeating: "k", count: 54)),
        ]
        for (type, _, name) in names {
            try SQL.execute(ours, "ALTER TABLE \(type.defaultTableName) RENAME TO \(name)")
        }
        for (type, parameter, name) in names {
            let theirs = try scratch.copy(ours)
            let original = try await Original.newest.up(
                theirs, table: type.name, tableNames: ["\(parameter)=\(name)"])
            if type == .metrics {
                #expect(original.raised == nil && original.stamps[name] == "3.0.0")
                #expect(try !SQL.columns(of: name, in: theirs).contains("user_id"))
            } else {
                #expect(original.raised != nil && original.stamps[name] != "3.0.0", "\(type.name)")
            }
        }

        let tables = TableNames(Dictionary(uniqueKeysWithValues: names.map { ($0.type, $0.name) }))
        let before = try RunLists.read(ours, table: names[0].name)
        #expect(try await manager(ours, tables: tables).up().isSuccess)
        #expect(try await manager(ours, tables: tables).verify().isVerified)
        #expect(try await manager(ours, tables: tables).up().changed == [])
        let usual = try await Source(release: .v2_0_11, engine: engine).migratedByUs(into: scratch)
        for (type, _, name) in names {
            let shape =
                "SELECT non_unique, COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE() "
            #expect(
                try SQL.rows(ours, shape + "AND table_name = '\(name)' GROUP BY 1 ORDER BY 1")
                    == SQL.rows(usual, shape + "AND table_name = '\(type.defaultTableName)' GROUP BY 1 ORDER BY 1"))
        }
        #expect(try await manager(ours, tables: tables).down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try RunLists.read(ours, table: names[0].name) == before)
    }

    @Test(
        "24: a runs table whose name leaves no room for a longer one is put aside on the way down all the same",
        arguments: synchronous)
    func longRunsTable(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let location = try await Source(release: .v2_0_11, engine: engine).copy(into: scratch)
        let before = try RunLists.read(location)
        let name = "sessions_" + String(repeating: "s", count: 40)
        try SQL.execute(location, "ALTER TABLE agno_sessions RENAME TO \(name)")
        let tables = TableNames([.sessions: name])
        // The server names the foreign key after the runs table, and again when that is renamed.
        #expect(try await manager(location, tables: tables).up().isSuccess)
        #expect(try await manager(location, tables: tables).verify().isVerified)
        #expect(
            try await manager(location, tables: tables).down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try !SQL.tables(in: location).contains(.text(name + "_runs")))
        #expect(try RunLists.read(location, table: name) == before)
    }

    @Test("49: runs of hundreds of kilobytes go down as well", arguments: synchronous)
    func largeRuns(_ engine: Engine) async throws {
        let scratch = try Scratch()
        func run(_ id: String) -> String {
            #"'{"run_id": "\#(id)", "content": "', REPEAT('x', 300000), '"}'"#
        }
        let ours = try await location(
            runs: "CONCAT('[', \(run("big-1")), ', ', \(run("big-2")), ']')", on: engine, in: scratch)
        let before = try RunLists.read(ours)
        #expect(try await manager(ours).up().isSuccess)
        let theirs = try scratch.copy(ours)
        let original = try await Original.newest.down(theirs, target: "2.5.6")
        #expect((original.raised?.contains("1038") == true) == (engine == .mysql))
        #expect(try await manager(ours).down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try RunLists.read(ours) == before)
    }

    @Test(
        "a 3.x program that stored a run before the migration does not stand in its way, as it does the original's on MariaDB",
        arguments: Engine.mysqlFamily)
    func programBeforeMigration(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine)
        let ours = try await source.copy(into: scratch)
        #expect(try await Original.newest.writeRun(ours).raised == nil)
        let theirs = try scratch.copy(ours)
        // It takes the JSON column of a runs table that it did not make for a text, and cannot store an object there.
        let original = try await Original.newest.up(theirs)
        #expect((original.raised != nil) == (engine.kind == .mariadb))
        #expect(try await manager(ours).up().isSuccess)
        #expect(try await manager(ours).verify().isVerified)
        let straight = try await source.migratedByUs(into: scratch)
        let comparison = try await Comparison.of(
            straight, ours, nil, except: ["^tables > agno_runs > rows > early: only in B"])
        #expect(comparison.differences == [] && comparison.allowed.count == 1)
        #expect(try await manager(theirs).up().isSuccess)
        #expect(try await Comparison.of(theirs, ours, .up).differences == [])
    }

    private func name(_ location: String) -> String { MySQLServer.database(of: location) }
}
