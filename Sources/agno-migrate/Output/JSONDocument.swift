import AgnoMigrate
import LosslessJSON
import ReportJSON

/// The one document that `--json` writes.
struct JSONDocument {
    /// The command's name; nil when the command line did not say a known one.
    var command: String?
    /// Whether the command did what it was asked for.
    var isSuccess: Bool
    /// Whether it only looked; nil for commands that cannot do otherwise.
    var isDryRun: Bool?
    /// Why nothing was done, or why it was not finished.
    var error: Failure?
    /// What the command says; without another key, `databases`.
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

/// An error with what it would destroy, where that is the reason.
struct Failure: Error {
    var error: MigrationError
    var losses: [DataLoss] = []

    /// `code`, `message`, `remedy`, and what belongs to them.
    var json: JSONValue {
        var members = JSONObject()
        members.add(error, keysAlways: false)
        if !losses.isEmpty { members.add("losses", .array(losses.map(\.json))) }
        return .object(members)
    }
}

extension QuarantinedRow {
    /// The key, the position and the reason for people.
    var words: String { position.map { "\(key) [\($0)]: \(reason)" } ?? "\(key): \(reason)" }
}
