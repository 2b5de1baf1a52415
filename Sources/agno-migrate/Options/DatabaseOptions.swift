import AgnoMigrate
import ArgumentParser

struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "Database URL (sqlite:///agno.db, postgresql://user@host/name, mysql://…) or path of a SQLite file. Repeatable.",
            discussion: "Default: AGNO_DB_URL, then DATABASE_URL, then the configuration file.", valueName: "url"),
        completion: .file())
    var urls: [String] = []

    @Option(help: ArgumentHelp("Schema of the tables (default on PostgreSQL and MySQL: ai).", valueName: "name"))
    var schema: String?

    @Option(help: ArgumentHelp("Table of the version stamps (default: agno_schema_versions).", valueName: "name"))
    var versionsTable: String?

    @Option(
        name: .customLong("table-name"),
        help: ArgumentHelp(
            "Name of a table if it is not Agno's default: sessions=my_sessions. Repeatable.", valueName: "type=name"))
    var tableNames: [String] = []

    @Option(
        help: ArgumentHelp("File with the password; overrides a password in the URL.", valueName: "file"),
        completion: .file())
    var passwordFile: String?

    @Option(
        help: ArgumentHelp(
            "Required kind of server, such as singlestore (default: detected from URL and server).", valueName: "name"),
        completion: .list(DatabaseKind.allCases.map(\.rawValue)))
    var dialect: String?
}
