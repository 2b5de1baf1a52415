import AgnoMigrate
import Testing

@Suite("The original's defects between releases")
struct ReleaseDefectTests {
    @Test(
        "50: on PostgreSQL a run that the application deletes comes back until the old column is gone",
        arguments: Engine.postgresqls)
    func deletedRunComesBack(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let ours = try await Source(release: .v2_5_17, engine: engine).migratedByUs(into: scratch)
        let found = try scratch.copy(ours)
        #expect(try await Original.newest.deleteRun(ours).raised?.contains("came back") == true)
        // It is gone as soon as nothing is left to bring it back.
        let cleanup = try await manager(ours).cleanup()
        #expect(cleanup.outcome == .dropped && cleanup.deletedSince == 1)
        let query = "SELECT COUNT(*) FROM agno_runs WHERE run_id = 'session-000-r0'"
        #expect(try SQL.column(ours, query) == [0])
        let read = try JSONValueFile(await Original.newest.read(ours, into: scratch))
        #expect(read.row("runs", "session-000-r0") == nil)

        // up with cleanup leaves no such time.
        #expect(try await manager(found).cleanup().outcome == .dropped)
        #expect(try await Original.newest.deleteRun(found).raised == nil)
    }

    @Test("50: the reason is a table without its schema: with the schema in the search path the run stays deleted")
    func unqualifiedScrub() async throws {
        let scratch = try Scratch()
        let ours = try await Source(release: .v2_5_17, engine: .postgresql).migratedByUs(into: scratch)
        try SQL.execute(
            ours,
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = ai', current_database()); END $$
            """)
        #expect(try await Original.newest.deleteRun(ours).raised == nil)
        #expect(try await manager(ours).verify().isVerified)
    }

    @Test(
        "50: on SQLite, MariaDB and MySQL a deleted run stays deleted",
        arguments: Engine.kinds.filter { $0 != .postgresql })
    func deletedRunStays(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let ours = try await Source(release: .v2_0_11, engine: engine).migratedByUs(into: scratch)
        #expect(try await Original.newest.deleteRun(ours).raised == nil)
        #expect(try await manager(ours).verify().isVerified)
    }

    @Test(
        "51: releases 2.5.6 to 2.5.10 make a column of 2.5.6 under the stamp 2.5.0, which is Agno's at either version",
        arguments: [Engine.sqlite, .postgresql])
    func earlyColumn(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let file = try await Source(release: .v2_5_6, engine: engine).copy(into: scratch)
        #expect(try SQL.stamps(in: file)["agno_approvals"] == "2.5.0")
        #expect(try SQL.columns(of: "agno_approvals", in: file).contains("run_status"))
        let before = try SQL.rows(file, "SELECT id, run_status FROM agno_approvals ORDER BY id")

        #expect(try await manager(file).verify().isVerified)
        #expect(try await manager(file).up(target: version("2.5.0")).changed == [])
        let approvals = try await manager(file).up(target: version("2.5.6")).table(.approvals)
        #expect(approvals.outcome == .migrated)
        #expect(try approvals.step("2.5.6").outcome == .alreadySatisfied)
        #expect(try SQL.stamps(in: file)["agno_approvals"] == "2.5.6")
        #expect(try await manager(file).up().isSuccess)
        #expect(try await manager(file).down(target: version("2.5.6")).isSuccess)
        #expect(try await manager(file).verify().isVerified)
        #expect(try SQL.rows(file, "SELECT id, run_status FROM agno_approvals ORDER BY id") == before)
    }
}
