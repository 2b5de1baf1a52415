import AgnoMigrate
import LosslessJSON

/// What a command found out or did about one database, as a JSON entry, as lines for people, and as an exit code.
protocol Presentable {
    /// The members of the database's entry after `id` and `dialect`.
    var members: JSONObject { get }
    /// The server's kind, where the report knows it better than the URL.
    var serverKind: DatabaseKind? { get }
    /// Things worth knowing that stopped nothing.
    var warnings: [String] { get }
    /// What failed or was refused within the database, for standard error.
    var problems: [MigrationError] { get }
    /// What it adds to the exit code.
    var verdict: Verdict { get }
    /// The result for people, without the line that names the database.
    func lines(_ style: Style, isVerbose: Bool) -> [String]
    /// What stands behind the database's name: `sqlite 3.40.1`.
    var heading: String { get }
}

extension Presentable {
    var warnings: [String] { [] }
    var problems: [MigrationError] { [] }
}

extension MigrationError {
    /// The same error, saying first where it happened.
    func prefixed(_ place: String) -> MigrationError {
        MigrationError(code, "\(place): \(message)", remedy: remedy, rows: rows)
    }
}

/// Parts that several reports share.
enum Heading {
    /// `sqlite 3.40.1`, `postgresql 15.3, schema ai`
    static func server(_ dialect: DatabaseKind, _ version: String, _ schema: String?) -> String {
        let place = schema.map { ", schema \($0)" } ?? ""
        return "\(dialect.rawValue) \(version)\(place)"
    }
}
