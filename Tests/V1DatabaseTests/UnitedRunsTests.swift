import AgnoMigrate
import LosslessJSON
import Testing

/// Sessions that v1 and the target have, each with runs that the other one lacks.
@Suite struct UnitedRunsTests {
    private static let older = ["2.0.0", "2.5.6"]
    private static let newest = SchemaVersion.latest.description
    private static let versions = Engine.allCases.flatMap { engine in (older + [newest]).map { (engine, $0) } }
    private static let lists = Engine.allCases.flatMap { engine in older.map { (engine, $0) } }

    /// A target of a version with a table of v1 beside it.
    private func place(_ engine: Engine, _ version: String) async throws -> TestPlace {
        let place = try TestPlace(engine)
        _ = try await place.manager().makeSample(version: #require(SchemaVersion(version)), sessions: 0)
        try V1Rows.makeTable("agent_sessions", in: place)
        return place
    }

    /// Puts a session with runs into the target: ids, and after a colon when they began.
    private func add(
        _ session: String, _ runs: [String], updatedAt: Int64 = 1_700_000_000, in place: TestPlace, _ version: String
    ) throws {
        let table = place.name("agno_sessions")
        let columns = "session_id, session_type, agent_id, user_id, created_at, updated_at"
        let values = "'\(session)', 'agent', 'mine', 'u', 1700000000, \(updatedAt)"
        let elements = runs.map { run -> (id: String, time: String, json: String) in
            let parts = run.split(separator: ":")
            let time = parts.count > 1 ? String(parts[1]) : "1700000000"
            let json = #"{"run_id": "\#(parts[0])", "agent_id": "mine", "content": "own", "created_at": \#(time)}"#
            return (String(parts[0]), time, json)
        }
        if version != Self.newest {
            var list = "[\(elements.map(\.json).joined(separator: ", "))]"
            if place.engine == .sqlite { list = JSONValue(list).serializedText() ?? "" }
            return try place.execute("INSERT INTO \(table) (\(columns), runs) VALUES (\(values), '\(list)')")
        }
        try place.execute("INSERT INTO \(table) (\(columns)) VALUES (\(values))")
        for (index, run) in elements.enumerated() {
            try place.execute(
                "INSERT INTO \(place.name("agno_runs")) (run_id, session_id, run_type, agent_id, user_id, run_index, run_data, created_at) VALUES ('\(run.id)', '\(session)', 'agent', 'mine', 'u', \(index), '\(run.json)', \(run.time))"
            )
        }
    }

    /// Each session's runs in their order as `id content`, behind the session's agent.
    private func sessions(_ place: TestPlace, _ version: String) throws -> [String: [String]] {
        func word(_ run: JSONValue) -> String {
            "\(run["run_id"]?.stringValue ?? "?") \(run["content"]?.stringValue ?? "?")"
        }
        var found: [String: [String]] = [:]
        try place.connected { connection in
            let hasList = version != Self.newest
            let sql =
                "SELECT session_id, agent_id\(hasList ? ", runs" : "") FROM \(place.name("agno_sessions")) ORDER BY 1"
            for row in try connection.rows(.init(sql)) {
                let id = row[0].string ?? ""
                var words = [row[1].string ?? "-"]
                if hasList {
                    var list = try JSONValue(parsing: row[2].string ?? "[]")
                    if let text = list.stringValue { list = try JSONValue(parsing: text) }
                    words += (list.arrayValue ?? []).map(word)
                }
                found[id] = words
            }
            if hasList { return }
            let runs = "SELECT session_id, run_data, run_id, run_index FROM \(place.name("agno_runs")) ORDER BY 1, 4"
            for row in try connection.rows(.init(runs)) {
                let run = try JSONValue(parsing: row[1].string ?? "")
                #expect(run["run_id"]?.stringValue == row[2].string)
                found[row[0].string ?? "", default: []].append(word(run))
            }
        }
        return found
    }

    @Test("A run that only the target has stays where v1's session is newer, and is counted", arguments: versions)
    func targetOnlyRunStays(engine: Engine, version: String) async throws {
        let place = try await place(engine, version)
        // As Agno stores a session first: it was never changed since.
        try add("s", ["early:1600000000", "both", "late:1800000000"], in: place, version)
        try add("other", ["untouched"], in: place, version)
        try V1Rows.addSession("s", in: place, runs: ["both", "new"])
        let looked = try await place.v1Import().run(dryRun: true)
        #expect(looked.tables[0].keptRuns == 2 && looked.tables[0].written == 1)
        let report = try await place.v1Import().run()
        #expect(report.isSuccess && report.tables[0].written == 1)
        #expect(report.tables[0].keptRuns == 2 && report.tables[0].addedRuns == 0 && report.tables[0].keptRows == 0)
        let expected = [
            "s": ["a", "early own", "both answer", "new answer", "late own"], "other": ["mine", "untouched own"],
        ]
        #expect(try sessions(place, version) == expected)
        let before = try place.contents()
        let again = try await place.v1Import().run()
        #expect(again.tables[0].alreadyThere == 1 && again.tables[0].keptRuns == 0)
        #expect(try place.contents().differences(from: before) == [])
        #expect(try await place.manager().up().isSuccess)
        #expect(try sessions(place, Self.newest) == expected)
    }

    @Test("A run whose id has the characters of the target's in other bytes is another run", arguments: versions)
    func equivalentIDs(engine: Engine, version: String) async throws {
        let place = try await place(engine, version)
        try add("s", ["caf\u{E9}"], in: place, version)
        try V1Rows.addSession("s", in: place, runs: ["cafe\u{301}"])
        let report = try await place.v1Import().run()
        #expect(report.isSuccess && report.tables[0].written == 1 && report.tables[0].keptRuns == 1)
        let found = try #require(sessions(place, version)["s"])
        #expect(found.dropFirst().map { $0.split(separator: " ").last ?? "" } == ["answer", "own"])
        let before = try place.contents()
        #expect(try await place.v1Import().run().tables[0].alreadyThere == 1)
        #expect(try place.contents().differences(from: before) == [])
    }

    @Test("A session of v1 that is older adds its runs and changes nothing else", arguments: versions)
    func olderSessionAddsRuns(engine: Engine, version: String) async throws {
        let place = try await place(engine, version)
        try add("s", ["both", "own"], updatedAt: 1_700_000_900, in: place, version)
        try V1Rows.addSession("s", in: place, runs: ["first", "both"])
        let report = try await place.v1Import().run()
        #expect(report.tables[0].alreadyThere == 1 && report.tables[0].keptRows == 1)
        #expect(report.tables[0].addedRuns == 1 && report.tables[0].keptRuns == 1)
        #expect(try sessions(place, version) == ["s": ["mine", "first answer", "both own", "own own"]])
        let before = try place.contents()
        let again = try await place.v1Import().run()
        #expect(again.tables[0].alreadyThere == 1 && again.tables[0].addedRuns == 0)
        #expect(try place.contents().differences(from: before) == [])
    }

    @Test("With --overwrite v1's fields win over newer ones, and no run of the target is removed", arguments: versions)
    func overwriteKeepsRuns(engine: Engine, version: String) async throws {
        let place = try await place(engine, version)
        try add("s", ["both", "own:1700000005"], updatedAt: 1_700_000_900, in: place, version)
        try V1Rows.addSession("s", in: place, runs: ["both"])
        let report = try await place.v1Import().run(overwrite: true)
        #expect(report.tables[0].written == 1 && report.tables[0].keptRuns == 1)
        #expect(try sessions(place, version) == ["s": ["a", "both answer", "own own"]])
        let before = try place.contents()
        #expect(try await place.v1Import().run(overwrite: true).tables[0].alreadyThere == 1)
        #expect(try place.contents().differences(from: before) == [])
    }

    @Test("A run id of another session is replaced at once, and is known again when v1 changes", arguments: versions)
    func runIDOfAnotherSession(engine: Engine, version: String) async throws {
        let place = try await place(engine, version)
        try add("s", ["same"], in: place, version)
        try V1Rows.addSession("t", in: place, runs: ["same", "mine"])
        try V1Rows.addSession("u", in: place, runs: ["mine"])
        let report = try await place.v1Import().run()
        #expect(report.isSuccess && report.tables[0].written == 2 && report.tables[0].renamedRuns == 2)
        let found = try sessions(place, version)
        let ids = found.values.flatMap { $0.dropFirst().map { String($0.split(separator: " ")[0]) } }
        #expect(ids.count == 4 && Set(ids).count == 4 && found["t"]?.last == "mine answer")
        let before = try place.contents()
        #expect(try await place.v1Import().run().tables[0].alreadyThere == 2)
        #expect(try place.contents().differences(from: before) == [])

        try place.execute("DELETE FROM \(place.name("agent_sessions"))")
        try V1Rows.addSession("t", in: place, runs: ["same", "mine", "more"], updatedAt: 1_700_000_500)
        let changed = try await place.v1Import().run()
        #expect(changed.tables[0].written == 1 && changed.tables[0].renamedRuns == 0)
        #expect(changed.tables[0].keptRuns == 0)
        #expect(try sessions(place, version)["t"] == (found["t"] ?? []) + ["more answer"])
        let up = try await place.manager().up()
        #expect(up.isSuccess && up.tables.allSatisfy { $0.quarantined == 0 })
    }

    @Test("A session whose list the target cannot read stays, and v1's is kept aside", arguments: lists)
    func unreadableList(engine: Engine, version: String) async throws {
        let place = try await place(engine, version)
        try add("s", ["own"], in: place, version)
        try place.execute("UPDATE \(place.name("agno_sessions")) SET runs = '{\"no\": \"list\"}'")
        let before = try place.contents()["agno_sessions"]
        try V1Rows.addSession("s", in: place, runs: ["new"])
        try V1Rows.addSession("t", in: place, runs: ["other"])
        let report = try await place.v1Import().run()
        #expect(report.tables[0].written == 1 && report.tables[0].quarantined == 1)
        #expect(report.tables[0].quarantinedRows.map(\.reason) == ["unreadable_list"])
        let after = try place.contents()["agno_sessions"] ?? []
        #expect(Set(after).isSuperset(of: before ?? ["?"]) && after.count == 2)
    }
}
