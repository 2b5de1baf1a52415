import AgnoMigrate
import Testing

/// Each shows what the original does on a server, and what we do with the same database.
@Suite("The original's defects on servers")
struct ServerDefectTests {
    @Test(
        "2: a 3.x program that stored a run before the migration does not stand in its way",
        arguments: Engine.postgresqls)
    func programBeforeMigration(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine)
        let ours = try await source.copy(into: scratch)
        #expect(try await Original.newest.writeRun(ours).raised == nil)
        let theirs = try scratch.copy(ours)
        let original = try await Original.newest.up(theirs)
        #expect(original.raised?.contains("depend") == true && original.stamps["agno_sessions"] == nil)
        #expect(try await Original.newest.up(theirs).raised != nil)

        #expect(try await manager(ours).up().isSuccess)
        #expect(try await manager(ours).verify().isVerified)
        let straight = try await source.migratedByUs(into: scratch)
        let comparison = try await Comparison.of(
            straight, ours, nil, except: ["^tables > agno_runs > rows > early: only in B"])
        #expect(comparison.differences == [] && comparison.allowed.count == 1)
        let read = try JSONValueFile(await Original.newest.read(ours, into: scratch))
        #expect(read.row("runs", "early") != nil && read.row("runs", "session-000-r0") != nil)
        // And what failed half-way in the original's hands is finished by ours.
        #expect(try await manager(theirs).up().isSuccess)
        #expect(try await Comparison.of(ours, theirs, .up).differences == [])
        #expect(try await Original.newest.up(ours).raised == nil)
    }

    @Test("10: duplicate session ids are a refusal, not a stamp without a primary key", arguments: Engine.servers)
    func duplicateSessions(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine)
        let ours = try await source.copy(into: scratch)
        try SQL.execute(
            ours,
            "ALTER TABLE agno_sessions DROP \(engine.isMySQLFamily ? "INDEX" : "CONSTRAINT") agno_sessions_uq_session_id",
            "INSERT INTO agno_sessions (session_id, session_type, created_at) VALUES ('session-001', 'agent', 1)")
        let theirs = try scratch.copy(ours)
        #expect(try await Original.newest.up(theirs, target: "2.5.0").stamps["agno_sessions"] == "2.5.0")
        let sessions = try await manager(ours).up().table(.sessions)
        #expect(try sessions.outcome == .refused && sessions.to == version("2.3.0"))
        #expect(sessions.steps.last?.error?.rows.contains("session-001") == true)

        for location in [ours, theirs] {
            try SQL.execute(location, "DELETE FROM agno_sessions WHERE session_id = 'session-001' AND created_at = 1")
        }
        // The original has no way out of it; we have, for both.
        #expect(try await Original.newest.up(theirs, force: true).raised != nil)
        let straight = try await source.migratedByUs(into: scratch)
        for location in [ours, theirs] {
            #expect(try await manager(location).up().isSuccess)
            #expect(try await manager(location).verify().isVerified)
            #expect(try await Comparison.of(location, straight, .up).differences == [])
        }
    }

    @Test(
        "16: the way back of owned metrics, which the original stamps and does not go, is gone, and back",
        arguments: Engine.servers)
    func ownedMetrics(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine)
        let ours = try await source.migratedByUs(into: scratch)
        try SQL.execute(
            ours,
            "UPDATE agno_metrics SET user_id = 'ana' WHERE id = (SELECT id FROM (SELECT MIN(id) AS id FROM agno_metrics) m)"
        )
        let theirs = try scratch.copy(ours)
        let original = try await Original.newest.down(theirs, target: "2.0.0", table: "metrics")
        #expect(original.raised == nil && original.stamps["agno_metrics"] == (engine.skipsMemories ? "3.0.0" : "2.0.0"))
        #expect(try SQL.columns(of: "agno_metrics", in: theirs).contains("user_id"))
        let before = try await Original.newest.read(ours, into: scratch)
        #expect(try await manager(ours).down(table: .metrics, target: .baseline).isSuccess)
        #expect(try SQL.stamps(in: ours)["agno_metrics"] == "2.0.0")
        #expect(try !SQL.columns(of: "agno_metrics", in: ours).contains("user_id"))
        #expect(try await manager(ours).up().isSuccess)
        #expect(try await Comparison.of(before, Original.newest.read(ours, into: scratch), nil).differences == [])
        // And the original's stamp does not deceive us.
        #expect(try await manager(theirs).up().isSuccess)
        #expect(try await Comparison.of(ours, theirs, nil).differences == [])
    }

    @Test("21: times as text stop the original; they become epoch seconds", arguments: Engine.servers)
    func textTimes(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_5_17, engine: engine, isOdd: true, abortRows: "odd-text-times")
        let ours = try await source.copy(into: scratch)
        let original = try await Original.newest.up(scratch.copy(ours))
        #expect(original.raised != nil && original.stamps["agno_sessions"] != "3.0.0")
        #expect(try await manager(ours).up().isSuccess)
        let query =
            "SELECT created_at FROM agno_runs WHERE run_id IN ('odd-time-utc', 'odd-time-offset', 'odd-time-local', 'odd-time-space')"
        #expect(try SQL.column(ours, query) == Array(repeating: 1_704_067_200, count: 4))
        #expect(try SQL.column(ours, "SELECT COUNT(*) FROM agno_runs WHERE session_id = 'odd-text-times'") == [6])
        #expect(try await manager(ours).verify().isVerified)
    }

    @Test(
        "22: JSON that jsonb cannot hold refuses its table with the rows, and the other tables are migrated",
        arguments: ["odd-nul", "odd-surrogate"], Engine.postgresqls)
    func unstorable(_ row: String, _ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine, isOdd: true, abortRows: row)
        let ours = try await source.copy(into: scratch)
        let original = try await Original.newest.up(scratch.copy(ours))
        #expect(original.raised != nil && original.raised?.contains("session_id") == false)
        #expect(original.stamps["agno_metrics"] == nil)
        let report = try await manager(ours).up()
        let sessions = try report.table(.sessions)
        #expect(sessions.outcome == .refused && sessions.steps.last?.error?.rows == [row])
        #expect(try report.table(.metrics).outcome == .migrated)
        try SQL.execute(ours, "DELETE FROM agno_sessions WHERE session_id = '\(row)'")
        #expect(try await manager(ours).up().isSuccess)
        let without = try await Source(release: .v2_0_11, engine: engine, isOdd: true).migratedByUs(into: scratch)
        #expect(try await Comparison.of(without, ours, nil).differences == [])
    }

    @Test("rows that stop the original stop neither the other rows nor the other tables", arguments: Engine.servers)
    func abortingRows(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_5_17, engine: engine, isOdd: true, abortRows: "all")
        let ours = try await source.copy(into: scratch)
        let original = try await Original.newest.up(scratch.copy(ours))
        #expect(original.raised != nil && original.stamps["agno_sessions"] != "3.0.0")
        let report = try await manager(ours).up()
        let sessions = try report.table(.sessions)
        #expect(sessions.outcome == .migrated && sessions.to == .latest)
        #expect(
            Set(sessions.quarantineLines).isSuperset(of: [
                "odd-bad-inner-text: not_json", "odd-empty-inner-text: not_json", "odd-number: not_a_list",
                "odd-number-twice: not_a_list", "odd-true: not_a_list", "odd-object-id[0]: unusable_run_id",
            ]))
        // Two run ids that differ only in their case are one id there.
        #expect(sessions.quarantined == 14 + 6 + (engine.isMySQLFamily ? 1 : 0))
        if !engine.isMySQLFamily { #expect(try report.table(.schedules).outcome == .refused) }
        let without = try await Source(release: .v2_5_17, engine: engine, isOdd: true).migratedByUs(into: scratch)
        let comparison = try await Comparison.of(
            without, ours, nil,
            except: [
                "^tables > (agno_sessions|agno_runs) > rows > [^>]+: only in B", "^tables > agno_schedules > ",
                "^stamps > agno_schedules: \"3.0.0\" != \"2.5.6\"$",
            ])
        #expect(comparison.differences == [])
    }
}
