package import AgnoMigrate
package import LosslessJSON

extension JSONObject {
    /// Adds a member at the end.
    package mutating func add(_ key: JSONString, _ value: JSONValue) {
        members.append(JSONMember(key: key, value: value))
    }

    /// Adds `code`, `message`, `remedy` and `row_keys`; without row keys the last one only if `keysAlways` is set.
    package mutating func add(_ error: MigrationError, keysAlways: Bool) {
        add("code", JSONValue(error.code.rawValue))
        add("message", JSONValue(error.message))
        add("remedy", JSONValue(error.remedy))
        if keysAlways || !error.rows.isEmpty { add("row_keys", JSONValue(strings: error.rows)) }
    }
}

extension JSONObject {
    /// Begins an entry with the server and its schema.
    package init(server version: String, schema: String?) {
        self.init()
        add("server_version", JSONValue(version))
        add("schema", JSONValue(optional: schema))
    }
}

extension JSONValue {
    /// A string, or null.
    package init(optional text: String?) { self = text.map { JSONValue($0) } ?? .null }

    /// A version, or null.
    package init(optional version: SchemaVersion?) { self.init(optional: version?.description) }

    /// A list of strings.
    package init(strings: [String]) { self = .array(strings.map { JSONValue($0) }) }

    /// A duration in seconds, rounded to the millisecond.
    package init(seconds duration: Duration) { self.init((duration / .milliseconds(1)).rounded() / 1000) }
}

extension DataLoss {
    /// The table, the lost values and the number of rows.
    package var json: JSONValue {
        ["table": JSONValue(table), "what": JSONValue(what), "rows": JSONValue(rows)]
    }
}

extension QuarantinedRow {
    /// The key, the position in the row's list and the reason.
    package var json: JSONValue {
        [
            "key": JSONValue(key), "position": position.map { JSONValue($0) } ?? .null, "reason": JSONValue(reason),
        ]
    }
}
