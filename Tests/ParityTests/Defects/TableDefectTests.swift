import AgnoMigrate
import Testing

@Suite("The original's defects with tables and rows")
struct TableDefectTests {
    private let plain = Source(release: .v2_0_11)

    @Test("9: a learned entity is deleted only after its merge was read back", arguments: ["ABORT, 'no'", "IGNORE"])
    func failingMerge(_ action: String) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_5_17, isOdd: true)
        let file = try await source.copy(into: scratch)
        try SQL.execute(
            file,
            """
            CREATE TRIGGER no_merge BEFORE UPDATE OF content ON agno_learnings BEGIN SELECT RAISE(\(action)); END
            """)
        let theirs = try scratch.copy(file, as: "theirs.db")
        let query = "SELECT * FROM agno_learnings WHERE entity_id = 'odd-merge' ORDER BY learning_id"
        let before = try SQL.rows(file, query)
        #expect(before.count == 2)
        // The original takes the failed write for a success: the old row is gone, its facts with it.
        let outcome = try await Original.newest.up(theirs)
        #expect(outcome.raised == nil && outcome.stamps["agno_learnings"] == "3.0.0")
        #expect(try SQL.rows(theirs, query).count == 1)
        #expect(
            try SQL.column(theirs, "SELECT COUNT(*) FROM agno_learnings WHERE content LIKE '%Plays chess%'") == [0])

        let report = try await manager(file).up()
        let learnings = try report.table(.learnings)
        #expect(!report.isSuccess && learnings.outcome == .failed)
        #expect(try SQL.rows(file, query) == before)
        #expect(try SQL.stamps(in: file)["agno_learnings"] != "3.0.0")
        #expect(try report.table(.sessions).outcome == .migrated && report.table(.schedules).outcome == .migrated)

        try SQL.execute(file, "DROP TRIGGER no_merge")
        #expect(try await manager(file).up().isSuccess)
        let straight = try await source.migratedByUs(into: scratch)
        #expect(try await Comparison.of(straight, file, nil).differences == [])
    }

    @Test("25: a metrics table with a column of somebody else is migrated and keeps it")
    func extraMetricsColumn() async throws {
        let scratch = try Scratch()
        let file = try await plain.copy(into: scratch)
        try SQL.execute(
            file, "ALTER TABLE agno_metrics ADD COLUMN region TEXT DEFAULT 'eu'", "UPDATE agno_metrics SET region = id")
        let theirs = try scratch.copy(file, as: "theirs.db")
        let outcome = try await Original.newest.up(theirs)
        #expect(outcome.raised == nil && outcome.stamps["agno_metrics"] == "3.0.0")
        #expect(try !SQL.columns(of: "agno_metrics", in: theirs).contains("user_id"))

        #expect(try await manager(file).up().table(.metrics).to == .latest)
        #expect(try SQL.columns(of: "agno_metrics", in: file).contains("user_id"))
        #expect(try SQL.column(file, "SELECT COUNT(*) FROM agno_metrics WHERE region IS NOT id") == [0])
        let straight = try await plain.migratedByUs(into: scratch, as: "straight.db")
        let comparison = try await Comparison.of(
            straight, file, nil, except: ["^tables > agno_metrics > (columns|rows > .*) > region: only in B"])
        #expect(comparison.differences == [])
        #expect(comparison.allowed.contains { $0.line.contains(#""default": "'eu'""#) })
        #expect(try await manager(file).verify().isVerified)
        // After the original's refusal, too: the stamp says 3.0.0, the shape does not.
        #expect(try await manager(theirs).up().table(.metrics).outcome == .migrated)
        #expect(try SQL.columns(of: "agno_metrics", in: theirs).contains("user_id"))
    }

    @Test("25: a metrics table without a column that nothing can fill is changed as well, and drifted")
    func missingMetricsColumn() async throws {
        let scratch = try Scratch()
        let file = try await plain.copy(into: scratch)
        try SQL.execute(file, "ALTER TABLE agno_metrics DROP COLUMN users_count")
        let report = try await manager(file).up().table(.metrics)
        #expect(report.outcome == .drifted && report.to != .latest)
        #expect(report.drift == ["column users_count is missing; the program has no repair for it"])
        #expect(try SQL.columns(of: "agno_metrics", in: file).contains("user_id"))
        let metrics = try #require(try await manager(file).verify().tables.first { $0.type == .metrics })
        #expect(metrics.mismatches.contains("column users_count is missing"))
    }

    @Test("26: table names with a hyphen, upper case, quotes or a reserved word are only names")
    func awkwardNames() async throws {
        let scratch = try Scratch()
        let file = try await plain.copy(into: scratch)
        let names: [(TableType, kind: String, name: String)] = [
            (.sessions, "session", "my-sess"), (.memories, "memory", "My-Mem"), (.metrics, "metrics", "order"),
            (.evals, "eval", "a\"b ☃"),
        ]
        for (type, _, name) in names {
            let quoted = name.replacing("\"", with: "\"\"")
            try SQL.execute(file, "ALTER TABLE \(type.defaultTableName) RENAME TO \"\(quoted)\"")
        }
        let options = names.map { "\($0.kind)=\($0.name)" }
        let theirs = try scratch.copy(file, as: "theirs.db")
        #expect(try await Original.newest.up(theirs, tableNames: options).raised != nil)

        let tables = TableNames(Dictionary(uniqueKeysWithValues: names.map { ($0.0, $0.name) }))
        let report = try await manager(file, tables: tables).up()
        #expect(report.isSuccess)
        #expect(report.tables.filter { $0.outcome == .migrated }.count == 5)
        #expect(try SQL.stamps(in: file)["my-sess"] == "3.0.0" && SQL.stamps(in: file)["my-sess_runs"] == "3.0.0")
        #expect(try await manager(file, tables: tables).verify().isVerified)
        #expect(try await manager(file, tables: tables).up().changed == [])
        let read = try JSONValueFile(await Original.newest.read(file, into: scratch, tableNames: options))
        let usual = try JSONValueFile(
            await Original.newest.read(plain.migratedByUs(into: scratch), into: scratch))
        for kind in ["sessions", "runs", "memories", "metrics", "evals"] {
            #expect(read.count(kind) != nil && read.count(kind) == usual.count(kind), "\(kind)")
        }

        #expect(try await manager(file, tables: tables).down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try !SQL.tables(in: file).contains("my-sess_runs"))
    }

    @Test(
        "27: an index that is there under another name is not made again",
        arguments: Engine.allCases.filter { !$0.isMySQLFamily })
    func noSecondIndex(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let (theirs, ours) = try await unstampedApprovals(on: engine, in: scratch)
        let query =
            engine == .sqlite
            ? "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'agno_approvals' AND sql LIKE '%run_status%'"
            : "SELECT indexname::text FROM pg_indexes WHERE tablename = 'agno_approvals' AND indexdef LIKE '%run_status%'"
        #expect(try SQL.column(theirs, query).count == 2)
        #expect(try SQL.column(ours, query) == ["idx_agno_approvals_run_status"])
        #expect(try SQL.stamps(in: ours)["agno_approvals"] == "3.0.0")
    }

    @Test("28: no default stays behind that would date later rows at the migration")
    func noDefault() async throws {
        let scratch = try Scratch()
        let ours = try await plain.migratedByUs(into: scratch)
        let theirs = try await plain.migratedByOriginal(into: scratch)
        let insert = "INSERT INTO agno_memories (memory_id, memory) VALUES ('new', '{}')"
        try SQL.execute(theirs, insert)
        #expect(throws: (any Error).self) { try SQL.execute(ours, insert) }
        let column = "SELECT dflt_value, \"notnull\" FROM pragma_table_info('agno_memories') WHERE name = 'created_at'"
        #expect(try SQL.rows(ours, column) == [[nil, 1]])
        // Rows that were there have the times that the original gives them.
        let query = "SELECT memory_id, created_at FROM agno_memories WHERE memory_id <> 'new' ORDER BY 1"
        #expect(try SQL.rows(ours, query) == SQL.rows(theirs, query))
    }

    @Test("42: the newest unfinished metrics day is announced, put aside and put back, not lost")
    func unfinishedDay() async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, isOdd: true)
        let file = try await source.copy(into: scratch)
        let theirs = try await source.migratedByOriginal(into: scratch)
        let query = "SELECT * FROM agno_metrics WHERE id LIKE 'odd-2024-01-05-%' ORDER BY id"
        let before = try SQL.rows(file, query)
        #expect(before.count == 2)
        _ = try await Original.newest.down(theirs, target: "2.0.0")
        #expect(try SQL.rows(theirs, query) == [])

        let plan = try await manager(file).plan()
        let announced = plan.tables.first { $0.type == .metrics }?.steps.flatMap(\.changes)
        #expect(announced?.contains { $0.contains("archive 2 rows of the unfinished metrics day") } == true)
        #expect(try await manager(file).up().isSuccess)
        #expect(try SQL.rows(file, query) == [])
        #expect(try await manager(file).history().filter { $0.event == "archive" }.map(\.key).count == 2)
        #expect(try await manager(file).down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try SQL.rows(file, query) == before)
    }

    @Test("42: a day that was calculated again since keeps its new row on the way down")
    func recalculatedDay() async throws {
        let scratch = try Scratch()
        let file = try await Source(release: .v2_0_11, isOdd: true).migratedByUs(into: scratch)
        try SQL.execute(
            file, "CREATE TEMP TABLE day AS SELECT * FROM agno_metrics WHERE id = 'odd-2024-01-03-daily'",
            "UPDATE day SET id = 'new', date = '2024-01-05', user_id = ''", "INSERT INTO agno_metrics SELECT * FROM day"
        )
        #expect(try await manager(file).down(target: .baseline, allowDataLoss: true).isSuccess)
        let query = "SELECT id FROM agno_metrics WHERE date LIKE '2024-01-05%' ORDER BY id"
        #expect(try SQL.column(file, query) == ["new", "odd-2024-01-05-weekly"])
    }
}
