package import AgnoMigrate
package import LosslessJSON

extension JSONObject {
    /// Adds a member at the end.
    package mutating func add(_ key: JSONString, _ value: JSONValue) {
        members.append(JSONMember(key: key, value: value))
    }

    /// Adds `code`, `message`, `remedy` and `row_keys`, the last only where there are some or always.
    package mutating func add(_ error: MigrationError, keysAlways: Bool) {
        add("code", JSONValue(error.code.rawValue))
        add("message", JSONValue(error.message))
        add("remedy", JSONValue(error.remedy))
        if keysAlways || !error.rows.isEmpty { add("row_keys", JSONValue(texts: error.rows)) }
    }
}

extension JSONObject {
    /// Begins an entry with what is known of the server.
    package init(server version: String, schema: String?) {
        self.init()
        add("server_version", JSONValue(version))
        add("schema", JSONValue(optional: schema))
    }
}

extension JSONValue {
    /// A text, or null.
    package init(optional text: String?) { self = text.map { JSONValue($0) } ?? .null }

    /// A version, or null.
    package init(optional version: SchemaVersion?) { self.init(optional: version?.description) }

    /// A list of texts.
    package init(texts: [String]) { self = .array(texts.map { JSONValue($0) }) }

    /// A duration to the millisecond.
    package init(seconds: Double) {
        self.init(seconds.isFinite ? (seconds * 1000).rounded() / 1000 : 0)
    }
}

extension DataLoss {
    /// The table, what is lost and in how many rows.
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
