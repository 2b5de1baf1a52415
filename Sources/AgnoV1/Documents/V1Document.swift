package import AgnoSchema
package import LosslessJSON

/// One session or memory that a storage of 1.x kept as a document, as a row of the v1 table of its kind.
package struct V1Document: Sendable {
    package var kind: V1Kind
    /// The values of ``columns(of:)``.
    package var values: [SQLValue]

    /// Takes a document apart, whatever wrote it; a text that is a whole document is read.
    ///
    /// - Parameters:
    ///   - kind: the kind that it has; nil: it is recognised by its members.
    /// - Throws: ``DocumentError`` if it is no session and no memory, or has no key.
    package init(_ value: JSONValue, as kind: V1Kind?) throws(DocumentError) {
        let members = try Self.members(of: value)
        var found = kind
        if found == nil { found = try Self.kind(of: members) }
        guard let kind = found else {
            throw DocumentError(
                "is no session and no memory of Agno 1.x: the members that tell are missing",
                remedy: "name its kind with --kind, or take it out of the file. Nothing was imported.")
        }
        guard let key = members[kind.keyColumn], !key.isNull else {
            throw DocumentError("has no \(kind.keyColumn)")
        }
        self.kind = kind
        values = Self.columns(of: kind).map { column in
            let value = members[column] ?? .null
            return Self.isJSON(column) ? Self.stored(value) : Self.plain(value)
        }
    }

    /// The columns of a v1 table, its key first.
    package static func columns(of kind: V1Kind) -> [String] {
        let session = [
            "session_id", "user_id", "memory", "session_data", "extra_data", "user_data", "created_at", "updated_at",
        ]
        return switch kind {
        case .agentSessions: session + ["agent_id", "agent_data", "team_session_id"]
        case .teamSessions: session + ["team_id", "team_data", "team_session_id"]
        case .workflowSessions: session + ["workflow_id", "workflow_name", "workflow_data", "runs"]
        case .memories: ["id", "user_id", "memory", "created_at", "updated_at"]
        }
    }

    private static func isJSON(_ column: String) -> Bool {
        column.hasSuffix("_data") || ["memory", "runs"].contains(column)
    }

    // MARK: Members

    private static func members(of value: JSONValue) throws(DocumentError) -> JSONObject {
        guard case .object(var object) = value else { throw DocumentError("is no JSON object") }
        // An export of DynamoDB wraps each item.
        if object.members.count == 1, case .object(let item)? = object["Item"] { object = item }
        if TypedJSON.isItem(object) { return try TypedJSON.members(of: object) }
        // Every document of MongoDB has this member, and its types are wrapped in exports only.
        if object["_id"] != nil {
            return ExtendedJSON.unwrapped(.object(object)).objectValue ?? object
        }
        // A dump of Redis has keys with their values.
        if object["session_id"] == nil, object["memory"] == nil, let inner = object["value"], object["key"] != nil {
            guard let text = inner.stringValue else { return try members(of: inner) }
            guard let parsed = try? JSONValue(parsing: text) else { throw DocumentError("has a value that is no JSON") }
            return try members(of: parsed)
        }
        return object
    }

    private static func kind(of members: JSONObject) throws(DocumentError) -> V1Kind? {
        guard members["session_type"] == nil else {
            throw DocumentError("is a session of Agno 2.x or later", remedy: "only storages of 1.x are imported.")
        }
        guard members["session_id"] != nil else {
            return members["id"] != nil && members["memory"] != nil ? .memories : nil
        }
        let telling: [(V1Kind, [String])] = [
            (.agentSessions, ["agent_id", "agent_data"]), (.teamSessions, ["team_id", "team_data"]),
            (.workflowSessions, ["workflow_id", "workflow_data", "workflow_name"]),
        ]
        let found = telling.filter { $0.1.contains { members[$0] != nil } }
        return found.count == 1 ? found[0].0 : nil
    }

    // MARK: Values

    /// A value as a JSON column has it.
    private static func stored(_ value: JSONValue) -> SQLValue {
        value.isNull ? .null : text(value.serialized(.python))
    }

    /// A value as a column of text or of a time has it.
    private static func plain(_ value: JSONValue) -> SQLValue {
        switch value {
        case .null: .null
        case .number(let number):
            number.int64.map { .integer($0) } ?? number.double.map { .real($0) } ?? .text(number.text)
        case .string(let string): string.value.map { .text($0) } ?? text(value.serialized(.python))
        case .bool, .array, .object: text(value.serialized(.python))
        }
    }

    private static func text(_ bytes: [UInt8]) -> SQLValue {
        String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .malformedText(bytes)
    }
}
