package import AgnoMigrate
package import LosslessJSON

/// What has a JSON form.
package protocol JSONRepresentable {
    var json: JSONValue { get }
}

/// Named values in order; nil becomes null.
package typealias JSONMembers = KeyValuePairs<JSONString, (any JSONRepresentable)?>

extension JSONObject: JSONRepresentable {
    package init(_ members: JSONMembers) {
        self.init(members: members.map { JSONMember(key: $0.key, value: $0.value?.json ?? .null) })
    }

    /// Begins an entry with the server and its schema.
    package init(server version: String, schema: String?, _ more: JSONMembers) {
        self.init(["server_version": version, "schema": schema])
        add(more)
    }

    /// Adds members at the end.
    package mutating func add(_ more: JSONMembers) { self += JSONObject(more) }

    /// Adds members at the end.
    package static func += (left: inout JSONObject, right: JSONObject) { left.members += right.members }

    /// The members of both, in order.
    package static func + (left: JSONObject, right: JSONObject) -> JSONObject {
        JSONObject(members: left.members + right.members)
    }

    /// Adds `code`, `message`, `remedy` and `row_keys`; without row keys the last one only if `keysAlways` is set.
    package mutating func add(_ error: MigrationError, keysAlways: Bool) {
        add(["code": error.code.rawValue, "message": error.message, "remedy": error.remedy])
        if keysAlways || !error.rows.isEmpty { add(["row_keys": error.rows]) }
    }

    package var json: JSONValue { .object(self) }
}

extension JSONValue: JSONRepresentable {
    package var json: JSONValue { self }
}

extension String: JSONRepresentable {
    package var json: JSONValue { JSONValue(self) }
}

extension Bool: JSONRepresentable {
    package var json: JSONValue { JSONValue(self) }
}

extension Int: JSONRepresentable {
    package var json: JSONValue { JSONValue(self) }
}

extension Int64: JSONRepresentable {
    package var json: JSONValue { JSONValue(self) }
}

extension Duration: JSONRepresentable {
    /// Seconds, rounded to the millisecond.
    package var json: JSONValue { JSONValue((self / .milliseconds(1)).rounded() / 1000) }
}

extension SchemaVersion: JSONRepresentable {
    package var json: JSONValue { JSONValue(description) }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
    package var json: JSONValue { .array(map(\.json)) }
}
