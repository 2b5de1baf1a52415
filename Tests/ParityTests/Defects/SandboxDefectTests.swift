import AgnoMigrate
import Testing

@Suite("The original's defects with sandbox bindings")
struct SandboxDefectTests {
    @Test(
        "52: the bindings of a sandbox do not stand in the way down, and are what Agno accepts after up",
        arguments: Engine.postgresqls)
    func bindings(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let ours = try await Source(release: .v2_5_17, engine: engine).migratedByUs(into: scratch)
        // Creates the table, and afterwards accepts it or raises.
        #expect(try await Original.newest.bindSandbox(ours).raised == nil)
        try SQL.execute(
            ours,
            "INSERT INTO agno_sessions_sandbox_bindings (namespace, session_id, agent_id, epoch, run_id, record) "
                + "SELECT 'ai.agno_sessions', session_id, 'a', 1, run_id, '{}' FROM agno_runs ORDER BY run_id LIMIT 1")
        let theirs = try scratch.copy(ours, as: "theirs.db")
        _ = try await Original.newest.down(theirs, target: "2.5.6")
        #expect(try SQL.tables(in: theirs).contains("agno_runs"))

        let query =
            "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = "
            + "'agno_sessions_sandbox_bindings'::regclass ORDER BY 1"
        let before = try SQL.rows(ours, query)
        #expect(try await manager(ours).down(target: version("2.0.0"), allowDataLoss: true).isSuccess)
        #expect(try !SQL.tables(in: ours).contains("agno_runs"))
        #expect(try await manager(ours).up().isSuccess)
        #expect(try await manager(ours).verify().isVerified)
        #expect(try SQL.rows(ours, query) == before)
        #expect(try SQL.column(ours, "SELECT count(run_id) FROM agno_sessions_sandbox_bindings") == [1])
        #expect(try await Original.newest.bindSandbox(ours).raised == nil)
    }
}
