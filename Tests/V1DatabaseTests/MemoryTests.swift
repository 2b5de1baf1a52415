import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// How much memory an import takes does not grow with the table, only with its largest row.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MemoryTests {
    @Test("A session of 200 MB is imported within two gigabytes of memory")
    func session200MBImported() async throws {
        let place = try TestPlace(.sqlite)
        try V1Rows.makeTable("agent_sessions", in: place)
        try place.execute(
            "INSERT INTO agent_sessions (session_id, agent_id, created_at, memory) VALUES ('huge', 'a', 1, "
                + "'{\"runs\": [{\"run_id\": \"huge\", \"agent_id\": \"a\", \"content\": \"' || hex(zeroblob(99999950)) || '\"}]}')"
        )
        let outcome = try await FaultRunner.run("import-v1", place.url)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(try outcome.failures(of: "import-v1") == [])
        #expect(outcome.ownPeakMemory < 2 << 30, "it took \(outcome.ownPeakMemory >> 20) MB")
        let length = try place.texts("SELECT session_id, length(run_data) > 199999900 FROM agno_runs")
        #expect(length == ["huge|1"])
    }

    @Test("Many sessions take no more memory than few", arguments: [Engine.sqlite, .postgresql, .mariadb])
    func manySessionsTakeMore(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        let numbers =
            switch engine {
            case .sqlite: "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 4000)"
            case .postgresql: "WITH n AS (SELECT generate_series(1, 4000) AS n)"
            default: "WITH n AS (SELECT seq AS n FROM seq_1_to_4000)"
            }
        let filler = String(repeating: "lorem ipsum ", count: 1500)
        let json = "'{\"runs\": [{\"run_id\": \"r' || n || '\", \"agent_id\": \"a\", \"content\": \"\(filler)\"}]}'"
        let stored = engine == .postgresql ? "(\(json))::jsonb" : json
        let insert = "INSERT INTO \(place.name("agent_sessions")) (session_id, agent_id, created_at, memory)"
        let query = "SELECT 's' || n, 'a', 1, \(stored) FROM n"
        try place.execute("\(insert) \(numbers) \(query)")
        // 72 MB in batches of two.
        let outcome = try await FaultRunner.run("import-v1", place.url, ["batch-bytes=2000000"])
        #expect(try outcome.failures(of: "import-v1") == [])
        #expect(try place.texts("SELECT COUNT(*) FROM \(place.name("agno_runs"))") == ["4000"])
        #expect(outcome.ownPeakMemory < 100 << 20, "it took \(outcome.ownPeakMemory >> 20) MB")
    }
}
