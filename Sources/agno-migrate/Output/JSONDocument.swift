import AgnoMigrate
import LosslessJSON
import ReportJSON

/// The document that `--json` writes.
struct JSONDocument {
    /// The command's name; nil if the command line has no known one.
    var command: String?
    /// Whether the command succeeded.
    var isSuccess: Bool
    /// Whether it was a dry run; nil for commands without `--dry-run`.
    var isDryRun: Bool?
    /// The error that ended the command; nil if there was none.
    var error: Failure?
    /// The results; the default key is `databases`.
    var content: (key: JSONString, value: [JSONValue]) = ("databases", [])

    /// The document as a value; `schema_version` first.
    var value: JSONValue {
        var members = JSONObject(dictionaryLiteral: ("schema_version", 1), ("command", JSONValue(optional: command)))
        if let isDryRun { members.add("dry_run", JSONValue(isDryRun)) }
        members.add("ok", JSONValue(isSuccess))
        if let error { members.add("error", error.json) }
        members.add(content.key, .array(content.value))
        return .object(members)
    }
}

/// An error, with the losses if they are its reason.
struct Failure: Error {
    var error: MigrationError
    var losses: [DataLoss] = []

    /// `code`, `message`, `remedy`, and if present `row_keys` and `losses`.
    var json: JSONValue {
        var members = JSONObject()
        members.add(error, keysAlways: false)
        if !losses.isEmpty { members.add("losses", .array(losses.map(\.json))) }
        return .object(members)
    }
}

extension QuarantinedRow {
    /// The key, the position and the reason as text.
    var displayText: String { position.map { "\(key) [\($0)]: \(reason)" } ?? "\(key): \(reason)" }
}
