public import AgnoSchema
public import DatabaseAccess
package import Logging
import MigrationCore
import MySQLAccess
import PostgreSQLAccess
import SQLDialects
import SQLiteAccess

/// The location of a database and the names of Agno's tables in it.
///
/// ```swift
/// let local = try Database(url: "sqlite:///agno.db")
/// let shared = try Database(
///     url: "postgresql+psycopg://app@db.example.org/agno", schema: "ai", tables: TableNames([.sessions: "my_sessions"]),
///     password: Credentials(secret))
/// ```
///
/// Making a value opens no connection.
public struct Database: Sendable {
    /// The name in reports: the given one, or one derived from the URL.
    public let id: String
    /// The location; its textual forms hide the password.
    public let url: DatabaseURL
    /// The real table names.
    public let tables: TableNames

    /// The schema that holds the tables; nil on SQLite, and on SingleStore unless one was given. If a MySQL URL leads to
    /// SingleStore, that server's default replaces this one; reports name the real schema.
    public let schema: String?

    private let server: Server?

    /// The connection parameters of a server; a SQLite file has none.
    private enum Server {
        case postgresql(PostgreSQLParameters)
        /// With the given schema and the required kind of server; nil if they were not given.
        case mysqlFamily(MySQLParameters, schema: String?, expected: DatabaseKind?)
    }

    /// Describes a database.
    ///
    /// - Parameters:
    ///   - url: any form that Agno accepts (`sqlite+aiosqlite:///agno.db`), or the path of a SQLite file.
    ///   - schema: the schema (PostgreSQL) or database (MySQL, MariaDB) that holds the tables, `ai` unless given; on
    ///     SingleStore the connection's database unless given; SQLite has none.
    ///   - tables: the table names (default: Agno's).
    ///   - password: replaces the URL's password; nil (the default) keeps it.
    ///   - dialect: the required kind of server; nil (the default) takes it from the URL, where a MySQL form accepts
    ///     MySQL, MariaDB and SingleStore.
    ///   - id: the name in reports; nil (the default) derives it from the URL.
    /// - Throws: ``DatabaseURL/ParseError``, or ``MigrationError`` with the code `usage` if the schema or the dialect
    ///   cannot be combined with the URL.
    public init(
        url: String, schema: String? = nil, tables: TableNames = TableNames(), password: Credentials? = nil,
        dialect: DatabaseKind? = nil, id: String? = nil
    ) throws {
        let parsed = try DatabaseURL(url)
        try Self.check(dialect, against: parsed.kind)
        let chosen = schema.flatMap { $0.isEmpty ? nil : $0 }
        var tables = tables
        switch parsed.kind {
        case .sqlite:
            if let chosen {
                throw MigrationError(
                    .usage, "schema '\(chosen)' cannot be combined with a sqlite URL: SQLite has no schemas",
                    remedy: "omit --schema")
            }
            self.schema = nil
            server = nil
        case .postgresql:
            self.schema = chosen ?? PostgreSQLDialect.defaultSchema
            server = .postgresql(try PostgreSQLParameters(parsed, password: password))
            // The derived name of the runs table may be longer than the server keeps.
            tables[.runs] = PostgreSQLDialect.fitted(tables[.runs], table: tables[.sessions])
        case .mysql, .mariadb, .singlestore:
            let expected = dialect ?? (parsed.kind == .singlestore ? .singlestore : nil)
            self.schema = chosen ?? (expected == .singlestore ? nil : MySQLDialect.defaultSchema)
            server = .mysqlFamily(try MySQLParameters(parsed, password: password), schema: chosen, expected: expected)
            tables[.runs] = MySQLNames.fitted(tables[.runs], table: tables[.sessions])
        }
        self.url = parsed
        self.tables = tables
        let name = parsed.path.map { String($0.split(separator: "/").last ?? "database") }
        self.id = id ?? name ?? parsed.database ?? "database"
    }

    /// Makes the driver.
    package func makeDriver(
        logger: Logger = Logger(label: "agno-migrate") { _ in SwiftLogNoOpLogHandler() }
    ) -> any DatabaseDriver {
        switch server {
        case .postgresql(let parameters):
            return PostgreSQLDriver(
                parameters, schema: schema ?? PostgreSQLDialect.defaultSchema, versionsTable: tables.versions
            ) {
                logger.debug("notice", metadata: ["server": "\($0)"])
            }
        case .mysqlFamily(let parameters, let schema, let expected):
            return MySQLDriver(parameters, schema: schema, versionsTable: tables.versions, expected: expected)
        case nil:
            return SQLiteDriver(
                path: url.path ?? "", isReadOnly: url.options["mode"] == "ro" || url.options["immutable"] == "1")
        }
    }

    /// Refuses a dialect that the URL cannot lead to; MySQL, MariaDB and SingleStore share one protocol.
    private static func check(_ dialect: DatabaseKind?, against kind: DatabaseKind) throws {
        let family: Set<DatabaseKind> = [.mysql, .mariadb, .singlestore]
        guard let dialect, dialect != kind, !family.isSuperset(of: [dialect, kind]) else { return }
        throw MigrationError(
            .usage, "--dialect \(dialect.rawValue) cannot be combined with a \(kind.rawValue) URL",
            remedy: "omit the dialect; only mysql, mariadb and singlestore URLs accept another one")
    }
}
