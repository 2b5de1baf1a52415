import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import Foundation
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

/// The servers that `scripts/servers up mariadb mysql` started.
enum TestServer: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case mariadb, mysql

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// Those that there are: MySQL cannot be had everywhere, MariaDB is never optional.
    static let all = allCases.filter { $0 == .mariadb || (try? $0.url()) != nil }

    var testDescription: String { self == .mariadb ? "MariaDB" : "MySQL" }

    /// What a variable of `scripts/servers env` says.
    static func variable(_ name: String, of server: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name] else {
            throw Missing(
                description: "\(name) is not set: run scripts/servers up \(server) and "
                    + "eval \"$(scripts/servers env \(server))\"")
        }
        return value
    }

    private func variable(_ end: String) throws -> String {
        try Self.variable("AGNO_TEST_\(rawValue.uppercased())_\(end)", of: rawValue)
    }

    /// The URL of a database.
    func url(_ database: String = "mysql") throws -> String {
        let url = try variable("URL")
        guard let slash = url.lastIndex(of: "/"),
            let name = database.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["_"]))
        else { throw Missing(description: "AGNO_TEST_\(rawValue.uppercased())_URL names no database") }
        return url[...slash] + name
    }

    /// Host and port, for URLs of other users.
    func place() throws -> String {
        let url = try DatabaseURL(url())
        return "\(url.host ?? "127.0.0.1"):\(url.port ?? 3306)"
    }

    func socket() throws -> String { try variable("SOCKET") }

    /// A driver of a database that holds Agno's tables itself.
    func driver(_ database: String, lockTimeout: Int = 1) throws -> MySQLDriver {
        try Self.driver(url: url(database), schema: database, lockTimeout: lockTimeout)
    }

    /// A driver of any server.
    static func driver(url: String, schema: String, lockTimeout: Int = 1) throws -> MySQLDriver {
        MySQLDriver(
            try MySQLParameters(DatabaseURL(url)), schema: schema, versionsTable: TableNames().versions,
            lockTimeout: lockTimeout)
    }

    /// Runs a body on a connection to no database of a test.
    func connected<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try driver("mysql", lockTimeout: 60).withConnection(for: .write, body)
    }
}

/// A database of its own for one test; it is dropped when the test is over.
final class TestDatabase: DatabaseUnderTest {
    let server: TestServer
    let name: String
    var schema: String? { name }

    /// - Parameters:
    ///   - end: what a strange name ends with.
    ///   - options: what `CREATE DATABASE` says after the name.
    init(on server: TestServer, end: String = "", options: String = "") throws {
        var generator = SystemRandomNumberGenerator()
        self.server = server
        name = "agno_test_" + String(generator.next(), radix: 36) + end
        _ = try server.connected { connection in
            try connection.execute("CREATE DATABASE \(connection.dialect.quote(name)) \(options)")
        }
    }

    deinit {
        let name = name
        _ = try? server.connected { try $0.execute("DROP DATABASE IF EXISTS \($0.dialect.quote(name))") }
    }

    func url() throws -> String { try server.url(name) }

    /// The same for another user, who has the password of ``TestUser``.
    func url(of user: String) throws -> String {
        try url().replacing("root@", with: "\(user):\(TestUser.password)@")
    }

    /// Writes one row of bound values.
    func insert(_ values: [(String, SQLValue)], into table: String) throws {
        try connected { try Self.insert(values, into: table, $0) }
    }

    static func insert(
        _ values: [(String, SQLValue)], into table: String, _ connection: any DatabaseConnection
    ) throws {
        let dialect = connection.dialect
        let places = values.indices.map { dialect.placeholder($0 + 1) }.joined(separator: ", ")
        try connection.execute(
            "INSERT INTO \(dialect.table(table)) (\(dialect.list(values.map(\.0)))) VALUES (\(places))",
            values.map(\.1))
    }

    /// A session with a list of runs.
    func insertSession(_ id: String, user: String? = nil, runs: String?) throws {
        try insert(
            [
                ("session_id", .text(id)), ("session_type", .text("agent")), ("user_id", SQLValue(user)),
                ("runs", SQLValue(runs)), ("created_at", .integer(77)),
            ], into: "agno_sessions")
    }

    func driver(versionsTable: String, patience: Patience) throws -> any DatabaseDriver {
        MySQLDriver(
            try MySQLParameters(DatabaseURL(url())), schema: name, versionsTable: versionsTable,
            lockTimeout: patience == .application ? 50 : 1)
    }

    func contents() throws -> DatabaseContents { try connected { try DatabaseContents(mySQL: $0, of: name) } }
}

/// A user of one test.
enum TestUser {
    static let password = "Pw-0fOneTest"

    /// Makes a user with these rights, each one the part of a `GRANT` before `TO`.
    static func make(_ name: String, on server: TestServer, rights: [String]) throws {
        try server.connected { connection in
            try connection.execute("CREATE USER '\(name)'@'%' IDENTIFIED BY '\(password)'")
            for right in rights { try connection.execute("GRANT \(right) TO '\(name)'@'%'") }
        }
    }

    static func drop(_ name: String, on server: TestServer) {
        _ = try? server.connected { try $0.execute("DROP USER '\(name)'@'%'") }
    }
}

/// The versions in which a database may be found.
let versions = SchemaVersion.known
