import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MySQLAccess
import SQLDialects
import Testing

@Suite("The lock row of SingleStore", .timeLimit(.minutes(30))) struct LockTests {
    /// Keeps the lock as a run would, until the body ends.
    private func holding(_ database: TestDatabase, _ body: () throws -> Void) throws {
        try database.server.driver(database.name).withLock("test", waiting: { _ in false }, body)
    }

    @Test("lets one process at a time change anything, and says so to the second")
    func second() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 2)
        let before = try database.contents()
        try holding(database) {
            let result = try Program.run("up", "--db", database.url, "--wait-timeout", "0")
            #expect(result.status == 5, "\(result.errors)")
            #expect(try database.contents().differences(from: before) == [])
        }
        #expect(try Program.run("up", "--db", database.url, "--wait-timeout", "0").status == 0)
    }

    @Test("is waited for, and taken when the first process is killed")
    func killed() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 4)
        // Slow enough for the second to come while it runs.
        let first = try FaultRunner.start("up", database.url, ["pause=300000"])
        try waitUntil("the first has the lock") { try database.has("agno_migration_journal") }
        let second = try FaultRunner.start("up", database.url, ["wait=120"])
        usleep(1_500_000)
        #expect(second.isRunning)
        first.kill()
        _ = try first.wait()
        let outcome = try second.wait()
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(try outcome.report.isSuccess)
        #expect(try database.manager().verify().isVerified)
    }

    @Test("keeps two databases apart, and is free without anything having been written to it")
    func apart() throws {
        let (database, other) = (try TestDatabase(), try TestDatabase())
        for one in [database, other] { _ = try one.manager().makeSample(version: .baseline, sessions: 1) }
        try holding(database) {
            let up = try other.manager().up()
            #expect(up.isSuccess, "\(up.problems)")
        }
        #expect(try database.value("SELECT taken FROM agno_migration_lock") == .integer(0))
    }

    @Test("is not waited for by commands that only read")
    func readers() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 1)
        try holding(database) {
            #expect(try database.manager().status().tables.contains { $0.exists })
            _ = try database.manager().plan()
        }
    }

    @Test("can be given up by a signal while it is waited for")
    func signal() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 1)
        try holding(database) {
            let waiting = try Program.start(["up", "--db", database.url, "--wait-timeout", "100"])
            usleep(2_000_000)
            kill(waiting.id, SIGINT)
            #expect(try waiting.wait().status == 130)
        }
    }

    @Test("Rows that others keep locked are waited for, and then the program says so and leaves everything as it was")
    func rows() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 2)
        let before = try database.contents()
        try database.connected { holder in
            try holder.execute("BEGIN")
            try holder.execute("UPDATE agno_eval_runs SET name = 'held'")
            let up = try database.manager().up(table: .evals)
            #expect(up[.evals]?.outcome == .failed)
            #expect(up[.evals]?.steps.last?.error?.code == .busy, "\(up.problems)")
            try holder.execute("ROLLBACK")
        }
        #expect(try database.contents().differences(from: before).filter { !$0.contains("agno_schema_versions") } == [])
        #expect(try database.manager().up().isSuccess)
    }
}
