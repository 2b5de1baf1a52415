/// A value on its way to or from a server.
package enum SQLValue: Sendable {
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

    /// The text, also where it is stored as bytes; nil if they are not UTF-8, and for any other value.
    package var validText: String? {
        switch self {
        case .text(let text): text
        case .blob(let bytes), .malformedText(let bytes): String(validating: bytes, as: UTF8.self)
        case .null, .integer, .real: nil
        }
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

extension SQLValue: Hashable {
    /// Texts are equal as ``ExactText`` is.
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let left), .integer(let right)): left == right
        case (.real(let left), .real(let right)): left == right
        case (.text(let left), .text(let right)): ExactText(left) == ExactText(right)
        case (.blob(let left), .blob(let right)), (.malformedText(let left), .malformedText(let right)): left == right
        case (.null, _), (.integer, _), (.real, _), (.text, _), (.blob, _), (.malformedText, _): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let number): hasher.combine(number)
        case .real(let number): hasher.combine(number)
        case .text(let text): hasher.combine(ExactText(text))
        case .blob(let bytes), .malformedText(let bytes): hasher.combine(bytes)
        }
    }
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

extension SQLValue {
    /// A hash of the bytes of a text or blob, by which contents are compared that are not kept; nil for any other value.
    ///
    /// It is the same within one process only.
    package var contentHash: Int? {
        switch self {
        case .text(var text): text.withUTF8 { Self.contentHash(of: UnsafeRawBufferPointer($0)) }
        case .blob(let bytes), .malformedText(let bytes): bytes.withUnsafeBytes { Self.contentHash(of: $0) }
        case .null, .integer, .real: nil
        }
    }

    /// The ``contentHash`` of a text or blob with these bytes.
    package static func contentHash(of bytes: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return hasher.finalize()
    }
}
