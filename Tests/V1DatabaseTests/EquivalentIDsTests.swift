import AgnoMigrate
import Testing

/// Ids of the same characters in other bytes: one for Swift's strings, two for these servers.
@Suite struct EquivalentIDsTests {
    private static let engines: [Engine] = [.sqlite, .postgresql]
    private static let ids = ["caf\u{E9}", "cafe\u{301}"]

    private func count(_ what: String, _ table: String, in place: TestPlace) throws -> [String] {
        try place.texts("SELECT COUNT(*), COUNT(DISTINCT \(what)) FROM \(place.name(table))")
    }

    @Test("Sessions stay two, in the same import and beside one of the application", arguments: engines)
    func sessions(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        for (number, id) in Self.ids.enumerated() {
            try V1Rows.addSession(id, in: place, runs: ["r\(number)"], content: "of \(number)")
        }
        let looked = try await place.v1Import().run(dryRun: true)
        #expect(looked.tables[0].written == 2 && looked.isSuccess)
        for again in [false, true] {
            let report = try await place.v1Import().run()
            #expect(report.isSuccess && report.tables[0].written == (again ? 0 : 2))
            #expect(try count("session_id", "agno_sessions", in: place) == ["2|2"])
            #expect(try count("session_id", "agno_runs", in: place) == ["2|2"])
        }

        let beside = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: beside)
        _ = try await beside.manager().makeSample(version: .latest, sessions: 0)
        try beside.execute(
            "INSERT INTO \(beside.name("agno_sessions")) (session_id, session_type, agent_id, user_id, created_at, updated_at) VALUES ('\(Self.ids[0])', 'agent', 'own', 'u', 5, 6)"
        )
        try V1Rows.addSession(Self.ids[1], in: beside, runs: ["r"])
        #expect(try await beside.v1Import().run(overwrite: true).isSuccess)
        #expect(
            try beside.texts("SELECT agent_id FROM \(beside.name("agno_sessions")) ORDER BY 1") == ["a", "own"])
    }

    @Test(
        "Runs stay two, of one session or of two, and none gets a new id", arguments: engines,
        ["2.5.6", SchemaVersion.latest.description])
    func runs(engine: Engine, version: String) async throws {
        let place = try TestPlace(engine)
        _ = try await place.manager().makeSample(version: #require(SchemaVersion(version)), sessions: 0)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("both", in: place, runs: Self.ids)
        for (session, id) in zip(["one", "two"], ["\u{E4}", "a\u{308}"]) {
            try V1Rows.addSession(session, in: place, runs: [id])
        }
        let report = try await place.v1Import().run()
        #expect(report.isSuccess && report.tables[0].renamedRuns == 0)
        #expect(try await place.manager().up().isSuccess)
        #expect(try count("run_id", "agno_runs", in: place) == ["4|4"])
    }

    @Test("Memories stay two, in a table and inside sessions", arguments: engines)
    func memories(engine: Engine) async throws {
        let tables = try TestPlace(engine)
        try V1Rows.makeTable("memories", in: tables)
        for id in Self.ids {
            try tables.execute(
                "INSERT INTO \(tables.name("memories")) (id, user_id, memory, created_at) VALUES ('\(id)', 'u', '{\"memory\": \"tea\"}', '2025-07-01 08:00:00')"
            )
        }
        let sessions = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: sessions)
        let memories = Self.ids.map { #""\#($0)": {"memory": "tea"}"# }.joined(separator: ", ")
        try sessions.execute(
            "INSERT INTO \(sessions.name("agent_sessions")) (session_id, agent_id, memory) VALUES ('s', 'a', '{\"memories\": {\"u\": {\(memories)}}}')"
        )
        for place in [tables, sessions] {
            #expect(try await place.v1Import().run().isSuccess)
            #expect(try count("memory_id", "agno_memories", in: place) == ["2|2"])
        }
    }

    @Test("A user is another one", arguments: engines)
    func users(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("s", in: place, runs: ["r"], user: Self.ids[0])
        _ = try await place.v1Import().run()
        try place.execute(
            "UPDATE \(place.name("agent_sessions")) SET user_id = '\(Self.ids[1])', updated_at = 1900000000")
        let report = try await place.v1Import().run(overwrite: true)
        #expect(report.tables[0].quarantinedRows.map(\.reason) == ["other_user"])
    }

    @Test("Tables are two, discovered or named", arguments: engines)
    func tables(engine: Engine) async throws {
        let source = try TestPlace(engine)
        for (number, name) in Self.ids.enumerated() {
            try V1Rows.makeTable("agent_sessions", in: source, named: name)
            try V1Rows.addSession("s\(number)", in: source, table: name, runs: ["r\(number)"])
        }
        for tables in [V1Tables(), V1Tables(agentSessions: Self.ids)] {
            let target = try TestPlace(.sqlite)
            let report = try await source.v1Import(into: target).run(tables: tables)
            #expect(report.isSuccess && report.tables.map(\.written) == [1, 1])
            #expect(try count("session_id", "agno_sessions", in: target) == ["2|2"])
        }
    }
}
