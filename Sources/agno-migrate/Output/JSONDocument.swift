import AgnoMigrate
import LosslessJSON
import ReportJSON

/// The document that `--json` writes.
struct JSONDocument {
    /// The command's name; nil if the command line has no known one.
    var command: String?
    var isSuccess: Bool
    /// Whether it was a dry run; nil for commands without `--dry-run`.
    var isDryRun: Bool?
    /// What the program made of the arguments; the key is missing if it is empty.
    var notes: [String] = []
    /// The error that ended the command; nil if there was none.
    var error: Failure?
    /// The results; the default key is `databases`.
    var content: (key: JSONString, value: [JSONValue]) = ("databases", [])

    var value: JSONValue {
        var members = JSONObject(["schema_version": 1, "command": command])
        if let isDryRun { members.add(["dry_run": isDryRun]) }
        members.add(["ok": isSuccess])
        if !notes.isEmpty { members.add(["notes": notes]) }
        if let error { members.add(["error": error]) }
        members.add([content.key: content.value])
        return members.json
    }
}

/// An error, with the losses if they are its reason.
struct Failure: Error, JSONRepresentable {
    var error: MigrationError
    var losses: [DataLoss] = []

    /// `code`, `message`, `remedy`, and if present `row_keys` and `losses`.
    var json: JSONValue {
        var members = JSONObject()
        members.add(error, keysAlways: false)
        if !losses.isEmpty { members.add(["losses": losses]) }
        return members.json
    }
}

extension QuarantinedRow {
    var displayText: String { position.map { "\(key) [\($0)]: \(reason)" } ?? "\(key): \(reason)" }
}
