/// The white space between the parts of a written JSON text.
public enum JSONStyle: Hashable, Sendable, CaseIterable {
    /// `,` and `:` with no white space.
    case compact
    /// `, ` and `: `, as Python's `json.dumps` does by default.
    case python
}

extension JSONValue {
    /// Writes the value; what was read from a text comes out byte for byte, but for the white space between parts.
    public func serialized(_ style: JSONStyle = .compact) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(serializedCount(gap: style == .compact ? 0 : 1))
        append(to: &output, style: style)
        return output
    }

    /// Writes the value as a string; nil when it was read from bytes that are not UTF-8.
    public func serializedText(_ style: JSONStyle = .compact) -> String? {
        String(validating: serialized(style), as: UTF8.self)
    }

    /// Writes the value at the end of some bytes, otherwise as ``serialized(_:)``.
    public func append(to output: inout [UInt8], style: JSONStyle = .compact) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): number.lexeme.withBytes { output.append(contentsOf: $0) }
        case .string(let string): string.literal.withBytes { output.append(contentsOf: $0) }
        case .array(let elements):
            output.append(Ascii.openBracket)
            for index in elements.indices {
                if index > 0 { output.appendSeparator(Ascii.comma, style) }
                elements[index].append(to: &output, style: style)
            }
            output.append(Ascii.closeBracket)
        case .object(let object):
            output.append(Ascii.openBrace)
            for index in object.members.indices {
                if index > 0 { output.appendSeparator(Ascii.comma, style) }
                object.members[index].key.literal.withBytes { output.append(contentsOf: $0) }
                output.appendSeparator(Ascii.colon, style)
                object.members[index].value.append(to: &output, style: style)
            }
            output.append(Ascii.closeBrace)
        }
    }

    /// How many bytes the value takes when written with `gap` spaces after each separator.
    private func serializedCount(gap: Int) -> Int {
        switch self {
        case .null: return 4
        case .bool(let value): return value ? 4 : 5
        case .number(let number): return number.lexeme.count
        case .string(let string): return string.literal.count
        case .array(let elements):
            return elements.reduce(2 + max(0, elements.count - 1) * (1 + gap)) { $0 + $1.serializedCount(gap: gap) }
        case .object(let object):
            let separators = max(0, object.members.count * 2 - 1) * (1 + gap)
            return object.members.reduce(2 + separators) {
                $0 + $1.key.literal.count + $1.value.serializedCount(gap: gap)
            }
        }
    }
}

extension [UInt8] {
    @inline(__always) fileprivate mutating func appendSeparator(_ separator: UInt8, _ style: JSONStyle) {
        append(separator)
        if style == .python { append(Ascii.space) }
    }
}
