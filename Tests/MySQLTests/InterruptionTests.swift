import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MigrationCore
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("Cut off in the middle on MariaDB and MySQL", .timeLimit(.minutes(30))) struct InterruptionTests {
    @Test(
        "a connection that the server ends fails the tables with that reason, and the same command finishes",
        arguments: TestServer.all)
    func lostConnection(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: .baseline)
        let driver = cuttingDriver(try server.driver(database.name)) { number, _ in number == 20 }
        let report = try database.manager(driver: driver).up()
        let codes: [MigrationError.Code] = report.tables.flatMap(\.steps).compactMap { $0.error?.code }
        #expect(codes.contains(.connectionLost))
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().isVerified)
    }

    @Test(
        "a lost connection costs the table at hand; the others are migrated over a new one", arguments: TestServer.all)
    func oneTableOnly(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: .baseline)
        let driver = cuttingDriver(try server.driver(database.name)) { _, sql in
            sql.hasPrefix("ALTER TABLE") && sql.contains("`agno_sessions`")
        }
        let report = try database.manager(driver: driver).up()
        #expect(report.tables.filter { $0.outcome == .failed }.map(\.type) == [.sessions])
        #expect(report[.sessions]?.steps.last?.error?.code == .connectionLost)
        #expect(report.tables.filter { $0.outcome == .migrated }.count == 4)
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().isVerified)
    }

    @Test(
        "a way back that was cut off after it brought rows back, and then up: they go again", arguments: TestServer.all)
    func otherWay(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6))
        #expect(try database.manager().up().isSuccess)
        let days = try database.rows("SELECT * FROM agno_metrics ORDER BY id")
        let driver = cuttingDriver(try server.driver(database.name)) { _, sql in
            sql.hasPrefix("ALTER TABLE") && sql.contains("`agno_metrics`")
        }
        let down = try database.manager(driver: driver).down(
            table: .metrics, target: SchemaVersion(2, 5, 6), allowDataLoss: true)
        #expect(!down.isSuccess)
        let brought = try database.rows("SELECT * FROM agno_metrics")
        #expect(brought.count == days.count + 1, "the unfinished day was brought back")
        #expect(try database.manager().up().isSuccess)
        #expect(try database.rows("SELECT * FROM agno_metrics ORDER BY id") == days)
        #expect(try database.manager().verify().isVerified)
    }

    /// The numbers of the connections in which the trigger's statement runs.
    private static func running(in database: TestDatabase, _ connection: any DatabaseConnection) throws -> [SQLRow] {
        try connection.rows(
            SQLStatement(
                "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = ?1 AND INFO LIKE 'SET @x%'",
                [.text(database.name)]))
    }

    /// A program in the middle of a statement that does not end by itself: a trigger keeps it there.
    private func stuck(_ database: TestDatabase) throws -> ChildProcess {
        _ = try database.manager().makeSample(version: .baseline)
        try database.execute(
            "CREATE TABLE many (i BIGINT)", "INSERT INTO many VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)",
            "INSERT INTO many SELECT a.i FROM many a, many b, many c",
            "CREATE TRIGGER slow BEFORE DELETE ON agno_metrics FOR EACH ROW SET @x = (SELECT COUNT(*) FROM many a, "
                + "many b, many c, many d WHERE a.i + b.i + c.i + d.i > 0)")
        let program = try Program.start(["up", "--db", database.url(), "--schema", database.name, "--json"])
        try database.server.connected { connection in
            try waitUntil("the statement runs") {
                guard program.isRunning else { throw FaultRunner.Failure(description: try program.wait().errors) }
                return try !Self.running(in: database, connection).isEmpty
            }
        }
        return program
    }

    @Test("the second signal ends the running statement, and the same command finishes", arguments: TestServer.all)
    func secondSignal(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let program = try stuck(database)
        kill(program.id, SIGINT)
        // The first one waits for a safe point, which does not come.
        usleep(300_000)
        #expect(program.isRunning)
        kill(program.id, SIGINT)
        let outcome = try program.wait()
        #expect(outcome.status == 130, "\(outcome.errors)")
        #expect(outcome.output.contains("\"interrupted\""), "\(outcome.output)")
        try database.execute("DROP TRIGGER slow")
        #expect(try database.run("up").status == 0)
        #expect(try database.manager().verify().isVerified)
    }

    @Test("a statement that somebody else cancels fails its table, and the others go on", arguments: TestServer.all)
    func killedQuery(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let program = try stuck(database)
        try server.connected { connection in
            let rows = try Self.running(in: database, connection)
            for row in rows { try connection.execute("KILL QUERY \(try #require(row[0].int))") }
            try #require(!rows.isEmpty)
        }
        let outcome = try program.wait()
        #expect(outcome.status != 0)
        #expect(!outcome.output.contains("\"ok\": true"), "\(outcome.output)")
        try database.execute("DROP TRIGGER slow")
        #expect(try database.run("up").status == 0)
        #expect(try database.manager().verify().isVerified)
    }

    @Test(
        "an interruption between two batches of the move keeps what was moved; the same command goes on",
        arguments: TestServer.all)
    func betweenBatches(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 600)
        let interruption = Interruption()
        let interrupted = try database.manager {
            $0.batchBytes = 1000
            $0.interruption = interruption
            $0.onEvent = { event in if case .progress = event { interruption.request() } }
        }
        let report = try interrupted.up(tables: [.sessions])
        #expect(report.interrupted)
        let moved = try database.value("SELECT COUNT(*) FROM agno_migration_markers")?.int ?? 0
        #expect(moved > 0 && moved < 400)
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().isVerified)
    }
}

/// Has the server end the connection before a writing statement that is told by its number or its words.
private func cuttingDriver(
    _ base: any DatabaseDriver, isCut: @escaping @Sendable (Int, String) -> Bool
) -> HookedDriver {
    let count = Counter()
    return HookedDriver(base) { sql, connection in
        guard isCut(count.next(), sql), let id = try connection.value("SELECT CONNECTION_ID()")?.int else { return }
        _ = try? connection.execute("KILL \(id)")
    }
}
