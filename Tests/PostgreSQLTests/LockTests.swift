import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import PostgreSQLAccess
import SQLDialects
import Testing

@Suite("Side by side on PostgreSQL", .timeLimit(.minutes(30))) struct LockTests {
    @Test("of three processes that come together one migrates, the others wait and find it done")
    func threeProcesses() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline, sessions: 200)
        let url = try database.url()
        let programs = try (0..<3).map { _ in try Program.start(["up", "--db", url, "--json"]) }
        let results = try programs.map { try $0.wait() }
        #expect(results.map(\.status) == [0, 0, 0], "\(results.map(\.errors))")
        #expect(try database.manager().verify().isVerified)
        let started = "SELECT COUNT(*) FROM ai.agno_migration_journal WHERE event = 'run' AND outcome = 'started'"
        #expect(try database.value(started) == .integer(1))
    }

    @Test("who waits learns who holds the lock, and gives up with exit code 5")
    func holder() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let driver = try TestServer.driver(database: database.name)
        try driver.withLock("test", waiting: { _ in false }) {
            let result = try Program.run("up", "--db", database.url(), "--wait-timeout", "0")
            #expect(result.status == 5)
            #expect(result.errors.contains("of user postgres (agno-migrate)"), "\(result.errors)")
            #expect(result.errors.contains("since 20"), "\(result.errors)")
        }
        #expect(try Program.run("up", "--db", database.url(), "--wait-timeout", "0").status == 0)
    }

    @Test("other databases, schemas and versions tables are not locked")
    func scope() throws {
        let database = try TestDatabase()
        let held = try TestServer.driver(database: database.name)
        let other = try TestServer.driver(database: database.name, schema: "other")
        try held.withLock("test", waiting: { _ in false }) {
            try other.withLock("test", waiting: { _ in false }) {}
            #expect(throws: LockUnavailable.self) { try held.withLock("test", waiting: { _ in false }) {} }
        }
    }

    @Test("a session that keeps a table locked is named, the table fails unchanged, the others go on")
    func blocker() throws {
        let database = try TestDatabase()
        let manager = try database.manager(lockAttempts: 2)
        _ = try manager.makeSample(version: SchemaVersion.baseline)
        try database.connected { application in
            try application.transaction {
                _ = try application.value("SELECT COUNT(*) FROM ai.agno_memories")
                let report = try manager.up()
                #expect(report[.memories]?.outcome == .failed)
                let error = report[.memories]?.steps.last?.error
                #expect(error?.code == .busy)
                #expect(error?.message.contains("of user postgres (agno-migrate), in a transaction since") == true)
                #expect(report[.sessions]?.outcome == .migrated)
            }
        }
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("a lock that is given back in time is only waited for")
    func patience() throws {
        let database = try TestDatabase()
        let manager = try database.manager(lockAttempts: 100)
        _ = try manager.makeSample(version: SchemaVersion.baseline)
        let (isLocked, mayEnd) = (Flag(), Flag())
        let name = database.name
        let application = OwnThread {
            try TestServer.driver(database: name).withConnection(for: .write) { application in
                try application.transaction {
                    _ = try application.value("SELECT COUNT(*) FROM ai.agno_memories")
                    isLocked.set()
                    try waitUntil("the migration is kept out") { mayEnd.isSet }
                }
            }
        }
        try waitUntil("the table is locked") { isLocked.isSet }
        let watcher = OwnThread {
            // Only once the migration was kept out at least once.
            let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'ai.agno_memories'::regclass"
            defer { mayEnd.set() }
            try TestServer.driver(database: name).withConnection(for: .read) { connection in
                try waitUntil("somebody waits for the table") { try connection.value(waiting) != .integer(0) }
            }
        }
        let report = try manager.up()
        #expect(report.isSuccess)
        try watcher.value()
        try application.value()
    }

    @Test("what a 2.x program writes while runs are moved is moved too")
    func lateWriter() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 300)
        let name = database.name
        let isOver = Flag()
        let written = Counter()
        Thread.detachNewThread {
            _ = try? TestServer.driver(database: name, lockTimeout: 60_000).withConnection(for: .write) { application in
                while !isOver.isSet {
                    let number = written.next()
                    try application.execute(
                        "UPDATE ai.agno_sessions SET runs = COALESCE(runs, '[]') || $1::jsonb, "
                            + "updated_at = EXTRACT(EPOCH FROM clock_timestamp())::bigint WHERE session_id = $2",
                        [.text("[{\"run_id\": \"late-\(number)\"}]"), .text("session-\(number % 300)")])
                }
                isOver.set()
            }
        }
        try waitUntil("the writer has begun") { written.value >= 5 }
        let report = try manager.up(tables: [.sessions])
        isOver.set()
        #expect(report.isSuccess)
        // Those written after the stamp wait for the next look; nothing before it was overlooked.
        #expect(try manager.up(tables: [.sessions], force: true).isSuccess)
        let missing = try database.value(
            "SELECT COUNT(*) FROM ai.agno_sessions s, jsonb_array_elements(s.runs) e "
                + "WHERE NOT EXISTS (SELECT 1 FROM ai.agno_runs r WHERE r.run_id = e ->> 'run_id')")
        #expect(missing == .integer(0))
        #expect(try manager.verify().isVerified)
    }
}

/// Kills and neighbours, with children that are slowed down.
extension LockTests {
    private static let held =
        "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
        + "(SELECT oid FROM pg_database WHERE datname = current_database())"

    @Test("a process that is killed while it holds the lock gives it back")
    func killedHolder() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let holder = try FaultRunner.start("up", database.url(), ["pause=30000000"])
        try waitUntil("the lock is held") { try database.value(Self.held) == .integer(1) }
        let waiter = try Program.start(["up", "--db", database.url(), "--wait-timeout", "60"])
        #expect(holder.isRunning)
        holder.kill()
        #expect(try holder.wait().signal == SIGKILL)
        let result = try waiter.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(try database.manager().verify().isVerified)
    }

    @Test("two schemas of one database are migrated at the same time")
    func twoSchemas() throws {
        let database = try TestDatabase()
        let schemas = ["ai", "tenant 2"]
        for schema in schemas {
            let manager = try TestDatabase.existing(database.name, schema: schema).manager()
            _ = try manager.makeSample(version: SchemaVersion.baseline)
        }
        let runs = try schemas.map {
            try FaultRunner.start("up", database.url(), ["schema=\($0)", "pause=15000", "wait=0"])
        }
        try waitUntil("both hold their locks") { try database.value(Self.held) == .integer(2) }
        for (schema, run) in zip(schemas, runs) {
            let outcome = try run.wait()
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            #expect(try TestDatabase.existing(database.name, schema: schema).manager().verify().isVerified)
        }
    }
}
