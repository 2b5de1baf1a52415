import AgnoMigrate
import Foundation
import TOMLKit

/// `agno-migrate.toml`: the databases of the command line and of the service, and the service's settings. Only the
/// service reads its secrets. An unknown key is an error with a suggestion.
struct ConfigurationFile {
    let name: String
    /// One entry per `[[database]]`, in the order written.
    let databases: [DatabaseSettings]
    /// The settings of the service; every command checks their keys, only the service reads their secrets and files.
    let service: ServiceSections

    /// The default file, if it is in the working directory.
    static var existingDefault: String? {
        FileManager.default.fileExists(atPath: "agno-migrate.toml") ? "agno-migrate.toml" : nil
    }

    /// Reads and checks a file. Throws a configuration error that names the location in the file and no value.
    init(path: String, environment: [String: String]) throws {
        try self.init(
            text: FileText.read(path, for: "configuration file"), name: (path as NSString).lastPathComponent,
            directory: (path as NSString).deletingLastPathComponent, environment: environment)
    }

    /// Checks the text of a file; paths in it are relative to the directory.
    init(text: String, name: String, directory: String, environment: [String: String]) throws {
        if let line = TOMLPitfalls.line(in: text) {
            throw MigrationError(
                .configuration, "\(name) is not valid TOML: line \(line)",
                remedy: "start each database with [[database]], and end lists with ]")
        }
        let root: ConfigurationTable
        do {
            root = ConfigurationTable(
                table: try TOMLTable(string: text), path: "", file: name, directory: directory,
                environment: environment)
        } catch let error as TOMLParseError {
            // The parser's own message may quote a value.
            throw MigrationError(
                .configuration,
                "\(name) is not valid TOML: line \(error.source.begin.line), column \(error.source.begin.column)",
                remedy: "quote strings; start each database with [[database]]")
        }
        try root.allowOnly(["database", "os", "server", "cors", "auth"])
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
        settings.id = try table.string("id")
        settings.url = try table.secret("url")
        settings.schema = try table.string("schema")
        settings.dialect = try table.parsed("dialect") { try ArgumentParsing.dialect($0) }
        settings.isRemote = try table.flag("remote") ?? false
        settings.password = try table.secret("password").map { Credentials($0.revealed) }
        if let names = try table.table("tables") {
            for key in names.keys { try names.parsed(key) { try settings.name(key, $0) } }
        }
        return settings
    }
}
