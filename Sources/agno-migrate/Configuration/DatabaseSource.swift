import AgnoMigrate
import Foundation

/// The source of a command's databases: options override the environment, which overrides the file.
struct DatabaseSource {
    private let options: DatabaseOptions
    private let configurationFile: String?
    private let environment: [String: String]

    init(
        _ options: DatabaseOptions, configurationFile: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.options = options
        self.configurationFile = configurationFile
        self.environment = environment
    }

    /// The variables that hold a URL; the first one that is set counts.
    private static let variables = ["AGNO_DB_URL", "DATABASE_URL"]

    /// Every database, in the order given.
    ///
    /// A configuration file named with `--config` is always read and checked; the default file in the working directory is
    /// read only if no other source is given.
    ///
    /// - Parameters:
    ///   - option: the name in messages of the option that gives a database.
    ///   - note: called if a source is ignored.
    /// - Throws: a usage or configuration error; no connection was opened.
    func databases(naming option: String = "--db", note: (String) -> Void) throws -> [DatabaseEntry] {
        let overrides = try Overrides(options)
        var settings: [DatabaseSettings] = []
        let named = try configurationFile.map { try ConfigurationFile(path: $0, environment: environment) }
        let variable = Self.variables.first { !(environment[$0] ?? "").isEmpty }
        if !options.urls.isEmpty {
            for (index, url) in options.urls.enumerated() {
                let origin = options.urls.count > 1 ? "\(option) number \(index + 1)" : option
                settings.append(DatabaseSettings(origin: origin, url: Secret(url)))
            }
        } else if let variable, let url = environment[variable] {
            if let named, !named.databases.isEmpty {
                note("\(variable) is set and overrides the databases of \(named.name)")
            }
            settings = [DatabaseSettings(origin: variable, url: Secret(url))]
        } else if let named {
            settings = named.databases
        } else if FileManager.default.fileExists(atPath: ConfigurationFile.defaultName) {
            settings = try ConfigurationFile(path: ConfigurationFile.defaultName, environment: environment).databases
        }
        guard !settings.isEmpty else {
            throw MigrationError(
                .usage, "no database given",
                remedy: "pass --db URL, set AGNO_DB_URL, or add a [[database]] to agno-migrate.toml")
        }
        return try settings.map { try DatabaseEntry(overrides.applied(to: $0)) }
    }
}

/// The options of the command line that apply to every database.
private struct Overrides {
    private var schema: String?
    private var dialect: DatabaseKind?
    private var password: Credentials?
    private var tables: [TableType: String] = [:]
    private var versionsTable: String?

    init(_ options: DatabaseOptions) throws {
        schema = options.schema
        versionsTable = options.versionsTable
        dialect = try options.dialect.map { try ArgumentParsing.dialect($0) }
        password = try options.passwordFile.map { Credentials(try SecretFile.contents(of: $0, for: "--password-file")) }
        for text in options.tableNames {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty else {
                throw MigrationError(
                    .usage, "--table-name requires a type and a name, such as sessions=my_sessions",
                    remedy: "see --help")
            }
            if parts[0].lowercased() == "versions" {
                versionsTable = parts[1]
            } else {
                tables[try ArgumentParsing.renamableType(parts[0])] = parts[1]
            }
        }
    }

    func applied(to settings: DatabaseSettings) -> DatabaseSettings {
        var settings = settings
        if let schema { settings.schema = schema }
        if let dialect { settings.dialect = dialect }
        if let password { settings.password = password }
        if let versionsTable { settings.versionsTable = versionsTable }
        settings.tables.merge(tables) { _, new in new }
        return settings
    }
}
