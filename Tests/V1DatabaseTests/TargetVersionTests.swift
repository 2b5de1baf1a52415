import AgnoMigrate
import LosslessJSON
import Testing

/// Targets of every schema version.
@Suite struct TargetVersionTests {
    private static let versions = SchemaVersion.known.map(\.description)
    private static let cases = Engine.allCases.flatMap { engine in versions.map { (engine, $0) } }

    /// What a conversation is, wherever its runs are; JSON by what it means.
    private func conversations(_ place: TestPlace) throws -> [String: [JSONValue]] {
        var found: [String: [JSONValue]] = [:]
        let sql =
            "SELECT session_id, run_data FROM \(place.name("agno_runs")) ORDER BY session_id, run_index"
        try place.connected { connection in
            try connection.forEachRow(.init(sql)) { row in
                found[row[0].string ?? "", default: []].append(try JSONValue(parsing: row[1].string ?? ""))
                return true
            }
        }
        return found
    }

    @Test("An import into an older version and then up is as good as an import into the newest", arguments: cases)
    func importOlderVersionThen(
        engine: Engine, version: String
    ) async throws {
        let direct = try TestPlace(engine)
        let place = try TestPlace(engine)
        let version = try #require(SchemaVersion(version))
        let memories = engine.hasMemories ? ["memories"] : []
        _ = try await place.manager().makeSample(version: version, sessions: 0)
        for place in [direct, place] {
            for table in ["agent_sessions", "workflow_sessions_v2"] + memories {
                try V1Rows.makeTable(table, in: place)
            }
            for (key, runs) in [("none", []), ("one", ["r1"]), ("many", ["r2", "r3", "r4"])] {
                try V1Rows.addSession(key, in: place, runs: runs, content: "caf\u{E9} \u{1F600} \\\"x\\\"")
            }
            for table in memories {
                try place.execute(
                    "INSERT INTO \(place.name(table)) (id, user_id, memory, created_at, updated_at) VALUES ('m', 'u', '{\"memory\": \"likes tea\", \"topics\": [\"drink\"]}', '2025-07-01 08:00:00', '2025-07-02 09:10:11')"
                )
            }
        }
        #expect(try await direct.v1Import().run().isSuccess)
        let report = try await place.v1Import().run()
        #expect(report.isSuccess && report.tables.map(\.written) == [3, 0] + memories.map { _ in 1 }, "\(report)")
        if version < SchemaVersion(3, 0, 0) {
            let lists = try place.texts(
                "SELECT session_id, runs IS NULL FROM \(place.name("agno_sessions")) ORDER BY session_id")
            #expect(lists == ["many|0", "none|1", "one|0"], "no list is NULL, not an empty one")
        }
        let again = try await place.v1Import().run()
        #expect(again.tables.map(\.alreadyThere) == [3, 0] + memories.map { _ in 1 })

        let up = try await place.manager().up()
        #expect(up.isSuccess)
        #expect(try await place.manager().verify().isVerified)
        #expect(try conversations(place) == conversations(direct))
        #expect(
            try await place.v1Import().run().tables.map(\.alreadyThere) == [3, 0] + memories.map { _ in 1 },
            "it is still the same after up")
        let sessions = try place.texts(
            "SELECT session_id, session_type, agent_id, user_id, created_at, updated_at FROM \(place.name("agno_sessions")) ORDER BY 1"
        )
        #expect(
            try sessions
                == direct.texts(
                    "SELECT session_id, session_type, agent_id, user_id, created_at, updated_at FROM \(direct.name("agno_sessions")) ORDER BY 1"
                ))
    }

    @Test(
        "Tables that are missing are created at the newest version, stamped, and as verify wants them",
        arguments: Engine.allCases)
    func tablesMissingMadeNewest(
        engine: Engine
    ) async throws {
        let place = try TestPlace(engine)
        let other = engine.hasMemories ? place : try TestPlace(.sqlite)
        try V1Rows.makeTable("memories", in: other)
        _ = try await other.v1Import(into: place).run()
        #expect(try place.contents()["agno_sessions"] == nil, "only what is needed is made")
        try V1Rows.makeTable("agent_sessions", in: place)
        _ = try await place.v1Import().run()
        let status = try await place.manager().status()
        for table in status.tables where table.exists {
            #expect(table.stamp == SchemaVersion.latest.description && table.agrees)
        }
        #expect(status.tables.filter(\.exists).count == 2)
        #expect(try await place.manager().verify().isVerified)
        #expect(try place.contents()["agno_migration_quarantine"] == nil, "it is made when something has to be kept")
    }

    @Test("A database that is newer than the program is not touched", arguments: Engine.allCases)
    func databaseNewerThanProgram(engine: Engine) async throws {
        let place = try TestPlace(engine)
        _ = try await place.manager().makeSample(version: .latest, sessions: 1)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("s", in: place)
        try place.execute("UPDATE \(place.name("agno_schema_versions")) SET version = '9.0.0'")
        let before = try place.contents()
        await #expect(throws: MigrationError.self) { _ = try await place.v1Import().run() }
        #expect(try place.contents() == before)
    }

    /// Where each change of structure commits, a run may be killed between a table and its stamp.
    @Test("Tables that a killed run made and did not stamp are stamped by the next", arguments: Engine.allCases)
    func tablesKilledRunMade(engine: Engine) async throws {
        let place = try TestPlace(engine)
        let source = try TestPlace(.sqlite)
        for table in ["agent_sessions", "memories"] { try V1Rows.makeTable(table, in: source) }
        _ = try await source.v1Import(into: place).run()
        let whole = try place.contents()
        #expect(whole["agno_schema_versions"]?.count == 3)
        try place.execute("DELETE FROM \(place.name("agno_schema_versions"))")
        _ = try await source.v1Import(into: place).run()
        #expect(try place.contents().differences(from: whole) == [])
    }

    /// There a table and its indexes are several statements, each of which is final.
    @Test("On SingleStore an index that a killed run did not come to is made by the next")
    func singlestoreIndexKilledRun() async throws {
        let place = try TestPlace(.singlestore)
        let source = try TestPlace(.sqlite)
        try V1Rows.makeTable("agent_sessions", in: source)
        _ = try await source.v1Import(into: place).run()
        try place.execute("DELETE FROM agno_schema_versions")
        for (table, index) in [
            ("agno_runs", "idx_agno_runs_session_id"), ("agno_schema_versions", "idx_agno_schema_versions_created_at"),
        ] {
            try place.execute("DROP INDEX `\(index)` ON `\(table)`")
        }
        #expect(try await !place.manager().verify().isVerified)
        _ = try await source.v1Import(into: place).run()
        #expect(try await place.manager().verify().isVerified)
        let definition = try place.texts("SHOW CREATE TABLE agno_schema_versions")
        #expect(definition[0].contains("idx_agno_schema_versions_created_at"))
    }

    @Test("A table of an older version that has no stamp gets none", arguments: Engine.allCases)
    func tableOlderVersionStamp(engine: Engine) async throws {
        let place = try TestPlace(engine)
        _ = try await place.manager().makeSample(version: .baseline, sessions: 0)
        let source = try TestPlace(.sqlite)
        for table in ["agent_sessions", "memories"] { try V1Rows.makeTable(table, in: source) }
        _ = try await source.v1Import(into: place).run()
        #expect(try place.contents()["agno_schema_versions"] ?? [] == [])
    }
}
