import AgnoMigrate

struct DatabaseEntry: Sendable {
    /// The given id, or one derived from the URL.
    let id: String
    /// The title in the output: the location, and the id if one was given.
    let title: String
    /// The kind of server from the settings or the URL; nil for a remote database without either.
    let dialect: DatabaseKind?
    /// The database; nil for a remote one, which is listed and skipped.
    let database: Database?
    let settings: DatabaseSettings

    /// Checks the settings and parses the URL; opens no connection. Throws a usage error that does not quote the URL.
    init(_ settings: DatabaseSettings) throws {
        self.settings = settings
        do {
            guard !settings.isRemote else {
                id = settings.id ?? settings.origin
                title = id
                dialect = try settings.dialect ?? settings.url.map { try DatabaseURL($0.revealed).kind }
                database = nil
                return
            }
            guard let url = settings.url else {
                throw MigrationError(.usage, "no URL given", remedy: "add url, url_file or remote = true")
            }
            var tables = TableNames(settings.tables, versions: settings.versionsTable ?? TableNames().versions)
            tables.unmigrated = settings.unmigratedTables
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

    private static func failure(_ settings: DatabaseSettings, _ message: String, remedy: String) -> MigrationError {
        MigrationError(.usage, "\(settings.id ?? settings.origin): \(message)", remedy: remedy)
    }
}
