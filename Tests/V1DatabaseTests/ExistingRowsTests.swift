import AgnoMigrate
import Testing

/// Who wins where the target has the row already.
@Suite struct ExistingRowsTests {
    private func place(_ engine: Engine) throws -> TestPlace {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        return place
    }

    private func state(_ place: TestPlace) throws -> [String] {
        try place.texts(
            "SELECT r.session_id, r.run_id, s.updated_at FROM \(place.name("agno_runs")) r JOIN \(place.name("agno_sessions")) s ON s.session_id = r.session_id ORDER BY 1, 2"
        )
    }

    @Test("What v1 wrote since is taken over", arguments: Engine.allCases)
    func v1WroteSinceTaken(engine: Engine) async throws {
        let place = try place(engine)
        for key in ["a", "b", "c"] { try V1Rows.addSession(key, in: place, runs: ["\(key)1"]) }
        _ = try await place.v1Import().run()
        try place.execute("DELETE FROM \(place.name("agent_sessions")) WHERE session_id = 'b'")
        try V1Rows.addSession("b", in: place, runs: ["b1", "b2"], updatedAt: 1_700_000_200)
        try V1Rows.addSession("d", in: place, runs: ["d1"])
        let report = try await place.v1Import().run()
        #expect(report.tables[0].written == 2 && report.tables[0].alreadyThere == 2)
        #expect(
            try state(place) == [
                "a|a1|1700000100", "b|b1|1700000200", "b|b2|1700000200", "c|c1|1700000100", "d|d1|1700000100",
            ])
    }

    @Test("A change within the second of the last one is seen", arguments: Engine.allCases)
    func changeWithinSecondLast(engine: Engine) async throws {
        let place = try place(engine)
        try V1Rows.addSession("a", in: place, runs: ["a1"])
        _ = try await place.v1Import().run()
        try place.execute("DELETE FROM \(place.name("agent_sessions"))")
        try V1Rows.addSession("a", in: place, runs: ["a1", "a2"])
        #expect(try await place.v1Import().run().tables[0].written == 1)
        #expect(try state(place) == ["a|a1|1700000100", "a|a2|1700000100"])
    }

    @Test(
        "A session that was used since keeps its fields, unless v1 shall win, and the runs of both",
        arguments: Engine.allCases)
    func sessionUsedSinceStays(engine: Engine) async throws {
        let place = try place(engine)
        try V1Rows.addSession("a", in: place, runs: ["a1"])
        _ = try await place.v1Import().run()
        let sessions = place.name("agno_sessions")
        try place.execute(
            "UPDATE \(sessions) SET updated_at = 1700000900",
            "INSERT INTO \(place.name("agno_runs")) (run_id, session_id, run_type, run_data, created_at) VALUES ('new', 'a', 'agent', '{}', 5)"
        )
        let again = try await place.v1Import().run()
        #expect(again.tables[0].alreadyThere == 1 && again.warnings == [], "v1 has nothing new")
        try place.execute("DELETE FROM \(place.name("agent_sessions"))")
        try V1Rows.addSession("a", in: place, runs: ["a1", "a2"], updatedAt: 1_700_000_500)
        let newer = try await place.v1Import().run()
        #expect(newer.tables[0].alreadyThere == 1 && newer.tables[0].keptRows == 1 && newer.warnings.count == 1)
        #expect(newer.tables[0].addedRuns == 1 && newer.tables[0].keptRuns == 1)
        #expect(try state(place) == ["a|a1|1700000900", "a|a2|1700000900", "a|new|1700000900"])
        let forced = try await place.v1Import().run(overwrite: true)
        #expect(forced.tables[0].written == 1)
        #expect(try state(place) == ["a|a1|1700000500", "a|a2|1700000500", "a|new|1700000500"])
    }

    @Test("A session of which v1 does not say when it changed stays as the target has it", arguments: Engine.allCases)
    func sessionV1SayWhen(engine: Engine) async throws {
        let place = try place(engine)
        try V1Rows.addSession("a", in: place, runs: ["a1"], updatedAt: nil)
        _ = try await place.v1Import().run()
        try place.execute("DELETE FROM \(place.name("agent_sessions"))")
        try V1Rows.addSession("a", in: place, runs: ["a1", "a2"], updatedAt: nil)
        let report = try await place.v1Import().run()
        #expect(report.tables[0].alreadyThere == 1 && report.tables[0].keptRows == 1)
        #expect(try await place.v1Import().run(overwrite: true).tables[0].written == 1)
        #expect(try state(place) == ["a|a1|NULL", "a|a2|NULL"])
    }

    @Test("What the original left without runs gets them", arguments: Engine.allCases)
    func originalLeftWithoutRuns(engine: Engine) async throws {
        let place = try place(engine)
        try V1Rows.addSession("a", in: place, runs: ["a1"])
        _ = try await place.manager().makeSample(version: .latest, sessions: 0)
        try place.execute(
            "INSERT INTO \(place.name("agno_sessions")) (session_id, session_type, agent_id, user_id, created_at, updated_at) VALUES ('a', 'agent', 'a', 'u', 1700000000, 1700000100)"
        )
        #expect(try await place.v1Import().run().tables[0].written == 1)
        #expect(try state(place) == ["a|a1|1700000100"])
    }

    @Test("A row of another user, or a session of another kind, is never replaced", arguments: Engine.allCases)
    func rowAnotherUserSession(engine: Engine) async throws {
        let place = try place(engine)
        try V1Rows.addSession("a", in: place, runs: ["a1"], user: "mine")
        _ = try await place.v1Import().run()
        let before = try place.contents()
        try place.execute("UPDATE \(place.name("agent_sessions")) SET user_id = 'yours', updated_at = 1900000000")
        try V1Rows.makeTable("team_sessions", in: place)
        try V1Rows.addSession(
            "a", in: place, table: "team_sessions", runs: ["t1"], user: "mine", updatedAt: 1_900_000_000)
        let report = try await place.v1Import().run(overwrite: true)
        #expect(report.tables.map(\.quarantined) == [1, 1])
        #expect(report.tables.flatMap(\.quarantinedRows).map(\.reason) == ["other_user", "id_taken"])
        #expect(try place.contents()["agno_sessions"] == before["agno_sessions"])
        #expect(try place.contents()["agno_runs"] == before["agno_runs"])
    }

    /// MySQL's collation takes them for one in the v1 table already.
    @Test(
        "Two v1 ids that look alike without their control characters stay two sessions",
        arguments: Engine.allCases.filter { $0 != .mysql })
    func twoV1IdsLook(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("a\u{1}b", in: place, runs: ["first"], updatedAt: 1_700_000_100)
        for number in 0..<100 { try V1Rows.addSession("aa\(number)", in: place) }
        try V1Rows.addSession("ab", in: place, runs: ["second"], updatedAt: 1_700_000_900)
        for overwrite in [false, true] {
            let report = try await place.v1Import { $0.batchBytes = 1000 }.run(overwrite: overwrite)
            #expect(report.isSuccess && report.tables[0].read == 102)
            #expect(try place.texts("SELECT COUNT(*) FROM \(place.name("agno_runs"))") == ["2"])
        }
    }

    @Test("Memories follow the same rules", arguments: Engine.withMemories)
    func memoriesFollowSameRules(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("memories", in: place)
        let table = place.name("memories")
        let memory = #"{"memory": "likes tea", "topics": ["drink"], "input": "I like tea"}"#
        try place.execute(
            "INSERT INTO \(table) (id, user_id, memory, created_at, updated_at) VALUES ('m', 'u', '\(memory)', '2025-07-01 08:00:00', '2025-07-02 09:10:11')"
        )
        #expect(try await place.v1Import().run().tables[0].written == 1)
        let row = "SELECT memory_id, memory, input, user_id, created_at, updated_at FROM \(place.name("agno_memories"))"
        #expect(try place.texts(row) == ["m|\"likes tea\"|I like tea|u|1751356800|1751447411"])
        #expect(try await place.v1Import().run().tables[0].alreadyThere == 1)
        try place.execute(
            "UPDATE \(table) SET memory = '{\"memory\": \"likes coffee\"}', updated_at = '2025-07-03 00:00:00'")
        #expect(try await place.v1Import().run().tables[0].written == 1)
        #expect(try place.texts(row) == ["m|\"likes coffee\"|NULL|u|1751356800|1751500800"])
    }
}
