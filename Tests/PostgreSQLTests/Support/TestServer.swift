import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import Foundation
import Logging
import MigrationCore
import PostgreSQLAccess
import SQLDialects
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

    static func url(database: String = "postgres") throws -> String { try base() + database }

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
final class TestDatabase {
    let name: String
    let schema: String
    private let isOwn: Bool

    init(schema: String = "ai") throws {
        var generator = SystemRandomNumberGenerator()
        name = "agno_test_" + String(generator.next(), radix: 36)
        self.schema = schema
        isOwn = true
        try TestServer.driver(database: "postgres").withConnection(for: .write) { connection in
            _ = try connection.execute(
                "CREATE DATABASE \(connection.dialect.quote(name)) TEMPLATE template0 ENCODING 'UTF8'")
        }
    }

    private init(existing name: String, schema: String) {
        self.name = name
        self.schema = schema
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

    /// Runs a body on a connection that may write.
    func connected<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try TestServer.driver(database: name, schema: schema).withConnection(for: .write, body)
    }

    func execute(_ statements: String...) throws {
        try connected { connection in
            for statement in statements { try connection.execute(statement) }
        }
    }

    func value(_ sql: String) throws -> SQLValue? { try connected { try $0.value(sql) } }

    func rows(_ sql: String) throws -> [SQLRow] { try connected { try $0.rows(SQLStatement(sql)) } }

    /// A manager with a fixed clock and little patience.
    func manager(
        tables: TableNames = TableNames(), lockAttempts: Int = 2, waitTimeout: Duration = .zero,
        onServer: Bool = true, driver: (any DatabaseDriver)? = nil, configure: (inout EngineOptions) -> Void = { _ in }
    ) throws -> MigrationManager {
        let database = try Database(url: url(), schema: schema, tables: tables)
        var options = EngineOptions(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, toolVersion: "test")
        options.clock = .fixed(1_750_000_000)
        options.lockAttempts = lockAttempts
        options.waitTimeout = waitTimeout
        options.usesServerSideMoves = onServer
        configure(&options)
        return MigrationManager(
            database, driver: try driver ?? TestServer.driver(database: name, schema: schema), options: options)
    }

    // MARK: Comparing

    /// Every table of Agno's with all that the catalogue says of it, as sorted lines.
    func catalogue(tables: TableNames = TableNames()) throws -> [String] {
        try connected { connection in
            let names = Dictionary(uniqueKeysWithValues: TableType.allCases.map { ($0, tables[$0]) })
            return try connection.dialect.snapshots(of: names, using: connection)
                .flatMap { Self.facts(of: $1.shape, named: $1.name) }.sorted()
        }
    }

    /// What makes a table, one line each; names of keys and indexes included.
    static func facts(of shape: TableShape, named table: String) -> [String] {
        var lines = shape.columns.map {
            "\(table) column \($0.name) \($0.type) \($0.isNullable ? "NULL" : "NOT NULL") \($0.defaultValue ?? "-")"
        }
        lines.append("\(table) key \(shape.primaryKey)")
        lines += shape.uniqueKeys.map { "\(table) unique \($0.name ?? "-") \($0.columns)" }
        lines += shape.indexes.map {
            let predicate = $0.index.predicate.map { "\($0)" } ?? "-"
            return "\(table) index \($0.name) \($0.index.columns) \($0.index.isUnique) \(predicate)"
        }
        lines += shape.references.map { "\(table) refers \($0.columns) \($0.parent) \($0.parentColumns)" }
        return lines
    }

    /// Every row of Agno's tables as text; JSON as what it means, since the way through jsonb changes its spelling.
    func contents() throws -> [String] {
        try connected { connection in
            let names = Dictionary(uniqueKeysWithValues: TableType.allCases.map { ($0, TableNames()[$0]) })
            return try connection.dialect.snapshots(of: names, using: connection).values.flatMap { snapshot in
                let columns = snapshot.shape.columns.sorted { $0.name < $1.name }.map { column in
                    connection.dialect.quote(column.name) + (column.type == "JSON" ? "::jsonb" : "")
                }
                let sql = "SELECT \(columns.joined(separator: ", ")) FROM \(connection.dialect.table(snapshot.name))"
                return try connection.rows(SQLStatement(sql)).map { "\(snapshot.name) \($0)" }
            }.sorted()
        }
    }
}

/// The versions in which a database may be found.
let versions = SchemaVersion.known

extension MigrationReport {
    subscript(type: TableType) -> TableReport? { tables.first { $0.type == type } }
}
