import AgnoSchema
import DatabaseAccess
import LosslessJSON

/// Stores JSON values in the target's columns.
struct JSONColumns {
    /// Whether a column holds a JSON string that contains JSON text.
    let isDouble: Bool

    /// The value of a column; NULL for nil.
    func stored(_ value: JSONValue?) throws -> SQLValue {
        guard let value else { return .null }
        return try stored(bytes: value.serialized(.python))
    }

    /// A session's list of runs; NULL for an empty one, on which Agno 2.3 fails.
    func stored(list: [JSONValue]) throws -> SQLValue {
        guard !list.isEmpty else { return .null }
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (index, element) in list.enumerated() {
            if index > 0 { bytes += [UInt8(ascii: ","), UInt8(ascii: " ")] }
            element.append(to: &bytes, style: .python)
        }
        bytes.append(UInt8(ascii: "]"))
        return try stored(bytes: bytes)
    }

    private func stored(bytes: [UInt8]) throws -> SQLValue {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DatabaseError(.notStorable, "a JSON text is not UTF-8")
        }
        guard isDouble else { return .text(text) }
        guard let literal = JSONString(decoding: text, ascii: true).literalText else {
            throw DatabaseError(.notStorable, "a JSON text is not UTF-8")
        }
        return .text(literal)
    }
}
