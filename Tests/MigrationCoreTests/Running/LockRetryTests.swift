import AgnoSchema
import DatabaseAccess
import Logging
import SQLDialects
import Testing

@testable import MigrationCore

@Suite("A lock that stays taken")
struct LockRetryTests {
    /// A connection on which every statement that writes finds the table locked.
    private struct LockedConnection: DatabaseConnection {
        let dialect: any Dialect = PostgreSQLDialect()

        func execute(_ statement: SQLStatement) throws -> Int {
            guard statement.sql != "ROLLBACK" else { return 0 }
            throw DatabaseError(.busy, "another session kept what this needs locked")
        }

        func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
            _ = try body([.text("process 7 of user u")])
        }
    }

    private let options: EngineOptions = {
        var options = EngineOptions(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        options.lockAttempts = 2
        return options
    }()

    private func error(_ body: () throws -> Void) throws -> MigrationError {
        try #require(#expect(throws: MigrationError.self) { try body() })
    }

    @Test("The error names the table, the attempts and the holder, and that nothing was changed")
    func wholeStep() throws {
        let error = try error {
            try LockRetry(connection: LockedConnection(), options: options).transaction(on: "t") {}
        }
        #expect(error.code == .busy)
        #expect(error.message == "could not lock t after 2 attempts; it is held by process 7 of user u")
        #expect(error.remedy == "end that transaction, then run the same command again; nothing was changed")
    }

    @Test("A batch's error does not claim that nothing was changed, and tells what is committed")
    func batch() throws {
        let sessions = TableSnapshot(name: "agno_sessions", shape: TableShape())
        let context = RunsMoveContext(
            sessions: sessions, runs: sessions,
            journal: Journal(run: "r", command: "up", toolVersion: "0", clock: .fixed(0)),
            version: SchemaVersion(3, 0, 0), now: 0, options: options)
        let error = try error {
            _ = try context.inBatches(on: LockedConnection(), after: nil) { _, _ in true }
        }
        #expect(
            error.remedy == "end that transaction, then run the same command again; "
                + "batches committed earlier stay (0 sessions), and the run resumes after them")
    }
}
