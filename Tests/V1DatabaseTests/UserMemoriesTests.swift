import AgnoMigrate
import DatabaseAccess
import LosslessJSON
import MigrationCore
import Testing

/// Memories of users that stand in sessions, since 1.x was given no database for them.
@Suite struct UserMemoriesTests {
    private let tea =
        #"{"memory_id": "m1", "memory": "likes tea", "topics": ["drink"], "input": "I like tea", "last_updated": "2025-07-01T12:30:00.123456"}"#

    private func source(_ engine: Engine) throws -> TestPlace {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        return place
    }

    private func add(_ key: String, memory: String, user: String? = "u", in place: TestPlace) throws {
        try place.connected { connection in
            try V1Rows.insert(
                [
                    ("session_id", .text(key)), ("user_id", SQLValue(user)), ("memory", .text(memory)),
                    ("created_at", .integer(1_700_000_000)), ("updated_at", .integer(1_700_000_100)),
                    ("agent_id", .text("a")),
                ], into: "agent_sessions", connection)
        }
    }

    private func memories(_ place: TestPlace) throws -> [String] {
        try place.texts(
            "SELECT memory_id, memory, input, user_id, created_at, updated_at FROM \(place.name("agno_memories")) ORDER BY memory_id"
        )
    }

    @Test(
        "User memories inside sessions become memories with their ids, users, texts and times, once",
        arguments: Engine.allCases)
    func becomeMemoriesTheirIds(engine: Engine) async throws {
        let place = try source(engine)
        try add(
            "s", memory: #"{"memories": {"u": {"m1": \#(tea)}, "default": {"m2": {"memory": "no user"}}}, "runs": []}"#,
            in: place)
        try add("t", memory: #"{"memories": {"u": {"m1": \#(tea)}}, "runs": []}"#, in: place)
        try V1Rows.addSession("without", in: place, runs: ["r"])

        let looked = try await place.v1Import().run(dryRun: true)
        #expect(looked.tables[0].changes["brought_user_memories"] == 3 && looked.tables[0].written == 3)
        #expect(try place.contents()["agno_memories"] == nil)

        let first = try await place.v1Import().run()
        #expect(first.isSuccess && first.tables[0].written == 3 && first.tables[0].read == 3)
        #expect(first.tables[0].changes == looked.tables[0].changes)
        #expect(
            try memories(place) == [
                "m1|\"likes tea\"|I like tea|u|1751373000|1751373000", "m2|\"no user\"|NULL|default|1700000100|NULL",
            ])
        let topics = try place.texts("SELECT topics FROM \(place.name("agno_memories")) WHERE memory_id = 'm1'")
        #expect(try JSONValue(parsing: topics[0]) == ["drink"])
        let status = try await place.manager().status()
        #expect(
            status.tables.filter { $0.exists }.allSatisfy { $0.stamp == SchemaVersion.latest.description && $0.agrees })

