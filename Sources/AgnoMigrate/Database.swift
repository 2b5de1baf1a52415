public import AgnoSchema
public import DatabaseAccess
package import Logging
import MigrationEngine
import PostgreSQLDriver
import SQLDialects
import SQLiteDriver

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

    /// The schema that holds the tables; nil where there are none.
    public let schema: String?

    private let connection: ConnectionParameters?

    /// Describes a database.
    ///
    /// - Parameters:
    ///   - url: any form that Agno accepts (`sqlite+aiosqlite:///agno.db`), or the path of a SQLite file.
    ///   - schema: the schema that holds the tables, `ai` unless given; SQLite has none.
    ///   - tables: names other than Agno's defaults.
    ///   - password: takes the place of the URL's.
    ///   - id: the name in reports.
    /// - Throws: ``DatabaseURL/ParseError``, and ``MigrationError`` with the code `not_supported` for a server that this
    ///   version cannot reach yet.
    public init(
        url: String, schema: String? = nil, tables: TableNames = TableNames(), password: Credentials? = nil,
        id: String? = nil
    ) throws {
        let parsed = try DatabaseURL(url)
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
            connection = nil
        case .postgresql:
            self.schema = chosen ?? PostgreSQLDialect().schema
            connection = try ConnectionParameters(parsed, password: password)
            // The derived name of the runs table may be longer than the server keeps.
            tables[.runs] = PostgreSQLDialect.fitted(tables[.runs], table: tables[.sessions])
        case .mysql, .mariadb, .singlestore:
            throw MigrationError(
                .notSupported,
                "this version of agno-migrate reaches SQLite and PostgreSQL only, not \(parsed.kind.rawValue)",
                remedy: "use a release that lists \(parsed.kind.rawValue) in its README")
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
        if let connection, let schema {
            return PostgreSQLDriver(connection, schema: schema, versionsTable: tables.versions) {
                logger.debug("notice", metadata: ["server": "\($0)"])
            }
        }
        return SQLiteDriver(
            path: url.path ?? "", isReadOnly: url.options["mode"] == "ro" || url.options["immutable"] == "1")
    }
}
