import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Logging
import MigrationCore
import SQLDialects
import ServerContract
import Testing

@Suite("Cut off in the middle on PostgreSQL") struct InterruptionTests {
    @Test("a connection that the server ends fails the tables with that reason, and the same command finishes")
    func lostConnection() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let options = EngineOptions(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, lockAttempts: 1, toolVersion: "test")
        let count = Counter()
        let driver = HookedDriver(try TestServer.driver(database: database.name)) { _, connection in
            guard count.next() == 20 else { return }
            _ = try? connection.rows(SQLStatement("SELECT pg_terminate_backend(pg_backend_pid())"))
        }
        let manager = MigrationManager(try Database(url: database.url()), driver: driver, options: options)
        let report = try manager.up()
        let codes: [MigrationError.Code] = report.tables.flatMap(\.steps).compactMap { $0.error?.code }
        #expect(codes.contains(.connectionLost))
        #expect(try database.manager().verify().tables.flatMap(\.mismatches) == [])
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().isVerified)
    }
}
