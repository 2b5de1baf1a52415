import AgnoMigrate
import Testing

@Suite("The original's defects with runs")
struct RunsDefectTests {
    private let plain = Source(release: .v2_0_11)

    /// A database of 2.0.11 with one more session, whose run list is given as plain JSON.
    private func file(runs: String, on engine: Engine = .sqlite, in scratch: Scratch) async throws -> String {
        let file = try await Source(release: .v2_0_11, engine: engine).copy(into: scratch)
        try SQL.execute(
            file,
            """
            INSERT INTO agno_sessions (session_id, session_type, user_id, session_data, created_at, updated_at, runs)
            VALUES ('s', 'agent', 'ana', '"{}"', 1, 1, '\(runs)')
            """)
        return file
    }

    @Test("5: down keeps the elements that never became rows", arguments: Engine.kinds)
    func downKeepsElements(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let list = #"[{"run_id": "r1", "n": 1}, {"x": 1}, "s", {"run_id": "r1", "n": 2}, {"run_id": "session-000-r0"}]"#
        let file = try await file(runs: list, on: engine, in: scratch)
        let theirs = try scratch.copy(file, as: "theirs.db")
        _ = try await Original.newest.up(theirs)
        _ = try await Original.newest.down(theirs, target: "2.0.0")
        // MySQL keeps rows in the order of their keys, so the run of two sessions is this one's there.
        #expect(try RunLists.runIDs(theirs, "s") == (engine.isMySQLFamily ? ["r1", "session-000-r0"] : ["r1"]))

        let before = try RunLists.read(file)
        #expect(try await manager(file).up().table(.sessions).quarantined == 4)
        let plan = try await manager(file).plan(.down, target: .baseline)
        #expect(plan.losses == [])
        #expect(try await manager(file).down(target: .baseline).isSuccess)
        #expect(try RunLists.read(file) == before)
        #expect(try RunLists.runIDs(file, "s") == ["r1", nil, nil, "r1", "session-000-r0"])
    }

