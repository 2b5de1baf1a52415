import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MigrationCore
import MySQLAccess
import SQLDialects
import Testing

@Suite("Side by side on MariaDB and MySQL", .timeLimit(.minutes(30))) struct LockTests {
    @Test(
        "of three processes that come together one migrates, the others wait and find it done",
        arguments: TestServer.all)
    func threeProcesses(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: .baseline, sessions: 200)
        let arguments = ["up", "--db", try database.url(), "--schema", database.name, "--json"]
        let programs = try (0..<3).map { _ in try Program.start(arguments) }
        let results = try programs.map { try $0.wait() }
        #expect(results.map(\.status) == [0, 0, 0], "\(results.map(\.errors))")
        #expect(try database.manager().verify().isVerified)
        let started = "SELECT COUNT(*) FROM agno_migration_journal WHERE event = 'run' AND outcome = 'started'"
        #expect(try database.value(started) == .integer(1))
    }

    @Test("who waits learns who holds the lock, and gives up with exit code 5", arguments: TestServer.all)
    func holder(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: .baseline)
        try server.driver(database.name).withLock("test", waiting: { _ in false }) {
            let result = try Program.run("up", on: database, "--wait-timeout", "0")
            #expect(result.status == 5)
            #expect(
                result.errors.contains("connection ") && result.errors.contains("of user root from"), "\(result.errors)"
            )
        }
        #expect(try Program.run("up", on: database, "--wait-timeout", "0").status == 0)
    }

    @Test("other databases and versions tables are not locked", arguments: TestServer.all)
    func scope(server: TestServer) throws {
        let (database, other) = (try TestDatabase(on: server), try TestDatabase(on: server))
        let parameters = try MySQLParameters(DatabaseURL(database.url()))
        let held = try server.driver(database.name)
        let neighbours = [
            try server.driver(other.name),
            MySQLDriver(parameters, schema: database.name, versionsTable: "other versions"),
        ]
        try held.withLock("test", waiting: { _ in false }) {
            for neighbour in neighbours { try neighbour.withLock("test", waiting: { _ in false }) {} }
            #expect(throws: LockUnavailable.self) { try held.withLock("test", waiting: { _ in false }) {} }
            // The database is meant, not the one that the connection happens to be in.
            let elsewhere = try TestServer.driver(url: server.url(), schema: database.name)
            #expect(throws: LockUnavailable.self) { try elsewhere.withLock("test", waiting: { _ in false }) {} }
        }
        try held.withLock("test", waiting: { _ in false }) {}
    }

    @Test(
        "an application's transaction that keeps a table is named, the table fails unchanged, the others go on",
        arguments: TestServer.all)
    func blocker(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager(lockAttempts: 2)
        _ = try manager.makeSample(version: .baseline)
        let before = try database.facts().filter { $0.hasPrefix("agno_memories") }
        try database.connected { application in
            try application.transaction {
                _ = try application.value("SELECT COUNT(*) FROM agno_memories")
                let report = try manager.up()
                #expect(report[.memories]?.outcome == .failed)
                let error = report[.memories]?.steps.last?.error
                #expect(error?.code == .busy)
                #expect(error?.message.contains("of user root from") == true, "\(error?.message ?? "")")
                #expect(error?.message.contains("in a transaction since") == true)
                #expect(report[.sessions]?.outcome == .migrated)
            }
        }
        #expect(try database.facts().filter { $0.hasPrefix("agno_memories") } == before)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("a lock that is given back in time is only waited for", arguments: TestServer.all)
    func patience(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager(lockAttempts: 100)
        _ = try manager.makeSample(version: .baseline)
        let (isLocked, mayEnd, name) = (Flag(), Flag(), database.name)
        let application = OwnThread {
            try server.driver(name).withConnection(for: .write) { application in
                try application.transaction {
                    _ = try application.value("SELECT COUNT(*) FROM agno_memories")
                    isLocked.set()
                    try waitUntil("the migration is kept out") { mayEnd.isSet }
                }
            }
        }
        try waitUntil("the table is locked") { isLocked.isSet }
        let watcher = OwnThread {
            // Only once the migration was kept out at least once.
            let waiting =
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata lock' "
                + "AND INFO LIKE '%`\(name)`.`agno_memories`%'"
            defer { mayEnd.set() }
            try server.driver(name).withConnection(for: .read) { connection in
                try waitUntil("somebody waits for the table") { try connection.value(waiting) != .integer(0) }
            }
        }
        #expect(try manager.up().isSuccess)
        try watcher.value()
        try application.value()
    }

    @Test("a deadlock with an application is not the end: the transaction is tried again", arguments: TestServer.all)
    func deadlock(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6))
        let deadlocks = Counter()
        // Some of the move's statements fail as the server lets the loser of a deadlock: its transaction is gone.
        let driver = HookedDriver(try server.driver(database.name)) { sql, connection in
            guard sql.contains("INTO \(connection.dialect.table("agno_runs"))"), deadlocks.value < 3 else { return }
            _ = deadlocks.next()
            try connection.execute("ROLLBACK")
            throw DatabaseError(.busy, "another session kept what this needs locked", detail: "server error 1213")
        }
        let manager = try database.manager(lockAttempts: 10, driver: driver)
        #expect(try manager.up().isSuccess)
        #expect(deadlocks.value == 3)
        #expect(try manager.verify().isVerified)
    }

    @Test("A lock in the middle of a move is reported with what its earlier batches moved", arguments: TestServer.all)
    func blockedBatch(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 40)
        let lists = Counter()
        let driver = HookedDriver(try server.driver(database.name)) { sql, connection in
            guard sql.contains("INTO \(connection.dialect.table("agno_migration_markers"))"), lists.next() > 3 else {
                return
            }
            throw DatabaseError(.busy, "another session kept what this needs locked", detail: "server error 1205")
        }
        func manager(_ driver: (any DatabaseDriver)?) throws -> MigrationManager {
            try database.manager(onServer: false, driver: driver) { $0.batchBytes = 1 }
        }
        let error = try manager(driver).up(tables: [.sessions])[.sessions]?.steps.last?.error
        #expect(error?.code == .busy)
        #expect(error?.remedy.contains("batches committed earlier stay (3 sessions)") == true, "\(error?.remedy ?? "")")
        #expect(error?.remedy.contains("nothing was changed") == false)
        #expect(try database.value("SELECT COUNT(*) FROM agno_migration_markers") == .integer(3))
        #expect(try manager(nil).up().isSuccess)
        #expect(try database.manager().verify().isVerified)
    }

    @Test("what a 2.x program writes while runs are moved is moved too", arguments: TestServer.all)
    func lateWriter(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager(lockAttempts: 15)
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 150)
        let name = database.name
        let (isOver, written) = (Flag(), Counter())
        let writer = OwnThread {
            try server.driver(name, lockTimeout: 50).withConnection(for: .write) { application in
                while !isOver.isSet {
                    let number = written.next()
                    try application.execute(
                        "UPDATE agno_sessions SET runs = JSON_ARRAY_APPEND(COALESCE(runs, '[]'), '$', JSON_OBJECT('run_id', ?1)), "
                            + "updated_at = UNIX_TIMESTAMP() WHERE session_id = ?2",
                        [.text("late-\(number)"), .text("session-\(number % 150)")])
                }
            }
        }
        try waitUntil("the writer has begun") { written.value >= 5 }
        let report = try manager.up(tables: [.sessions])
        isOver.set()
        try writer.value()
        #expect(report.isSuccess)
        // Those written after the stamp wait for the next look; nothing before it was overlooked.
        #expect(try manager.up(tables: [.sessions], force: true).isSuccess)
        #expect(
            try database.value("SELECT COUNT(*) FROM agno_runs WHERE run_id LIKE 'late-%'")
                == .integer(Int64(written.value)))
        #expect(try manager.verify().isVerified)
    }

    @Test("a process that is killed while it holds the lock gives it back", arguments: TestServer.all)
    func killedHolder(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: .baseline)
        let probe = try server.driver(database.name)
        let holder = try FaultRunner.start("up", database.url(), ["pause=30000000"])
        try waitUntil("the lock is held") {
            do {
                try probe.withLock("test", waiting: { _ in false }) {}
                return false
            } catch is LockUnavailable { return true }
        }
        let waiter = try Program.start([
            "up", "--db", database.url(), "--schema", database.name, "--wait-timeout", "60",
        ])
        #expect(holder.isRunning)
        holder.kill()
        #expect(try holder.wait().signal == SIGKILL)
        let result = try waiter.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(try database.manager().verify().isVerified)
    }

    @Test("two databases of one server are migrated at the same time", arguments: TestServer.all)
    func twoDatabases(server: TestServer) throws {
        let databases = [try TestDatabase(on: server), try TestDatabase(on: server)]
        for database in databases { _ = try database.manager().makeSample(version: .baseline) }
        let runs = try databases.map { try FaultRunner.start("up", $0.url(), ["pause=5000", "wait=0"]) }
        for (database, run) in zip(databases, runs) {
            let outcome = try run.wait()
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            #expect(try database.manager().verify().isVerified)
        }
    }
}
