import AgnoMigrate
import Foundation

/// The source of a command's databases: options override the environment, which overrides the file.
struct DatabaseSource {
    let options: DatabaseOptions
    let configurationFile: String?
    private let environment = ProcessInfo.processInfo.environment

    init(_ options: DatabaseOptions, configurationFile: String?) {
        self.options = options
        self.configurationFile = configurationFile
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
        let overrides = try overrides()
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
        } else if let path = ConfigurationFile.existingDefault {
            settings = try ConfigurationFile(path: path, environment: environment).databases
        }
        guard !settings.isEmpty else {
            throw MigrationError(
                .usage, "no database given",
                remedy: "pass --db URL, set AGNO_DB_URL, or add a [[database]] to agno-migrate.toml")
        }
        return try settings.map { try DatabaseEntry($0.overridden(by: overrides)) }
    }

    /// The options of the command line that apply to every database.
    private func overrides() throws -> DatabaseSettings {
        var settings = DatabaseSettings(
            origin: "", schema: options.schema, dialect: try options.dialect.map { try ArgumentParsing.dialect($0) },
            versionsTable: options.versionsTable)
        settings.password = try options.passwordFile.map {
            Credentials(try FileText.secret($0, for: "--password-file"))
        }
        for text in options.tableNames {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty else {
                throw MigrationError(
                    .usage, "--table-name requires a type and a name, such as sessions=my_sessions",
                    remedy: "see --help")
            }
            try settings.name(parts[0], parts[1])
        }
        return settings
    }
}

extension DatabaseSettings {
    fileprivate func overridden(by other: DatabaseSettings) -> DatabaseSettings {
        var settings = self
        settings.schema = other.schema ?? schema
        settings.dialect = other.dialect ?? dialect
        settings.password = other.password ?? password
        settings.versionsTable = other.versionsTable ?? versionsTable
        settings.tables.merge(other.tables) { _, new in new }
        settings.unmigratedTables.merge(other.unmigratedTables) { _, new in new }
        return settings
    }
}
