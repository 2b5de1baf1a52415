import AgnoMigrate
import Testing

@Suite("Taking turns with the original")
struct TakingTurnsTests {
    @Test(
        "ours to 2.3.0 and the original to 3.0.0 give what ours alone gives, but for what is listed",
        arguments: Engine.allCases)
    func oursFirst(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine, isOdd: true)
        let file = try await source.copy(into: scratch)
        #expect(try await manager(file).up(target: version("2.3.0")).isSuccess)
        #expect(try SQL.stamps(in: file)["agno_memories"] == "2.3.0")
        let theirs = try await Original.newest.up(file, target: "3.0.0")
        #expect(theirs.raised == nil)
        #expect(theirs.stamps["agno_memories"] == "3.0.0" && theirs.stamps["agno_sessions"] == "3.0.0")
        let alone = try await source.migratedByUs(into: scratch)
        #expect(try await Comparison.of(file, alone, .up).differences == [])

        // Nothing is left for us, and nothing that we do is left for the original.
        let ours = try await manager(file).up()
        #expect(ours.isSuccess)
        #expect(ours.changed == [.sessions] || ours.changed == [])
        try await expectNoOp(file, in: scratch)
    }

    @Test(
        "the manager of 2.3.26 first, the newest after it, ours last: we repair what they left, and all accept it",
        arguments: Engine.allCases)
    func originalFirst(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine, isOdd: true)
        let file = try await source.copy(into: scratch)
        let first = try await Original(release: .v2_3_26).up(file)
        #expect(first.raised == nil)
        let second = try await Original.newest.up(file)
        #expect(second.raised == nil && second.stamps["agno_memories"] == "3.0.0")
        let before = try SQL.stamps(in: file)
        #expect(try await manager(file).up().isSuccess)
        #expect(try SQL.stamps(in: file) == before)
        let alone = try await source.migratedByUs(into: scratch)
        #expect(try await Comparison.of(file, alone, .up).differences == [])
        try await expectNoOp(file, in: scratch)
    }

    @Test("after the original's up to 3.0.0 ours repairs the literal default of created_at, and no more")
    func repairsDefault() async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11)
        let file = try await source.migratedByOriginal(into: scratch)
        let untouched = try scratch.copy(file, as: "untouched.db")
        let query = "SELECT dflt_value FROM pragma_table_info('agno_memories') WHERE name = 'created_at'"
        #expect(try SQL.column(file, query) != [nil])
        #expect(try await manager(file).status().tables.first { $0.type == .memories }?.pending == [version("2.3.0")])
        let report = try await manager(file).up()
        #expect(report.changed == [.memories])
        #expect(try SQL.column(file, query) == [nil])
        let repaired = "^tables > agno_memories > columns > created_at > default: "
        let comparison = try await Comparison.of(untouched, file, nil, except: [repaired])
        #expect(comparison.differences == [] && comparison.allowed.count == 1)
    }

    @Test(
        "after our up the original has nothing to do but to stamp tables that are not there",
        arguments: Source.odd(Engine.allCases))
    func originalAfterUs(_ source: Source) async throws {
        let scratch = try Scratch()
        let file = try await source.migratedByUs(into: scratch)
        let before = try scratch.copy(file, as: "before.db")
        let outcome = try await Original.newest.up(file)
        #expect(outcome.raised == nil)
        let comparison = try await Comparison.of(file, before, .up)
        #expect(comparison.differences == [])
        #expect(comparison.allowed.allSatisfy { $0.line.hasPrefix("stamps > ") })
        try await expectNoOp(file, in: scratch)
    }

    @Test("the original goes up again from where our down left a file", arguments: Source.plain(Engine.kinds))
    func originalAfterOurDown(_ source: Source) async throws {
        let scratch = try Scratch()
        let file = try await source.migratedByUs(into: scratch)
        #expect(try await manager(file).down(target: version("2.0.0"), allowDataLoss: true).isSuccess)
        #expect(try await Original.newest.up(file).raised == nil)
        let straight = try await source.migratedByOriginal(into: scratch)
        let lost = [
            "^tables > agno_memories > rows > .* > (feedback|created_at): ",
            "^tables > agno_approvals > rows > .* > run_status: ",
            // What the original's steps make is not what its fresh tables have.
            "^tables > agno_memories > columns > created_at > default: ",
            "^tables > agno_approvals > columns > run_status > type: ",
            #"^tables > agno_approvals > indexes > \(run_status\) > 0: "#,
            // No 2.x release can read an empty list.
            #"^tables > agno_sessions > rows > .* > runs: json( twice)? \[\] != value null$"#,
            // A row that is moved to another id by the original gets the time of the migration.
            "^tables > agno_learnings > rows > entity_user_[0-9a-f]{16}_person_ada > (created_at|updated_at): ",
        ]
        #expect(try await Comparison.of(straight, file, nil, except: lost).differences == [])
    }

    /// A second run of either changes nothing but the stamps of absent tables.
    private func expectNoOp(_ file: String, in scratch: Scratch) async throws {
        let before = try scratch.copy(file, as: "no-op-before.db")
        let bytes = try DatabaseState(file)
        let report = try await manager(file).up()
        #expect(report.isSuccess && report.changed == [])
        #expect(try DatabaseState(file) == bytes)
        #expect(try await Original.newest.up(file).raised == nil)
        let comparison = try await Comparison.of(file, before, .up)
        #expect(comparison.differences == [])
        #expect(comparison.allowed.allSatisfy { $0.line.hasPrefix("stamps > ") })
        #expect(try await manager(file).up().changed == [])
    }
}
