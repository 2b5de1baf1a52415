import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import Logging
import MigrationEngine
import PostgreSQLDriver
import SQLDialects
import Testing

@Suite("Cut off in the middle on PostgreSQL") struct InterruptionTests {
    @Test("a connection that the server ends fails the tables with that reason, and the same command finishes")
    func lostConnection() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let options = EngineOptions(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, lockAttempts: 1, toolVersion: "test")
        let driver = CuttingDriver(base: try TestServer.driver(database: database.name), at: 20)
        let manager = MigrationManager(try Database(url: database.url()), driver: driver, options: options)
        let report = try manager.up()
        let codes: [MigrationError.Code] = report.tables.flatMap(\.steps).compactMap { $0.error?.code }
        #expect(codes.contains(.connectionLost))
        #expect(try database.manager().verify().tables.flatMap(\.mismatches) == [])
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().isVerified)
    }
}

/// Has the server end the connection before the n-th writing statement.
private struct CuttingDriver: DatabaseDriver {
    let base: PostgreSQLDriver
    let at: Int

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try base.withConnection(for: access) { connection in
            guard access != .read else { return try body(connection) }
            return try body(CuttingConnection(base: connection, at: at))
        }
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try base.withLock(purpose, waiting: waiting, body)
    }

    func cancelRunningStatement() { base.cancelRunningStatement() }
}

private final class CuttingConnection: DatabaseConnection {
    private let base: any DatabaseConnection
    private let at: Int
    private var count = 0

    init(base: any DatabaseConnection, at: Int) {
        self.base = base
        self.at = at
    }

    var dialect: any Dialect { base.dialect }

    func execute(_ statement: SQLStatement) throws -> Int {
        count += 1
        if count == at { _ = try? base.rows(SQLStatement("SELECT pg_terminate_backend(pg_backend_pid())")) }
        return try base.execute(statement)
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        try base.forEachRow(statement, body)
    }
}
