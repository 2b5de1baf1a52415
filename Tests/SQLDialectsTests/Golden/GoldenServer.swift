import DatabaseAccess
import Foundation
import MySQLAccess
import PostgreSQLAccess
import SQLDialects

/// The servers whose SQL is recorded.
enum GoldenServer: String, CaseIterable, CustomStringConvertible {
    case sqlite, postgresql, mariadb, mysql, singlestore

    /// Those that there are: MySQL cannot be had everywhere, the others are never optional.
    static let all = allCases.filter { $0 != .mysql || $0.url != nil }

    var description: String { rawValue }

    var title: String {
        switch self {
        case .sqlite: "SQLite"
        case .postgresql: "PostgreSQL"
        case .mariadb: "MariaDB"
        case .mysql: "MySQL"
        case .singlestore: "SingleStore"
        }
    }

    /// What stands before a statement: for SingleStore, where the statements ran on a double, the rules that permit it.
    func comment(on sql: String) throws -> String { self == .singlestore ? try SingleStoreRules.comment(on: sql) : "" }

    private var url: String? {
        let name = self == .singlestore ? "SINGLESTORE_DOUBLE" : rawValue.uppercased()
        return ProcessInfo.processInfo.environment["AGNO_TEST_\(name)_URL"]
    }

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// A connection to a server that may be filled.
    func withConnection<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        guard self != .sqlite else { return try Scratch.withDatabase(body: body) }
        guard let url else {
            throw Missing(
                description: "there is no \(title) server: run scripts/servers up and eval \"$(scripts/servers env)\"")
        }
        let address = try DatabaseURL(url)
        let driver: any DatabaseDriver =
            self == .postgresql
            ? PostgreSQLDriver(
                try PostgreSQLParameters(address), schema: "ai", versionsTable: "agno_schema_versions")
            : MySQLDriver(
                try MySQLParameters(address), schema: "ai", versionsTable: "agno_schema_versions")
        return try driver.withConnection(for: .write, body)
    }

    /// Runs a body where there is no table yet, and takes back what it did.
    func withEmptyDatabase<Result>(
        _ connection: any DatabaseConnection, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        guard self != .sqlite else { return try Scratch.withDatabase(body: body) }
        let database = connection.dialect.quote("ai")
        guard connection.dialect.hasTransactionalDDL else {
            try connection.execute("DROP DATABASE IF EXISTS \(database)")
            try connection.execute("CREATE DATABASE \(database)")
            defer { _ = try? connection.execute("DROP DATABASE \(database)") }
            return try body(connection)
        }
        try connection.execute("BEGIN")
        defer { _ = try? connection.execute("ROLLBACK") }
        try connection.execute("CREATE SCHEMA \(connection.dialect.quote("ai"))")
        return try body(connection)
    }
}
