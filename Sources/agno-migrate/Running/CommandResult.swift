import AgnoMigrate
import LosslessJSON

/// The result of a command for one database: a JSON entry, lines of text and an exit verdict.
protocol CommandResult {
    /// The members of the database's entry after `id` and `dialect`.
    var members: JSONObject { get }
    /// The kind of server if the report knows it; nil takes the URL's.
    var serverKind: DatabaseKind? { get }
    /// Warnings; none of them stopped the command.
    var warnings: [String] { get }
    /// The failures and refusals within the database, for standard error.
    var problems: [MigrationError] { get }
    var verdict: ExitVerdict { get }
    func lines(_ style: Style, isVerbose: Bool) -> [String]
    /// The text after the database's name: `sqlite 3.40.1`.
    var heading: String { get }
}

extension CommandResult {
    var warnings: [String] { [] }
    var problems: [MigrationError] { [] }
}

extension MigrationError {
    func prefixed(_ location: String) -> MigrationError {
        MigrationError(code, "\(location): \(message)", remedy: remedy, rows: rows)
    }
}

enum Heading {
    /// `sqlite 3.40.1`, `postgresql 15.3, schema ai`
    static func server(_ dialect: DatabaseKind, _ version: String, _ schema: String?) -> String {
        let suffix = schema.map { ", schema \($0)" } ?? ""
        return "\(dialect.rawValue) \(version)\(suffix)"
    }
}
