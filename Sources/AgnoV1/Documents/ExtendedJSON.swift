import LosslessJSON

/// MongoDB's Extended JSON, in which `mongoexport` writes documents, canonical or relaxed.
enum ExtendedJSON {
    /// The value with the wrappers of MongoDB's types replaced by what they wrap.
    static func unwrapped(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map(unwrapped))
        case .object(let object):
            if let found = wrapped(in: object) { return found }
            return .object(
                JSONObject(members: object.members.map { JSONMember(key: $0.key, value: unwrapped($0.value)) }))
        case .null, .bool, .number, .string: return value
        }
    }

    /// What an object that stands for one value means; nil for any other object.
    private static func wrapped(in object: JSONObject) -> JSONValue? {
        guard object.members.count == 1, let name = object.members[0].key.value, name.hasPrefix("$") else { return nil }
        let inner = object.members[0].value
        switch name {
        case "$oid", "$symbol": return inner
        case "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal":
            return inner.stringValue.flatMap { JSONNumber($0) }.map { .number($0) } ?? inner
        case "$date":
            if let milliseconds = inner["$numberLong"]?.stringValue.flatMap({ Int64($0) }) ?? inner.int64Value {
                return seconds(milliseconds: milliseconds)
            }
            return inner
        case "$binary": return inner["base64"] ?? inner
        case "$undefined": return .null
        default: return nil
        }
    }

    /// A date as epoch seconds.
    static func seconds(milliseconds: Int64) -> JSONValue {
        milliseconds % 1000 == 0 ? JSONValue(milliseconds / 1000) : JSONValue(Double(milliseconds) / 1000)
    }
}
