public import AgnoSchema
public import DatabaseAccess
package import Logging
import MigrationCore
import MySQLAccess
import PostgreSQLAccess
import SQLDialects
import SQLiteAccess

/// One database and the names of Agno's tables in it.
///
/// Making one opens nothing.
public struct Database: Sendable {
    /// The name in reports: the one given, or one derived from the URL.
    public let id: String
    /// Where it is; no textual form of it holds a password.
    public let url: DatabaseURL
    /// The real table names.
    public let tables: TableNames

    /// The schema that holds the tables; nil where there are none, and where it is the connection's. On a server that a
    /// MySQL URL turns out to be, SingleStore for one, the default is that server's; reports name the real one.
    public let schema: String?

    private let server: Server?

    /// How a server is reached; a SQLite file needs nothing of the kind.
    private enum Server {
        case postgresql(PostgreSQLParameters)
        /// The schema that was chosen, and the kind that the server has to be, where that was said.
        case mysqlFamily(MySQLParameters, schema: String?, expected: DatabaseKind?)
    }

    /// Describes a database.
    ///
    /// - Parameters:
    ///   - url: any form that Agno accepts (`sqlite+aiosqlite:///agno.db`), or the path of a SQLite file.
    ///   - schema: the schema (PostgreSQL) or database (MySQL, MariaDB) that holds the tables, `ai` unless given; on
    ///     SingleStore the connection's database unless given; SQLite has none.
    ///   - tables: names other than Agno's defaults.
    ///   - password: takes the place of the URL's.
    ///   - dialect: what the server has to be; nil: what the URL says, where a MySQL form means all of its family.
    ///   - id: the name in reports.
    /// - Throws: ``DatabaseURL/ParseError``, and ``MigrationError`` with the code `usage` where schema or dialect do not go
    ///   with the URL.
    public init(
        url: String, schema: String? = nil, tables: TableNames = TableNames(), password: Credentials? = nil,
        dialect: DatabaseKind? = nil, id: String? = nil
    ) throws {
        let parsed = try DatabaseURL(url)
        try Self.check(dialect, goesWith: parsed.kind)
        let chosen = schema.flatMap { $0.isEmpty ? nil : $0 }
        var tables = tables
        switch parsed.kind {
        case .sqlite:
            if let chosen {
                throw MigrationError(
                    .usage, "SQLite has no schemas, so the schema '\(chosen)' cannot be chosen",
                    remedy: "leave --schema out")
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
            server = .mysqlFamily(
                try MySQLParameters(parsed, password: password), schema: chosen, expected: expected)
            tables[.runs] = MySQLNames.fitted(tables[.runs], table: tables[.sessions])
        }
        self.url = parsed
        self.tables = tables
        let name = parsed.path.map { String($0.split(separator: "/").last ?? "database") }
        self.id = id ?? name ?? parsed.database ?? "database"
    }

    /// The way to reach it.
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
            return MySQLDriver(
                parameters, schema: schema, versionsTable: tables.versions, expected: expected)
        case nil:
            return SQLiteDriver(
                path: url.path ?? "", isReadOnly: url.options["mode"] == "ro" || url.options["immutable"] == "1")
        }
    }

    /// MySQL, MariaDB and SingleStore speak one protocol and can stand for each other in a URL.
    private static func check(_ dialect: DatabaseKind?, goesWith kind: DatabaseKind) throws {
        let family: Set<DatabaseKind> = [.mysql, .mariadb, .singlestore]
        guard let dialect, dialect != kind, !family.isSuperset(of: [dialect, kind]) else { return }
        throw MigrationError(
            .usage, "dialect \(dialect.rawValue) does not go with a \(kind.rawValue) URL",
            remedy: "leave the dialect out; it is for SingleStore behind a MySQL URL")
    }
}
