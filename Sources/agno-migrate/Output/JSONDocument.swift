import AgnoMigrate
import LosslessJSON

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

extension JSONObject {
    /// Adds a member at the end.
    mutating func add(_ key: JSONString, _ value: JSONValue) {
        members.append(JSONMember(key: key, value: value))
    }

    /// Adds `code`, `message`, `remedy` and `row_keys`, the last only where there are some or always.
    mutating func add(_ error: MigrationError, keysAlways: Bool) {
        add("code", JSONValue(error.code.rawValue))
        add("message", JSONValue(error.message))
        add("remedy", JSONValue(error.remedy))
        if keysAlways || !error.rows.isEmpty { add("row_keys", JSONValue(texts: error.rows)) }
    }
}

extension JSONValue {
    /// A text, or null.
    init(optional text: String?) { self = text.map { JSONValue($0) } ?? .null }

    /// A version, or null.
    init(optional version: SchemaVersion?) { self.init(optional: version?.description) }

    /// A list of texts.
    init(texts: [String]) { self = .array(texts.map { JSONValue($0) }) }

    /// A duration to the millisecond.
    init(seconds: Double) {
        self.init(seconds.isFinite ? (seconds * 1000).rounded() / 1000 : 0)
    }
}

extension DataLoss {
    /// The table, what is lost and in how many rows.
    var json: JSONValue {
        ["table": JSONValue(table), "what": JSONValue(what), "rows": JSONValue(rows)]
    }
}

extension QuarantinedRow {
    /// The key, the position in the row's list and the reason.
    var json: JSONValue {
        [
            "key": JSONValue(key), "position": position.map { JSONValue($0) } ?? .null, "reason": JSONValue(reason),
        ]
    }

    /// The same for people.
    var words: String { position.map { "\(key) [\($0)]: \(reason)" } ?? "\(key): \(reason)" }
}
