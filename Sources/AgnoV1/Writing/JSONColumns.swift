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

    /// An element of a list: a value, or the text that the target has of it.
    enum Element {
        case value(JSONValue)
        case text(ArraySlice<UInt8>)
    }

    /// A session's list of runs; NULL for an empty one, on which Agno 2.3 fails.
    func stored(list: some Collection<Element>) throws -> SQLValue {
        guard !list.isEmpty else { return .null }
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for element in list {
            if bytes.count > 1 { bytes += [UInt8(ascii: ","), UInt8(ascii: " ")] }
            switch element {
            case .value(let value): value.append(to: &bytes, style: .python)
            case .text(let text): bytes += text
            }
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
