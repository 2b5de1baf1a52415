import AgnoMigrate
import Testing

@Suite("Rows that make the original abort")
struct AbortingRowsTests {
    private static let sessions: [String: String] = [
        "odd-bad-text": "odd-bad-text: not_json", "odd-bad-inner-text": "odd-bad-inner-text: not_json",
        "odd-empty-text": "odd-empty-text: not_json", "odd-empty-inner-text": "odd-empty-inner-text: not_json",
        "odd-number": "odd-number: not_a_list", "odd-number-twice": "odd-number-twice: not_a_list",
        "odd-true": "odd-true: not_a_list", "odd-byte-order-mark": "odd-byte-order-mark: not_json",
        "odd-control-character": "odd-control-character: not_json", "odd-not-utf8": "odd-not-utf8[0]: unusable_run_id",
        "odd-object-id": "odd-object-id[0]: unusable_run_id",
        "odd-surrogate-id": "odd-surrogate-id[0]: unusable_run_id",
    ]

    @Test("stop neither the other rows nor the other tables", arguments: Release.promised)
    func othersGoOn(_ release: Release) async throws {
        let scratch = try Scratch()
        let source = Source(release: release, isOdd: true, abortRows: "all")
        let theirs = try await source.copy(into: scratch, as: "theirs.db")
        let file = try scratch.copy(theirs, as: "ours.db")
        let original = try await Original.newest.up(theirs)
        #expect(original.raised != nil && original.stamps["agno_sessions"] != "3.0.0")

        let report = try await manager(file).up()
        let sessions = try report.table(.sessions)
        #expect(sessions.outcome == .migrated && sessions.to == .latest)
        let found = Set(sessions.quarantineLines)
        #expect(found.isSuperset(of: Self.sessions.values))
        #expect(sessions.quarantined == 14 + Self.sessions.count)

        let schedules = try report.table(.schedules)
        if release == .v2_5_17 {
            #expect(!report.isSuccess)
            #expect(try schedules.outcome == .refused && schedules.to == version("2.5.6"))
            let error = try #require(try schedules.step("3.0.0").error)
            #expect(error.code == .duplicateValues)
            #expect(error.rows == ["odd-duplicate-name-1", "odd-duplicate-name-2"])
            #expect(error.message.contains("agno_schedules") && error.message.contains("name"))
        } else {
            #expect(report.isSuccess && schedules.outcome == .absent)
        }
        for table in report.tables where ![.absent, .refused].contains(table.outcome) && table.type != .culture {
            #expect(table.to == .latest, "\(table.name)")
        }

        // What the aborting rows have nothing to do with is as without them.
        let without = try await Source(release: release, isOdd: true).migratedByUs(into: scratch, as: "without.db")
        let comparison = try await Comparison.of(
            without, file, nil,
            except: [
                "^tables > (agno_sessions|agno_runs) > rows > [^>]+: only in B", "^tables > agno_schedules > ",
                "^stamps > agno_schedules: \"3.0.0\" != \"2.5.6\"$",
            ])
        #expect(comparison.differences == [])
        // The values that abort the original only for their kind make rows.
        #expect(
            try SQL.column(file, "SELECT run_id FROM agno_runs WHERE session_id = 'odd-huge-id'").count == 1
                && SQL.column(file, "SELECT agent_id FROM agno_runs WHERE run_id = 'odd-z4'") == [nil]
                && SQL.column(file, "SELECT typeof(created_at) FROM agno_runs WHERE run_id = 'odd-z5'") == ["integer"])
    }

    @Test("are migrated by the same command once they are put right")
    func putRight() async throws {
        let scratch = try Scratch()
        let file = try await Source(release: .v2_5_17, isOdd: true, abortRows: "all").copy(into: scratch)
        #expect(try await !manager(file).up().isSuccess)
        try SQL.execute(
            file, "DELETE FROM agno_schedules WHERE id = 'odd-duplicate-name-2'",
            "UPDATE agno_sessions SET runs = '[{\"run_id\": \"mended\"}]' WHERE session_id = 'odd-bad-text'")
        #expect(try await manager(file).verify().isVerified == false)
        let report = try await manager(file).up(force: true)
        #expect(report.isSuccess)
        #expect(try report.table(.schedules).to == .latest)
        #expect(try SQL.column(file, "SELECT session_id FROM agno_runs WHERE run_id = 'mended'") == ["odd-bad-text"])
        #expect(try await manager(file).verify().isVerified)
    }

    @Test("stay where they are on the way down, also where the application has added runs since")
    func down() async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, isOdd: true, abortRows: "all")
        let before = try await source.copy(into: scratch, as: "before.db")
        try SQL.execute(before, "UPDATE agno_sessions SET runs = x'ff00' WHERE session_id = 'odd-empty-text'")
        let untouched = try scratch.copy(before, as: "untouched.db")
        let file = try scratch.copy(before)
        for copy in [file, untouched] { #expect(try await manager(copy).up().isSuccess) }
        #expect(try await manager(untouched).down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try RunLists.read(untouched) == RunLists.read(before))
        let bytes = "SELECT runs FROM agno_sessions WHERE session_id = 'odd-not-utf8'"
        #expect(try SQL.column(untouched, bytes) == SQL.column(before, bytes))

        let changed = ["odd-bad-text", "odd-empty-text", "odd-not-utf8"]
        for session in changed {
            try SQL.execute(
                file,
                """
                INSERT INTO agno_runs (run_id, session_id, run_type, run_index, run_data, created_at, updated_at)
                VALUES ('new-\(session)', '\(session)', 'agent', 0, '{"run_id": "new-\(session)"}', 1, 1)
                """)
        }
        #expect(try await manager(file).down(target: .baseline, allowDataLoss: true).isSuccess)
        let (found, expected) = (try RunLists.read(file), try RunLists.read(before))
        for (session, list) in expected where !changed.contains(session) {
            #expect(found[session] == list, "\(session)")
        }
        #expect(try RunLists.runIDs(file, "odd-bad-text") == ["new-odd-bad-text"])
        #expect(try RunLists.runIDs(file, "odd-empty-text") == ["new-odd-empty-text"])
        let joined = #"[{"run_id": "odd-z3", "content": ""#.utf8 + [0xff] + #""}, {"run_id": "new-odd-not-utf8"}]"#.utf8
        #expect(try SQL.column(file, bytes) == [.blob(Array(joined))])
        // What the new runs took the place of is in the journal, bytes as a literal.
        let archived = try SQL.rows(
            file, "SELECT row_key, payload FROM agno_migration_journal WHERE code = 'unreadable_runs' ORDER BY row_key")
        #expect(archived == [["odd-bad-text", "[{bad"], ["odd-empty-text", "x'ff00'"]])
    }
}
