import AgnoMigrate
import Testing

@Suite("The original's defects with stamps, versions and names")
struct StampDefectTests {
    private let plain = Source(release: .v2_0_11)

    @Test("1: a stamp that 2.3.26 set without doing the step does not hide the step")
    func poisonedStamp() async throws {
        let scratch = try Scratch()
        let file = try await plain.copy(into: scratch)
        // The documented singular name: nothing is changed, and stamped all the same.
        _ = try await Original(release: .v2_3_26).up(file, table: "memory")
        #expect(try SQL.stamps(in: file)["agno_memories"] == "2.3.0")
        #expect(try !SQL.columns(of: "agno_memories", in: file).contains("created_at"))
        // No way out with the original: it stamps 3.0.0, and its own classes refuse the table.
        _ = try await Original.newest.up(file)
        _ = try await Original.newest.up(file, target: "2.3.0", table: "memories", force: true)
        #expect(try SQL.stamps(in: file)["agno_memories"] == "3.0.0")
        #expect(try !SQL.columns(of: "agno_memories", in: file).contains("created_at"))

        let status = try #require(try await manager(file).status().tables.first { $0.type == .memories })
        #expect(status.stamp == "3.0.0" && status.shape == .baseline && !status.agrees)
        #expect(try await !manager(file).verify().isVerified)
        let memories = try await manager(file).up().table(.memories)
        #expect(try memories.outcome == .migrated && memories.step("2.3.0").outcome == .applied)
        #expect(try SQL.columns(of: "agno_memories", in: file).contains("feedback"))
        #expect(try SQL.column(file, "SELECT COUNT(*) FROM agno_memories WHERE created_at IS NULL") == [0])
        #expect(try await manager(file).verify().isVerified)
        let read = try JSONValueFile(await Original.newest.read(file, into: scratch))
        #expect(read.count("memories") == 12)
    }

    @Test("3: force evaluates every step again, whatever the stamp says")
    func force() async throws {
        let scratch = try Scratch()
        let file = try await plain.migratedByUs(into: scratch)
        try SQL.execute(file, "ALTER TABLE agno_memories DROP COLUMN feedback")
        _ = try await Original.newest.up(file, table: "memories", force: true)
        #expect(try !SQL.columns(of: "agno_memories", in: file).contains("feedback"))
        let report = try await manager(file).up(table: .memories, force: true)
        #expect(report.changed == [.memories])
        #expect(try report.table(.memories).steps.map(\.version) == SchemaVersion.known.filter { $0 > .baseline })
        #expect(try SQL.columns(of: "agno_memories", in: file).contains("feedback"))
    }

    @Test(
        "14: a table that is not there gets no stamp, and a stamp without a table is no stamp", arguments: Engine.kinds)
    func absentTables(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let plain = Source(release: .v2_0_11, engine: engine)
        let file = try scratch.emptyDatabase("empty.db", on: engine)
        let ours = try scratch.copy(file, as: "ours.db")
        let stamped = try await Original.newest.up(file).stamps
        #expect(stamped.count == 15)
        #expect(try await manager(ours).up().isSuccess)
        #expect(try SQL.stamps(in: ours) == [:])

        // A dump of older tables is restored beside those stamps: the original never runs a step, we do.
        let old = try await plain.copy(into: scratch, as: "old.db")
        let long = engine.isMySQLFamily ? "(128)" : ""
        try SQL.execute(
            old,
            """
            CREATE TABLE agno_schema_versions (table_name VARCHAR\(long) NOT NULL PRIMARY KEY,
            version VARCHAR\(engine.isMySQLFamily ? "(10)" : "") NOT NULL, created_at VARCHAR\(long) NOT NULL,
            updated_at VARCHAR\(long))
            """, "CREATE INDEX idx_agno_schema_versions_created_at ON agno_schema_versions (created_at)",
            "INSERT INTO agno_schema_versions VALUES "
                + stamped.map { "('\($0)', '\($1)', '2026-01-01T00:00:00', NULL)" }.joined(separator: ", "))
        _ = try await Original.newest.up(old)
        #expect(try !SQL.columns(of: "agno_memories", in: old).contains("feedback"))
        #expect(try await manager(old).up().isSuccess)
        let straight = try await plain.migratedByUs(into: scratch, as: "straight.db")
        #expect(try await Comparison.of(old, straight, .up).differences == [])
    }

    @Test("15: migrating a database without sessions makes no tables", arguments: Engine.allCases)
    func emptyDatabase(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let (theirs, ours) = try await emptyDatabases(on: engine, in: scratch)
        #expect(try SQL.tables(in: theirs).contains("agno_sessions"))
        #expect(try DatabaseState(ours).bytes.isEmpty)
        #expect(try SQL.tables(in: ours) == [])
    }

