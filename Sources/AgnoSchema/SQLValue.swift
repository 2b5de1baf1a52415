/// A value on its way to or from a server.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    /// A text that is not valid UTF-8, as its bytes: it stays a text on its way back.
    case malformedText([UInt8])

    /// The text, where the value is one.
    package var string: String? {
        if case .text(let text) = self { return text }
        return nil
    }

    /// The whole number, where the value is one.
    package var int: Int64? {
        switch self {
        case .integer(let number): number
        case .text(let text): Int64(text)
        case .null, .real, .blob, .malformedText: nil
        }
    }

    package var isNull: Bool { self == .null }
}

extension SQLValue {
    package init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }
    package init(_ number: Int64?) { self = number.map(SQLValue.integer) ?? .null }

    /// The value's size on the wire, in bytes, for sizing batches.
    package var byteCount: Int64 {
        switch self {
        case .text(let text): Int64(text.utf8.count)
        case .blob(let bytes), .malformedText(let bytes): Int64(bytes.count)
        case .null, .integer, .real: 8
        }
    }

    /// A key as text, for reports.
    package var keyText: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text
        case .blob(let bytes), .malformedText(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}