    @Test("5: down knows a run again whose id is a number, however it is spelt")
    func numbersAsIDs() async throws {
        let scratch = try Scratch()
        let list =
            #"[{"run_id": 1e5}, {"run_id": 18446744073709551616}, {"run_id": 1.50}, {"run_id": -0}, {"run_id": true}, "#
            + #"{"run_id": 0.30000000000000004}, {"run_id": 1e400}, {"run_id": 12345678901234567890.0}]"#
        let file = try await file(runs: list, in: scratch)
        let before = try RunLists.read(file)
        #expect(try await manager(file).up().table(.sessions).quarantined == 0)
        #expect(
            try SQL.column(file, "SELECT run_id FROM agno_runs WHERE session_id = 's' ORDER BY run_index") == [
                "100000.0", "18446744073709551616", "1.5", "0", "1", "0.30000000000000004", "1e400",
                "1.2345678901234567e+19",
            ])
        #expect(try await manager(file).down(target: .baseline).isSuccess)
        #expect(try RunLists.read(file) == before)
    }

    @Test("5: down keeps an element whose id belongs to another session, also when that session is gone")
    func downKeepsElementsOfOthers() async throws {
        let scratch = try Scratch()
        let file = try await file(runs: #"[{"run_id": "gone"}, {"run_id": "session-000-r0", "n": 1}]"#, in: scratch)
        #expect(try await manager(file).up().isSuccess)
        try SQL.execute(
            file, "DELETE FROM agno_runs WHERE session_id = 'session-000' OR run_id = 'gone'",
            "DELETE FROM agno_sessions WHERE session_id = 'session-000'")
        #expect(try await manager(file).down(target: .baseline).isSuccess)
        #expect(try RunLists.runIDs(file, "s") == ["session-000-r0"])
    }

    @Test(
        "6: a run that was deleted after the migration does not come back when the step runs again",
        arguments: Engine.kinds)
    func deletedRunsStayDeletedUp(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let plain = Source(release: .v2_0_11, engine: engine)
        let ours = try await plain.migratedByUs(into: scratch)
        let theirs = try await plain.migratedByOriginal(into: scratch)
        for file in [ours, theirs] {
            try SQL.execute(
                file, "DELETE FROM agno_runs WHERE run_id = 'session-000-r0'",
                "UPDATE agno_schema_versions SET version = '2.5.6' WHERE table_name = 'agno_sessions'")
        }
        let query = "SELECT COUNT(*) FROM agno_runs WHERE run_id = 'session-000-r0'"
        let again = try await Original.newest.up(theirs)
        if engine == .mariadb {
            // There it cannot run the step twice: it takes the column of a table that it did not make for a text.
            #expect(again.raised?.contains("dict can not be used as parameter") == true)
        } else {
            #expect(try SQL.column(theirs, query) == [1])
        }
        #expect(try await manager(ours).up().isSuccess)
        #expect(try SQL.column(ours, query) == [0])
        #expect(try await manager(ours).up(force: true).isSuccess)
        #expect(try SQL.column(ours, query) == [0])
        #expect(try SQL.stamps(in: ours)["agno_sessions"] == "3.0.0")
        #expect(try await manager(ours).verify().isVerified)
    }

    @Test("6: a session whose runs were all deleted has none after down", arguments: Engine.kinds)
    func deletedRunsStayDeletedDown(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let plain = Source(release: .v2_0_11, engine: engine)
        let ours = try await plain.migratedByUs(into: scratch)
        let theirs = try await plain.migratedByOriginal(into: scratch)
        for file in [ours, theirs] { try SQL.execute(file, "DELETE FROM agno_runs WHERE session_id = 'session-003'") }
        #expect(try RunLists.runIDs(ours, "session-003").count == 4)
        _ = try await Original.newest.down(theirs, target: "2.0.0")
        #expect(try RunLists.runIDs(theirs, "session-003").count == 4)
        #expect(try await manager(ours).down(target: .baseline).isSuccess)
        #expect(try SQL.column(ours, "SELECT runs FROM agno_sessions WHERE session_id = 'session-003'") == [nil])
        #expect(try RunLists.runIDs(ours, "session-002").count == 3)
    }

    @Test("7: clean-up drops the backup column once every element is known to be elsewhere", arguments: Engine.allCases)
    func cleanup(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let plain = Source(release: .v2_0_11, engine: engine)
        let ours = try await plain.migratedByUs(into: scratch)
        let theirs = try await plain.migratedByOriginal(into: scratch)
        #expect(try await Original.newest.cleanup(theirs).raised != nil)
        let before = try await Original.newest.read(ours, into: scratch)
        let report = try await manager(ours).cleanup()
        #expect(report.outcome == .dropped && report.uncovered == 0 && report.deletedSince == 0)
        #expect(try SQL.column(ours, "SELECT COUNT(*) FROM agno_runs") == [.integer(report.covered)])
        #expect(try !SQL.columns(of: "agno_sessions", in: ours).contains("runs"))
        #expect(try await manager(ours).verify().isVerified)
        #expect(try await manager(ours).up().changed == [])
        let after = try await Original.newest.read(ours, into: scratch)
        #expect(try await Comparison.of(before, after, nil).differences == [])
    }

    @Test("7: clean-up lists what is nowhere else, and drops it only when told to", arguments: Engine.kinds)
    func cleanupRefuses(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine, isOdd: true)
        let ours = try await source.migratedByUs(into: scratch)
        let before = try DatabaseState(ours)
        let report = try await manager(ours).cleanup()
        #expect(report.outcome == .refused && report.error?.code == .dataLoss)
        // Where ids are equal in any case, the second of two has no row either.
        let folded = engine.isMySQLFamily ? ["odd-case"] : []
        #expect(report.uncovered == 14 + folded.count)
        #expect(
            Set(report.uncoveredRows.map(\.key))
                == Set(
                    [
                        "odd-without-id", "odd-elements", "odd-object", "odd-object-once", "odd-duplicates",
                        "odd-elsewhere-2",
                    ] + folded))
        #expect(try DatabaseState(ours) == before)
        #expect(try await manager(ours).cleanup(allowDataLoss: true).outcome == .dropped)
        #expect(try !SQL.columns(of: "agno_sessions", in: ours).contains("runs"))
    }

    @Test(
        "19: one run list that cannot be read stops neither its table nor those after it",
        arguments: [
            ("[{bad", Engine.sqlite), ("", .sqlite), (#""[{bad""#, .postgresql), (#""""#, .postgresql),
            (#""[{bad""#, .postgresqlAsync),
        ] + Engine.mysqlFamily.map { (#""[{bad""#, $0) })
    func malformedList(_ text: String, _ engine: Engine) async throws {
        let scratch = try Scratch()
        let plain = Source(release: .v2_0_11, engine: engine)
        let file = try await file(runs: text, on: engine, in: scratch)
        let theirs = try scratch.copy(file, as: "theirs.db")
        let outcome = try await Original.newest.up(theirs)
        #expect(outcome.raised != nil && outcome.raised?.contains("'s'") == false)
        #expect(outcome.stamps["agno_sessions"] != "3.0.0" && outcome.stamps["agno_memories"] == "3.0.0")
        #expect(outcome.stamps["agno_metrics"] == nil)

        let report = try await manager(file).up()
        #expect(report.isSuccess)
        #expect(try report.table(.sessions).quarantineLines == ["s: not_json"])
        #expect(try SQL.column(file, "SELECT runs FROM agno_sessions WHERE session_id = 's'") == [.text(text)])
        let straight = try await plain.migratedByUs(into: scratch, as: "straight.db")
        let comparison = try await Comparison.of(
            straight, file, nil, except: ["^tables > agno_sessions > rows > s: only in B"])
        #expect(comparison.differences == [])
    }

    @Test("20: what becomes no row is counted and listed, and stays where it is", arguments: Engine.kinds)
    func silentDrops(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let file = try await file(runs: #"{"run_id": "r1"}"#, on: engine, in: scratch)
        let theirs = try scratch.copy(file, as: "theirs.db")
        #expect(try await Original.newest.up(theirs).raised == nil)
        #expect(try SQL.column(theirs, "SELECT COUNT(*) FROM agno_runs WHERE session_id = 's'") == [0])
        let sessions = try await manager(file).up().table(.sessions)
        #expect(sessions.outcome == .migrated && sessions.quarantined == 1)
        #expect(sessions.quarantineLines == ["s: not_a_list"])
        let moved = try SQL.column(file, "SELECT COUNT(*) FROM agno_runs")
        #expect(try [.integer(sessions.step("3.0.0").rows)] == moved)
        #expect(try SQL.column(file, "SELECT runs FROM agno_sessions WHERE session_id = 's'") == [#"{"run_id": "r1"}"#])
    }

    @Test("36: a sessions table that lacks a column is migrated all the same", arguments: Engine.kinds)
    func missingColumn(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let plain = Source(release: .v2_0_11, engine: engine)
        let file = try await plain.copy(into: scratch)
        try SQL.execute(file, "ALTER TABLE agno_sessions DROP COLUMN summary")
        let theirs = try scratch.copy(file, as: "theirs.db")
        let outcome = try await Original.newest.up(theirs)
        #expect(outcome.raised != nil && outcome.stamps["agno_sessions"] == nil)
        let report = try await manager(file).up()
        #expect(report.isSuccess)
        #expect(try report.table(.sessions).to == .latest)
        let straight = try await plain.migratedByUs(into: scratch, as: "straight.db")
        let query = "SELECT run_id, session_id, run_data FROM agno_runs ORDER BY run_id"
        #expect(try SQL.rows(file, query) == SQL.rows(straight, query))
        // It was no table as Agno makes it: that is repaired, and said.
        #expect(try report.table(.sessions).repaired == ["added column summary"])
        let sessions = try #require(try await manager(file).verify().tables.first { $0.type == .sessions })
        #expect(sessions.mismatches == [])
    }
}
