package import LosslessJSON

/// Documents in a JSON text.
package enum DocumentText {
    /// The documents of one JSON value: the elements of a list, the items of a scan of DynamoDB, or the value itself.
    package static func documents(in value: JSONValue) -> [JSONValue] {
        switch value {
        case .array(let elements): elements
        case .object(let object):
            if case .array(let items)? = object["Items"], object["session_id"] == nil { items } else { [value] }
        case .null, .bool, .number, .string: [value]
        }
    }

    /// Whether a text holds one document per line, which its first line tells.
    package static func isLines(firstLine: [UInt8]) -> Bool {
        (try? JSONValue(parsing: firstLine)).map { $0.kind == .object || $0.kind == .array } ?? false
    }
}
