import AgnoMigrate

/// What is said of one database, by the command line, the environment or the configuration file.
struct DatabaseSettings: Sendable {
    /// How messages call it before it has an id: `database 2`, `--db`.
    var origin: String
    var id: String?
    var url: Secret?
    var schema: String?
    var dialect: DatabaseKind?
    var isRemote = false
    var password: Credentials?
    var tables: [TableType: String] = [:]
    var versionsTable: String?

    init(origin: String, url: Secret? = nil) {
        self.origin = origin
        self.url = url
    }
}

/// A text that may hold a password and cannot be printed by accident.
struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    let revealed: String

    init(_ text: String) { revealed = text }

    var description: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// A database that a command works on.
struct DatabaseEntry: Sendable {
    /// The id given, or the one derived from the URL.
    let id: String
    /// How people see it: the place, and the id if one was given.
    let title: String
    /// The kind that the URL names; nil for a remote one of which nothing is said.
    let dialect: DatabaseKind?
    /// The database; nil for a remote one, which is listed and skipped.
    let database: Database?

    /// Checks the settings and reads the URL; nothing is opened.
    ///
    /// - Throws: a usage error that does not quote the URL.
    init(_ settings: DatabaseSettings) throws {
        guard !settings.isRemote else {
            id = settings.id ?? settings.origin
            title = id
            dialect = try settings.dialect ?? settings.url.map { try Self.parsed($0, settings).kind }
            database = nil
            return
        }
        guard let url = settings.url else {
            throw Self.failure(settings, "no URL is given", remedy: "add url, url_file or remote = true")
        }
        let tables = TableNames(settings.tables, versions: settings.versionsTable ?? TableNames().versions)
        do {
            let database = try Database(
                url: url.revealed, schema: settings.schema, tables: tables, password: settings.password,
                dialect: settings.dialect, id: settings.id)
            self.database = database
            id = database.id
            title = settings.id.map { "\($0) (\(database.url))" } ?? database.url.description
            dialect = settings.dialect ?? database.url.kind
        } catch let error as DatabaseURL.ParseError {
            throw Self.failure(settings, error.description, remedy: Self.forms)
        } catch let error as MigrationError {
            throw Self.failure(settings, error.message, remedy: error.remedy)
        }
    }

    private static let forms =
        "forms: sqlite:///relative.db, sqlite:////absolute.db, postgresql://user@host:5432/name, mysql://user@host:3306/name"

    private static func parsed(_ url: Secret, _ settings: DatabaseSettings) throws -> DatabaseURL {
        do {
            return try DatabaseURL(url.revealed)
        } catch let error as DatabaseURL.ParseError {
            throw failure(settings, error.description, remedy: forms)
        }
    }

    private static func failure(_ settings: DatabaseSettings, _ message: String, remedy: String) -> MigrationError {
        MigrationError(.usage, "\(settings.id ?? settings.origin): \(message)", remedy: remedy)
    }
}