    @Test(
        "17: a version that is none is refused before anything is touched", arguments: ["2.4.7", "9.9.9", "1.0.0"],
        Engine.kinds)
    func unknownTarget(_ text: String, _ engine: Engine) async throws {
        let scratch = try Scratch()
        let file = try await Source(release: .v2_0_11, engine: engine).migratedByUs(into: scratch)
        let theirs = try scratch.copy(file, as: "theirs.db")
        if text == "2.4.7" {
            #expect(try await Original.newest.down(theirs, target: text).stamps["agno_sessions"] == text)
        }
        let before = try DatabaseState(file)
        let target = try version(text)
        for direction in [MigrationDirection.up, .down] {
            let error = await #expect(throws: MigrationError.self) {
                _ = try await manager(file).plan(direction, target: target)
            }
            #expect(error?.code == .usage)
            #expect(error?.remedy.contains("2.0.0, 2.3.0, 2.5.0, 2.5.6, 3.0.0") == true)
        }
        await #expect(throws: MigrationError.self) {
            _ = try await manager(file).down(target: target, allowDataLoss: true)
        }
        await #expect(throws: MigrationError.self) { _ = try await manager(file).up(target: target) }
        #expect(try DatabaseState(file) == before)
    }

    @Test(
        "17: down takes back only what is there, and takes the stamp of the table that it drops away",
        arguments: Engine.allCases)
    func downStamps(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let plain = Source(release: .v2_0_11, engine: engine)
        let file = try await plain.migratedByUs(into: scratch)
        let theirs = try await plain.migratedByOriginal(into: scratch)
        let original = try await Original.newest.down(theirs, target: "2.0.0")
        #expect(original.stamps["agno_runs"] == "3.0.0" && original.stamps["agno_schedules"] == "3.0.0")
        #expect(original.stamps["agno_memories"] == (engine == .sqlite || engine.skipsMemories ? "3.0.0" : "2.0.0"))
        #expect(try await manager(file).down(target: .baseline, allowDataLoss: true).isSuccess)
        let stamps = try SQL.stamps(in: file)
        #expect(
            stamps == [
                "agno_sessions": "2.0.0", "agno_memories": "2.0.0", "agno_metrics": "2.0.0", "agno_eval_runs": "2.0.0",
                "agno_knowledge": "2.0.0",
            ])
        let again = try await manager(file).down(target: .baseline)
        #expect(again.changed == [])
        #expect(again.tables.allSatisfy { $0.steps.allSatisfy { $0.outcome != .applied } })
    }

    @Test(
        "18: the documented names are understood, and an unknown one is no success",
        arguments: [
            ("memory", TableType.memories), ("Session", .sessions), ("EVAL", .evals), ("metrics", .metrics),
            ("knowledge", .knowledge), ("culture", .culture),
        ], Engine.kinds)
    func documentedNames(_ documented: (name: String, type: TableType), _ engine: Engine) async throws {
        let (name, type) = documented
        #expect(TableType(name: name) == type)
        #expect(TableType(name: "memoriez") == nil)
        let scratch = try Scratch()
        let file = try await Source(release: .v2_0_11, engine: engine).copy(into: scratch)
        if name == "memory" {
            let theirs = try scratch.copy(file, as: "theirs.db")
            let outcome = try await Original.newest.up(theirs, table: name)
            #expect(outcome.raised == nil && outcome.stamps["agno_memories"] == nil)
        }
        let report = try await manager(file).up(table: type)
        #expect(report.tables.map(\.type) == [type])
        #expect(try report.table(type).outcome == (type == .culture ? .absent : .migrated))
        let stamped = try SQL.stamps(in: file)
        #expect(stamped[type.defaultTableName] == (type == .culture ? nil : "3.0.0"))
    }

    @Test(
        "23, 34: the steps before a step that cannot be done are done and stamped, and the rows are named",
        arguments: Engine.allCases.filter { !$0.isMySQLFamily })
    func stampsPerStep(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_5_17, engine: engine, isOdd: true, abortRows: "odd-duplicate-name")
        let theirs = try await source.copy(into: scratch)
        try SQL.execute(theirs, "DELETE FROM agno_schema_versions")
        let file = try scratch.copy(theirs, as: "ours.db")
        let outcome = try await Original.newest.up(theirs)
        #expect(outcome.raised?.contains("odd-duplicate-name-1") == false)
        #expect(outcome.stamps["agno_schedules"] == nil && outcome.stamps["agno_schedule_runs"] == nil)
        let schedules = try await manager(file).up().table(.schedules)
        #expect(try schedules.outcome == .refused && schedules.to == version("2.5.6"))
        #expect(schedules.steps.map(\.version.description) == ["2.3.0", "2.5.0", "2.5.6", "3.0.0"])
        #expect(try schedules.step("3.0.0").error?.rows == ["odd-duplicate-name-1", "odd-duplicate-name-2"])
        #expect(try SQL.stamps(in: file)["agno_schedules"] == "2.5.6")
        #expect(try SQL.stamps(in: file)["agno_schedule_runs"] == "3.0.0")
    }
}
