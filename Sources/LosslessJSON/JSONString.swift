/// A JSON string that remembers how it was escaped.
///
/// Two are equal when they were written with the same bytes: `"\u00e9"` and `"é"` mean the same and are not equal.
/// Compare ``value`` to compare what they mean. One that was read from a document keeps that document in memory.
public struct JSONString: Hashable, Sendable {
    /// The string's bytes with the quotes, which were checked before.
    let literal: JSONSlice

    @inline(__always) init(literal: JSONSlice) { self.literal = literal }

    /// Writes a text as a JSON string, with the escapes Python's `json.dumps` would use.
    ///
    /// - Parameter ascii: escapes everything outside printable ASCII, as with `ensure_ascii=True`; without it (the
    ///   default) only quotes, backslashes and control characters are escaped.
    public init(decoding text: String, ascii: Bool = false) {
        literal = JSONSlice(StringEscaper.literal(text, ascii: ascii))
    }

    /// Takes a string as written in a JSON text, with quotes and escapes, and keeps it unchanged.
    ///
    /// - Throws: `JSONError` when it is anything but one string, or has white space around it.
    public init(literal text: String) throws(JSONError) {
        let parsed = try JSONValue(parsing: text)
        guard case .string(let string) = parsed, string.literal.count == text.utf8.count else {
            throw JSONError(offset: 0, reason: .notAString)
        }
        self = string
    }

    /// The decoded string; decoded again on each use.
    ///
    /// Nil when no Swift string can hold it: it has half of a surrogate pair in it, or its bytes are not UTF-8.
    public var value: String? { literal.withBytes { StringUnescaper.text(ofLiteral: $0) } }

    /// The string as written in the JSON text, with quotes and escapes; nil if its bytes are not UTF-8.
    public var literalText: String? { literal.text }

    /// Whether there is nothing between the quotes.
    public var isEmpty: Bool { literal.count == 2 }

    /// Whether the string means exactly a text, Unicode scalar by Unicode scalar as Python compares.
    public func means(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { means($0) }
    }

    /// Whether the string means exactly a text in UTF-8.
    func means(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // No escape is shorter than what it means.
        guard literal.count - 2 >= text.count else { return false }
        return literal.withBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            let last = bytes.count - 1
            if WordScan.firstSpecial(base, from: 1, to: last) == last {
                guard last - 1 == text.count, let textBase = text.baseAddress else { return last - 1 == text.count }
                return WordScan.areEqual(base + 1, textBase, count: text.count)
            }
            guard var decoded = StringUnescaper.text(ofLiteral: bytes) else { return false }
            return decoded.withUTF8 { $0.elementsEqual(text) }
        }
    }
}

extension JSONString: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Writes a text as a JSON string with as few escapes as possible.
    public init(stringLiteral value: String) { self.init(decoding: value) }

    /// The string's length, without its contents.
    public var description: String { "string of \(literal.count - 2) bytes" }
}
