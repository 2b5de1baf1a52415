import AgnoMigrate
import Testing

@Suite("A file with odd rows")
struct AcceptanceTests {
    @Test("migrates, is verified, and leaves nothing to do", arguments: Source.odd(Engine.kinds))
    func accepted(_ source: Source) async throws {
        let scratch = try Scratch()
        let file = try await source.copy(into: scratch)
        let manager = try manager(file)
        let report = try await manager.up()
        #expect(report.isSuccess)
        for table in report.tables where table.outcome != .absent && table.type != .culture {
            #expect(table.outcome == .migrated && table.to == .latest, "\(table.name)")
        }

        let after = try DatabaseState(file)
        #expect(after.companions == [])
        let verification = try await manager.verify()
        #expect(verification.isVerified)
        #expect(verification.tables.flatMap(\.mismatches) == [])
        #expect(try await !manager.plan().hasPendingWork)
        #expect(try await !manager.status().hasPendingWork)
        let second = try await manager.up()
        #expect(second.isSuccess)
        #expect(second.changed == [])
        #expect(second.changes == [])
        #expect(try DatabaseState(file) == after)
        // What could not be placed is told again, from the journal.
        #expect(try second.table(.sessions).quarantineLines == report.table(.sessions).quarantineLines)
    }

    @Test(
        "has every run element that could not be placed listed, and kept where it was",
        arguments: Source.odd(Engine.kinds))
    func runElements(_ source: Source) async throws {
        let scratch = try Scratch()
        let before = try await source.copy(into: scratch, as: "before.db")
        let after = try scratch.copy(before, as: "after.db")
        let sessions = try await manager(after).up().table(.sessions)
        // A server that compares ids by their letters has no place for two that differ in their case.
        let sameLetters: Set = source.engine.isMySQLFamily ? ["odd-case[1]: duplicate_run_id"] : []
        #expect(
            Set(sessions.quarantineLines)
                == sameLetters.union([
                    "odd-without-id[1]: missing_run_id", "odd-without-id[2]: missing_run_id",
                    "odd-elements[0]: not_an_object", "odd-elements[1]: not_an_object",
                    "odd-elements[2]: not_an_object",
                    "odd-elements[3]: not_an_object", "odd-elements[4]: not_an_object",
                    "odd-elements[5]: not_an_object",
                    "odd-elements[6]: not_an_object", "odd-elements[7]: missing_run_id", "odd-object: not_a_list",
                    "odd-object-once: not_a_list", "odd-duplicates[2]: duplicate_run_id",
                    "odd-elsewhere-2[1]: duplicate_run_id",
                ]))
        #expect(sessions.quarantined == 14 + sameLetters.count)
        let values =
            switch source.engine.kind {
            case .sqlite: "typeof(runs), hex(runs)"
            case .postgresql: "runs::jsonb"
            default: "runs"
            }
        let kept = "SELECT session_id, \(values) FROM agno_sessions ORDER BY session_id"
        #expect(try SQL.rows(after, kept) == SQL.rows(before, kept))
        #expect(try SQL.rows(after, kept).count > 55)
    }

    @Test(
        "has every learned entity that could not be decided listed",
        arguments: [Source(release: .v2_3_26, isOdd: true), Source(release: .v2_5_17, isOdd: true)])
    func learnings(_ source: Source) async throws {
        let scratch = try Scratch()
        let report = try await manager(source.copy(into: scratch)).up()
        let ana = "24d4b96f58da6d4a"
        #expect(
            try Set(report.table(.learnings).quarantineLines) == [
                "odd-malformed-entity: malformed", "odd-malformed-empty: malformed",
                "entity_user_person_odd-list: malformed", "entity_user_person_odd-text: malformed",
                "entity_user_person_odd-null: malformed", "entity_user_\(ana)_person_odd-conflict: malformed",
                "entity_user_\(ana)_person_odd-ck: contaminated_keyed",
                "entity_user_person_odd-unowned: unowned", "entity_user_person_odd-nobody: unowned",
                "entity_quarantined_user_person_odd-mixed_\(ana): contaminated",
                "entity_quarantined_user_person_odd-mixed-again: contaminated",
                "entity_user_person_odd-conflict: conflict", "entity_user_person_odd-failed: conflict",
            ])
        #expect(try report.table(.learnings).to == .latest)
    }
}
