import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import Foundation
import PostgreSQLAccess
import SQLDialects
import ServerContract
import Testing

/// The server that `scripts/servers up postgres` started.
enum TestServer {
    struct Missing: Error, CustomStringConvertible {
        var description =
            "there is no PostgreSQL server: run scripts/servers up postgres and eval \"$(scripts/servers env postgres)\""
    }

    /// The URL up to the database's name.
    static func base() throws -> String {
        guard let url = ProcessInfo.processInfo.environment["AGNO_TEST_POSTGRESQL_URL"],
            let slash = url.lastIndex(of: "/")
        else { throw Missing() }
        return String(url[...slash])
    }

    static func url(database: String = "postgres") throws -> String {
        guard let name = database.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["_"])) else {
            throw Missing(description: "\(database) cannot be part of a URL")
        }
        return try base() + name
    }

    /// Host and port, for URLs of other roles.
    static func place() throws -> String {
        let url = try DatabaseURL(url())
        return "\(url.host ?? "127.0.0.1"):\(url.port ?? 5432)"
    }

    static func driver(database: String, schema: String = "ai", lockTimeout: Int = 300) throws -> PostgreSQLDriver {
        try driver(url: url(database: database), schema: schema, lockTimeout: lockTimeout)
    }

    /// A driver of any server.
    static func driver(url: String, schema: String = "ai", lockTimeout: Int = 300) throws -> PostgreSQLDriver {
        PostgreSQLDriver(
            try PostgreSQLParameters(DatabaseURL(url)), schema: schema, versionsTable: TableNames().versions,
            lockTimeout: lockTimeout)
    }

    /// What another variable of `scripts/servers env` says.
    static func variable(_ name: String, of server: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name] else {
            throw Missing(
                description: "\(name) is not set: run scripts/servers up \(server) and "
                    + "eval \"$(scripts/servers env \(server))\"")
        }
        return value
    }
}

/// A database of its own for one test; it is dropped when the test is over.
final class TestDatabase: DatabaseUnderTest {
    let name: String
    let schemaName: String
    private let isOwn: Bool

    var schema: String? { schemaName }

    /// - Parameter end: what a strange name ends with.
    init(schema: String = "ai", end: String = "", encoding: String = "UTF8") throws {
        var generator = SystemRandomNumberGenerator()
        name = "agno_test_" + String(generator.next(), radix: 36) + end
        schemaName = schema
        isOwn = true
        try TestServer.driver(database: "postgres").withConnection(for: .write) { connection in
            _ = try connection.execute(
                "CREATE DATABASE \(connection.dialect.quote(name)) TEMPLATE template0 ENCODING '\(encoding)'"
                    + (encoding == "UTF8" ? "" : " LC_COLLATE 'C' LC_CTYPE 'C'"))
        }
    }

    private init(existing name: String, schema: String) {
        self.name = name
        schemaName = schema
        isOwn = false
    }

    /// A database that somebody else drops.
    static func existing(_ name: String, schema: String = "ai") -> TestDatabase {
        TestDatabase(existing: name, schema: schema)
    }

    deinit {
        guard isOwn else { return }
        let name = name
        _ = try? TestServer.driver(database: "postgres").withConnection(for: .write) { connection in
            try connection.execute("DROP DATABASE \(connection.dialect.quote(name)) WITH (FORCE)")
        }
    }

    func url() throws -> String { try TestServer.url(database: name) }

    func driver(versionsTable: String, patience: Patience) throws -> any DatabaseDriver {
        PostgreSQLDriver(
            try PostgreSQLParameters(DatabaseURL(url())), schema: schemaName, versionsTable: versionsTable,
            lockTimeout: patience == .application ? 0 : 300)
    }

    /// JSON is compared by what it means.
    func contents() throws -> DatabaseContents {
        try connected { try DatabaseContents(postgreSQL: $0, schema: schemaName, byMeaning: true) }
    }
}

/// The versions in which a database may be found.
let versions = SchemaVersion.known
