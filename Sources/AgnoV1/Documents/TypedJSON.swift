import LosslessJSON

/// DynamoDB's typed JSON: every value is an object whose only member names its type.
enum TypedJSON {
    /// Whether an object is an item in typed JSON: its key is.
    static func isItem(_ object: JSONObject) -> Bool {
        guard let key = object["session_id"] ?? object["id"], case .object(let value) = key else { return false }
        return value.members.count == 1 && value["S"]?.kind == .string
    }

    /// The members of an item without their types.
    ///
    /// - Throws: ``DocumentError`` for a value without a type.
    static func members(of item: JSONObject) throws(DocumentError) -> JSONObject {
        var members: [JSONMember] = []
        for member in item.members {
            members.append(JSONMember(key: member.key, value: try value(member.value)))
        }
        return JSONObject(members: members)
    }

    private static func value(_ typed: JSONValue) throws(DocumentError) -> JSONValue {
        guard case .object(let object) = typed, object.members.count == 1, let type = object.members[0].key.value else {
            throw DocumentError("is no item of DynamoDB: a value in it has no type")
        }
        let inner = object.members[0].value
        switch (type, inner) {
        case ("S", .string), ("B", .string), ("BOOL", .bool), ("SS", .array), ("BS", .array): return inner
        case ("NULL", _): return .null
        case ("N", .string(let text)):
            guard let number = text.value.flatMap({ JSONNumber($0) }) else { break }
            return .number(number)
        case ("NS", .array(let elements)):
            return .array(elements.map { $0.stringValue.flatMap { JSONNumber($0) }.map { .number($0) } ?? $0 })
        case ("M", .object(let map)): return .object(try members(of: map))
        case ("L", .array(let elements)):
            var list: [JSONValue] = []
            for element in elements { list.append(try value(element)) }
            return .array(list)
        default: break
        }
        throw DocumentError("is no item of DynamoDB: a value in it is not of its type")
    }
}
