public import AgnoSchema
public import DatabaseAccess
import MigrationEngine
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

    private let password: Credentials?

    /// Describes a database.
    ///
    /// - Parameters:
    ///   - url: any form that Agno accepts (`sqlite+aiosqlite:///agno.db`), or the path of a SQLite file.
    ///   - schema: the schema that holds the tables; SQLite has none.
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
        guard parsed.kind == .sqlite else {
            throw MigrationError(
                .notSupported, "this version of agno-migrate reaches SQLite only, not \(parsed.kind.rawValue)",
                remedy: "use a release that lists \(parsed.kind.rawValue) in its README")
        }
        if let schema, !schema.isEmpty {
            throw MigrationError(
                .usage, "SQLite has no schemas, so the schema '\(schema)' cannot be chosen",
                remedy: "leave --schema out")
        }
        self.url = parsed
        self.tables = tables
        self.password = password
        self.id = id ?? parsed.path.map { String($0.split(separator: "/").last ?? "database") } ?? "database"
    }

    /// The way to reach it.
    package func makeDriver() -> any DatabaseDriver {
        SQLiteDriver(path: url.path ?? "", isReadOnly: url.options["mode"] == "ro" || url.options["immutable"] == "1")
    }
}
