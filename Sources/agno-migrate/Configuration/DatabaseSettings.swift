import AgnoMigrate

/// The settings of one database from the command line, the environment or the configuration file.
struct DatabaseSettings: Sendable {
    /// The name in messages before an id is known: `database 2`, `--db`.
    var origin: String
    var id: String?
    var url: Secret?
    var schema: String?
    var dialect: DatabaseKind?
    var isRemote = false
    var password: Credentials?
    var tables: [TableType: String] = [:]
    var unmigratedTables: [String: String] = [:]
    var versionsTable: String?

    /// Sets the name of a type's table; `versions` is the table of the stamps. Throws a usage error with a suggestion.
    mutating func name(_ type: String, _ table: String) throws(MigrationError) {
        if type.lowercased() == "versions" {
            versionsTable = table
        } else if KnownTables.types.contains(type.lowercased()) {
            unmigratedTables[type.lowercased()] = table
        } else {
            tables[try ArgumentParsing.renamableType(type)] = table
        }
    }
}

/// A string that may hold a password and cannot be printed by accident.
struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    let revealed: String

    init(_ text: String) { revealed = text }

    var description: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
