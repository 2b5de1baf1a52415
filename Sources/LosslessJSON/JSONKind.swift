/// The six kinds of JSON value.
public enum JSONKind: UInt8, Hashable, Sendable, CaseIterable {
    case object
    case array
    case string
    /// A number; `NaN`, `Infinity` and `-Infinity` count as numbers, as they do in Python.
    case number
    case bool
    case null

    /// The kind of value that starts with a byte; nil when none does.
    @inline(__always) init?(firstByte: UInt8) {
        switch firstByte {
        case Ascii.openBrace: self = .object
        case Ascii.openBracket: self = .array
        case Ascii.quote: self = .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .bool
        case UInt8(ascii: "n"): self = .null
        case Ascii.minus, Ascii.zero...Ascii.nine, UInt8(ascii: "N"), UInt8(ascii: "I"): self = .number
        default: return nil
        }
    }
}

/// The kind and range of a value in a text that was only scanned, without surrounding white space.
public struct JSONSpan: Hashable, Sendable {
    /// What kind of value it is.
    public let kind: JSONKind
    /// The value's bytes, as offsets into the text; a string's quotes are inside.
    public let range: Range<Int>

    /// Makes a span.
    public init(kind: JSONKind, range: Range<Int>) {
        self.kind = kind
        self.range = range
    }
}