        let before = try place.contents()
        let second = try await place.v1Import().run()
        #expect(second.isSuccess && second.tables[0].alreadyThere == 3)
        #expect(second.tables[0].changes["brought_user_memories"] == nil, "nothing was brought")
        #expect(try place.contents().differences(from: before) == [])
    }

    @Test(
        "User memories inside sessions are the newest that v1 has, and never take the place of what the target wrote since",
        arguments: Engine.allCases)
    func newestV1NeverTake(
        engine: Engine
    ) async throws {
        let place = try source(engine)
        func memory(_ text: String, _ time: String) -> String {
            #"{"memories": {"u": {"m": {"memory": "\#(text)", "last_updated": "\#(time)"}}}, "runs": []}"#
        }
        try add("a", memory: memory("old", "2025-07-01T00:00:00"), in: place)
        try add("b", memory: memory("new", "2025-07-03T00:00:00"), in: place)
        try add("c", memory: memory("older", "2025-07-02T00:00:00"), in: place)
        _ = try await place.v1Import().run()
        #expect(try memories(place) == ["m|\"new\"|NULL|u|1751328000|1751500800"])
        try place.execute("UPDATE \(place.name("agno_memories")) SET memory = '\"mine\"', updated_at = 1800000000")
        try add("d", memory: memory("newest", "2025-07-04T00:00:00"), in: place)
        let report = try await place.v1Import().run()
        #expect(report.isSuccess && report.tables[0].written == 1)
        #expect(try memories(place) == ["m|\"mine\"|NULL|u|1751328000|1800000000"])
        // With a session that stays as the target has it they stay too, and are counted.
        try place.execute(
            "UPDATE \(place.name("agno_sessions")) SET updated_at = 1800000000 WHERE session_id = 'd'",
            "UPDATE \(place.name("agent_sessions")) SET updated_at = 1750000000 WHERE session_id = 'd'")
        let kept = try await place.v1Import().run()
        #expect(kept.tables[0].keptRows == 1 && kept.tables[0].changes["left_user_memories"] == 1)
        // One that the application deleted does not come back with a session that is as it was.
        try place.execute("DELETE FROM \(place.name("agno_memories"))")
        _ = try await place.v1Import().run()
        #expect(try memories(place) == [])
    }

    @Test(
        "User memories inside sessions of the first generation belong to the user of their session, if it has one",
        arguments: Engine.allCases)
    func firstGenerationBelongUser(engine: Engine) async throws {
        let place = try source(engine)
        let list = #"[{"memory": "old one", "id": "x1", "topic": "t", "input": "i"}, {"memory": "no id"}]"#
        try add("a", memory: #"{"memories": \#(list), "messages": [], "runs": []}"#, in: place)
        try add("b", memory: #"{"user_id": "v", "memories": [{"memory": "of v"}]}"#, user: nil, in: place)
        try add("c", memory: #"{"memories": [{"memory": "nobody's"}]}"#, user: nil, in: place)
        let report = try await place.v1Import().run()
        #expect(report.isSuccess)
        #expect(report.tables[0].changes["brought_user_memories"] == 3)
        #expect(report.tables[0].changes["left_user_memories"] == 1)
        let found = try memories(place)
        #expect(found.contains("x1|\"old one\"|i|u|1700000100|NULL"))
        #expect(Set(found.map { String($0.drop { $0 != "|" }) }).contains("|\"of v\"|NULL|v|1700000100|NULL"))
        #expect(found.count == 3)
    }

    @Test(
        "User memories inside sessions that have no place are quarantined, and their session is written",
        arguments: Engine.allCases)
    func placeKeptTheirSession(engine: Engine) async throws {
        let source = try source(.sqlite)
        let target = try TestPlace(engine)
        _ = try await target.manager().makeSample(version: .latest, sessions: 0)
        try target.execute(
            "INSERT INTO \(target.name("agno_memories")) (memory_id, memory, user_id, created_at, updated_at) VALUES ('taken', '\"theirs\"', 'other', 1, 2)"
        )
        try add(
            "s",
            memory:
                #"{"memories": {"u": {"m1": \#(tea), "taken": {"memory": "mine"}, "empty": {"memory": ""}, "number": 17, "A1": {"memory": "one"}, "a1": {"memory": "two"}}, "v": [1]}}"#,
            in: source)
        // Only the server knows that there is no place for it.
        let long = String(repeating: "i", count: 70_000)
        try add("t", memory: #"{"memories": {"u": {"long": {"memory": "m", "input": "\#(long)"}}}}"#, in: source)
        var kept = [
            "s memory.memories[0][2] empty_memory", "s memory.memories[0][3] not_an_object",
            "s memory.memories[1] not_an_object", "s memory.memories[0][1] other_user",
        ]
        if engine.isMySQLFamily {
            kept += ["s memory.memories[0][5] id_taken", "t memory.memories[0][0] not_storable"]
        }
        for again in [false, true] {
            let report = try await source.v1Import(into: target).run()
            #expect(report.tables[0].error == nil && report.tables[0].written == (again ? 0 : 2))
            #expect(report.tables[0].quarantined == 0)
            let found = report.tables[0].quarantinedRows.map { "\($0.key) \($0.part ?? "-") \($0.reason)" }
            #expect(Set(found) == Set(kept) && found.count == kept.count)
            #expect(try target.contents()["agno_migration_quarantine"]?.count == kept.count)
        }
        // One is of the sample's own.
        let ids = try target.texts(
            "SELECT memory_id FROM \(target.name("agno_memories")) WHERE memory_id <> 'memory-0'"
        ).sorted()
        #expect(ids == (engine.isMySQLFamily ? ["A1", "m1", "taken"] : ["A1", "a1", "long", "m1", "taken"]))
        #expect(try target.texts("SELECT session_id FROM \(target.name("agno_sessions")) ORDER BY 1") == ["s", "t"])
    }

    @Test(
        "User memories inside sessions stay where they are beside a table of memories, of which they are copies",
        arguments: Engine.withMemories)
    func stayBesideTableMemories(engine: Engine) async throws {
        let place = try source(engine)
        try V1Rows.makeTable("memories", in: place)
        try add("s", memory: #"{"memories": {"u": {"m1": \#(tea)}}}"#, in: place)
        for tables in [V1Tables.discovered, V1Tables(agentSessions: ["agent_sessions"])] {
            let target = try TestPlace(engine)
            let report = try await place.v1Import(into: target).run(tables: tables)
            #expect(report.tables[0].changes["left_user_memories"] == 1 && report.isSuccess)
            #expect(try target.contents()["agno_memories"] ?? [] == [])
        }
    }

    @Test(
        "User memories inside sessions stay where they are when a table of memories was imported before",
        arguments: Engine.allCases)
    func stayWhenTableMemories(engine: Engine) async throws {
        let target = try TestPlace(engine)
        let memories = try TestPlace(.sqlite)
        try V1Rows.makeTable("memories", in: memories)
        try memories.execute(
            "INSERT INTO memories (id, memory, created_at) VALUES ('x', '{\"memory\": \"x\"}', '2025-07-01 08:00:00')")
        _ = try await memories.v1Import(into: target).run()
        let source = try source(engine)
        try add("s", memory: #"{"memories": {"u": {"m1": \#(tea)}}}"#, in: source)
        let report = try await source.v1Import(into: target).run()
        #expect(report.tables[0].changes["left_user_memories"] == 1 && report.isSuccess)
        #expect(try target.contents()["agno_memories"]?.count == 1)
    }

    @Test(
        "User memories inside sessions go into a table of an older version as it reads them", arguments: Engine.allCases
    )
    func goTableOlderVersion(engine: Engine) async throws {
        let place = try source(engine)
        _ = try await place.manager().makeSample(version: .baseline, sessions: 0)
        try add("s", memory: #"{"memories": {"u": {"m1": \#(tea)}}}"#, in: place)
        #expect(try await place.v1Import().run().isSuccess)
        #expect(try await place.manager().up().isSuccess)
        #expect(
            try place.texts(
                "SELECT memory_id, memory, user_id, updated_at FROM \(place.name("agno_memories")) WHERE memory_id = 'm1'"
            )
                == ["m1|\"likes tea\"|u|1751373000"])
    }
}
