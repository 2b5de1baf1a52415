import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("Locks that only MariaDB and MySQL have", .timeLimit(.minutes(30))) struct LockTests {
    @Test("The named database is locked, not the one that the connection is in", arguments: TestServer.all)
    func elsewhere(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let elsewhere = try TestServer.driver(url: server.url(), schema: database.name)
        _ = try database.driver().withLock("test", waiting: { _ in false }) {
            #expect(throws: LockUnavailable.self) { try elsewhere.withLock("test", waiting: { _ in false }) {} }
        }
    }

    @Test("The lock before a stamp holds off writers, whatever columns they write", arguments: TestServer.all)
    func lockBeforeStamp(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 300)
        try database.connected { holder in
            let lock = try #require(holder.dialect.lock(table: "agno_sessions", against: .writing).first)
            try holder.transaction {
                _ = try holder.rows(lock)
                #expect(throws: DatabaseError.self) {
                    try database.execute("UPDATE agno_sessions SET runs = NULL WHERE session_id = 'session-1'")
                }
            }
        }
        try database.execute("UPDATE agno_sessions SET runs = NULL WHERE session_id = 'session-1'")
    }

    @Test("Nobody writes a list or a run between the count of cleanup and its drop", arguments: TestServer.all)
    func cleanupKeepsWritersOut(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 20)
        #expect(try database.manager().up().isSuccess)
        let drops = Counter()
        let application = try server.driver(database.name)
        let driver = HookedDriver(try server.driver(database.name)) { sql, _ in
            guard sql.contains("DROP COLUMN"), drops.next() == 1 else { return }
            for write in [
                "UPDATE agno_sessions SET runs = '[{\"run_id\": \"new\"}]'", "DELETE FROM agno_runs",
                "INSERT INTO agno_sessions (session_id, session_type, runs, created_at) VALUES ('new', 'agent', '[]', 1)",
            ] {
                #expect(throws: DatabaseError.self, "\(write)") {
                    try application.withConnection(for: .write) { _ = try $0.execute(write) }
                }
            }
        }
        let report = try database.manager(driver: driver).cleanup()
        #expect(report.outcome == .dropped && report.sessions > 0)
        #expect(drops.value >= 1)
        // The lock is gone with the command.
        try database.execute("DELETE FROM agno_runs")
    }

    @Test("A list that is written before the lock of cleanup keeps the column", arguments: TestServer.all)
    func writtenBeforeTheLock(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 3)
        #expect(try database.manager().up().isSuccess)
        let application = try server.driver(database.name)
        let driver = HookedDriver(try server.driver(database.name)) { sql, _ in
            guard sql.hasPrefix("LOCK TABLES") else { return }
            try application.withConnection(for: .write) {
                _ = try $0.execute("UPDATE agno_sessions SET runs = '[{\"run_id\": \"new\"}]'")
            }
        }
        let report = try database.manager(driver: driver).cleanup()
        #expect(report.outcome == .refused && report.uncovered > 0)
        #expect(try database.manager().cleanup(dryRun: true, allowDataLoss: true).outcome == .wouldDrop)
        try database.execute("UPDATE agno_sessions SET runs = NULL")
        #expect(try database.manager().cleanup().outcome == .dropped)
    }

    @Test("cleanup waits in short attempts for a session with an open transaction", arguments: TestServer.all)
    func cleanupIsBlocked(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 3)
        #expect(try database.manager().up().isSuccess)
        try database.connected { holder in
            try holder.transaction {
                try holder.execute("UPDATE agno_sessions SET updated_at = updated_at")
                let manager = try database.manager(lockAttempts: 2)
                #expect {
                    try manager.cleanup()
                } throws: {
                    let error = $0 as? MigrationError
                    return error?.code == .busy && error?.message.contains("it is held by") == true
                }
            }
        }
        #expect(try database.manager().cleanup().outcome == .dropped)
    }

    @Test("A deadlock with an application is not the end: the transaction is tried again", arguments: TestServer.all)
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
}
