import AgnoMigrate
import ArgumentParser

/// Which databases, and what their tables are called.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "Database: sqlite:///agno.db, postgresql://user@host/name, mysql://…, or a SQLite file. Repeatable.",
            discussion: "Without it AGNO_DB_URL, then DATABASE_URL, then the configuration file.", valueName: "url"),
        completion: .file())
    var urls: [String] = []

    @Option(
        name: .customLong("schema"),
        help: ArgumentHelp("Schema that holds the tables (PostgreSQL, MySQL: default 'ai').", valueName: "name"))
    var schema: String?

    @Option(
        name: .customLong("versions-table"),
        help: ArgumentHelp("Table that holds the stamps (default 'agno_schema_versions').", valueName: "name"))
    var versionsTable: String?

    @Option(
        name: .customLong("table-name"),
        help: ArgumentHelp(
            "Name of a table that is not Agno's default: sessions=my_sessions. Repeatable.", valueName: "type=name"))
    var tableNames: [String] = []

    @Option(
        name: .customLong("password-file"),
        help: ArgumentHelp("File that holds the password; it goes before one in the URL.", valueName: "file"),
        completion: .file())
    var passwordFile: String?

    @Option(
        name: .customLong("dialect"),
        help: ArgumentHelp(
            "The server's kind, where the URL and the server do not tell: singlestore.", valueName: "name"),
        completion: .list(DatabaseKind.allCases.map(\.rawValue)))
    var dialect: String?
}
