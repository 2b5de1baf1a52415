import AgnoMigrate
import Foundation
import TOMLKit

/// `agno-migrate.toml`: the databases of the command line and of the service, and what the service is told besides.
///
/// The service's secrets are read only for the service. An unknown key is an error with a suggestion.
struct ConfigurationFile {
    /// The file's name, for messages.
    let name: String
    /// One entry per `[[database]]`, in the order written.
    let databases: [DatabaseSettings]
    /// What the service is told; checked for every command, its secrets and files only for the service.
    let service: ServiceSections

    private static let sections = ["database", "os", "server", "cors", "auth"]

    /// The file that is read when none is named.
    static let defaultName = "agno-migrate.toml"

    /// Reads and checks a file.
    ///
    /// - Throws: a configuration error that names the place in the file, and no value.
    init(path: String, environment: [String: String]) throws {
        let name = (path as NSString).lastPathComponent
        let text = try FileText.read(path, for: "configuration file")
        let root: ConfigurationTable
        do {
            root = ConfigurationTable(
                try TOMLTable(string: text), place: "", file: name,
                directory: (path as NSString).deletingLastPathComponent,
                environment: environment)
        } catch let error as TOMLParseError {
            // The parser's own words may quote a value.
            throw MigrationError(
                .configuration,
                "\(name) is not valid TOML: line \(error.source.begin.line), column \(error.source.begin.column)",
                remedy: "texts stand in quotes, [[database]] begins a database")
        }
        try root.allowOnly(Self.sections)
        self.name = name
        databases = try root.tables("database").enumerated().map { index, table in
            try Self.settings(from: table, number: index + 1)
        }
        service = try ServiceSections(root)
    }

    private static func settings(from table: ConfigurationTable, number: Int) throws -> DatabaseSettings {
        try table.allowOnly(
            ["id", "url", "url_file", "schema", "dialect", "remote", "password", "password_file", "tables"])
        var settings = DatabaseSettings(origin: "database \(number)")
        settings.id = try table.text("id")
        settings.url = try table.secret("url")
        settings.schema = try table.text("schema")
        settings.dialect = try table.text("dialect").map { text in
            try table.locating("dialect") { try Names.dialect(text) }
        }
        settings.isRemote = try table.flag("remote") ?? false
        settings.password = try table.secret("password").map { Credentials($0.revealed) }
        if let names = try table.table("tables") {
            for key in names.keys {
                guard let name = try names.text(key) else { continue }
                if key.lowercased() == "versions" {
                    settings.versionsTable = name
                } else {
                    let type = try names.locating(key) { try Names.renamableType(key) }
                    settings.tables[type] = name
                }
            }
        }
        return settings
    }
}
