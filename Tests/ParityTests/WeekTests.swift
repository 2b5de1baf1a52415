import AgnoMigrate
import Testing

@Suite("A week of a 2.x program between down and up")
struct WeekTests {
    private static let sources: [Source] = [.v2_0_11, .v2_3_26, .v2_5_17].flatMap { release in
        (release == .v2_0_11 ? Engine.kinds : [.sqlite, .postgresql]).map { Source(release: release, engine: $0) }
    }

    @Test("changes nothing about what is parked for the rows that are still there", arguments: sources)
    func week(_ source: Source) async throws {
        let scratch = try Scratch()
        let file = try await source.migratedByUs(into: scratch)
        try SQL.execute(
            file,
            "UPDATE agno_runs SET user_id = 'somebody', updated_at = 7 WHERE session_id IN ('session-000', 'session-003')",
            "UPDATE agno_eval_runs SET user_id = 'somebody'",
            "UPDATE agno_memories SET feedback = 'good', created_at = 5")
        let metrics = try SQL.columns(of: "agno_metrics", in: file).compactMap { cell in
            if case .text(let name) = cell, !["id", "user_id"].contains(name) { name } else { nil }
        }.map { source.engine.isMySQLFamily ? "`\($0)`" : "\"\($0)\"" }.joined(separator: ", ")
        try SQL.execute(
            file,
            "INSERT INTO agno_metrics (id, user_id, \(metrics)) SELECT 'of-ana', 'ana', \(metrics) FROM agno_metrics "
                + "m WHERE m.date = (SELECT MIN(o.date) FROM agno_metrics o)")

        let target = try version(source.release.schemaVersion)
        #expect(try await manager(file).down(target: target).isSuccess)
        let week = try await source.release.script(
            "week.py", ["--db", file, "--release", source.release.rawValue])
        try #require(week.code == 0, "\(week.errors)")
        let up = try await manager(file).up()
        #expect(up.isSuccess)
        #expect(try await manager(file).verify().isVerified)

        let runs =
            "SELECT DISTINCT user_id, updated_at FROM agno_runs WHERE session_id = 'session-000' AND run_id <> 'week'"
        #expect(try SQL.rows(file, runs) == [["somebody", 7]])
        #expect(try SQL.column(file, "SELECT COUNT(*) FROM agno_runs WHERE run_id = 'week'") == [1])
        #expect(try SQL.column(file, "SELECT DISTINCT user_id FROM agno_eval_runs") == ["somebody"])
        let memories = "SELECT DISTINCT feedback, created_at FROM agno_memories WHERE memory_id <> 'memory-week'"
        #expect(try SQL.rows(file, memories) == [["good", 5]])
        #expect(try SQL.column(file, "SELECT COUNT(*) FROM agno_metrics WHERE user_id = 'ana'") == [1])
        // What has lost its row stays parked, and is no work for another up.
        let left = Set(try await manager(file).parked().entries.map(\.table))
        #expect(left.isSuperset(of: ["agno_runs", "agno_eval_runs"]))
        #expect(try await manager(file).up().changed == [])
    }
}
