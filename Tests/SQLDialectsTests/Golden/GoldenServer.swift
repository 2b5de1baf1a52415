import DatabaseAccess
import Foundation
import PostgreSQLDriver
import SQLDialects

/// The servers whose SQL is recorded.
enum GoldenServer: String, CaseIterable, CustomStringConvertible {
    case sqlite, postgresql

    var description: String { rawValue }

    var title: String {
        switch self {
        case .sqlite: "SQLite"
        case .postgresql: "PostgreSQL"
        }
    }

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// A connection to a server that may be filled.
    func withConnection<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        switch self {
        case .sqlite: return try Scratch.withDatabase(body: body)
        case .postgresql:
            guard let text = ProcessInfo.processInfo.environment["AGNO_TEST_POSTGRESQL_URL"] else {
                throw Missing(
                    description: "there is no PostgreSQL server: run scripts/servers up postgres and "
                        + "eval \"$(scripts/servers env postgres)\"")
            }
            let driver = PostgreSQLDriver(
                try ConnectionParameters(DatabaseURL(text)), schema: "ai", versionsTable: "agno_schema_versions")
            return try driver.withConnection(for: .write, body)
        }
    }

    /// Runs a body where there is no table yet, and takes back what it did.
    func withEmptyDatabase<Result>(
        _ connection: any DatabaseConnection, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        guard self != .sqlite else { return try Scratch.withDatabase(body: body) }
        try connection.execute("BEGIN")
        defer { _ = try? connection.execute("ROLLBACK") }
        try connection.execute("CREATE SCHEMA \(connection.dialect.quote("ai"))")
        return try body(connection)
    }
}
