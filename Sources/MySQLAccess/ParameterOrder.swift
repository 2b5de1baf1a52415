/// The numbered placeholders (`?3`) of a statement in textual order, for a server that only supports `?`.
///
/// A number may occur more than once; its value is then sent that many times.
struct ParameterOrder: Hashable {
    /// The SQL with a `?` for each placeholder.
    let sql: String
    /// The position of the bound value of each `?`, from 0.
    let positions: [Int]
    /// The parts before, between and after the placeholders, for escaping values into the SQL.
    let literalParts: [[UInt8]]

    init(_ text: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var positions: [Int] = []
        var parts: [[UInt8]] = []
        var partStart = 0
        var rest = text.utf8[...]
        /// The quote that ends the current quoted part.
        var quote: UInt8?
        while let byte = rest.popFirst() {
            bytes.append(byte)
            if let end = quote {
                // A backslash takes the byte after it along, but not in an identifier.
                if byte == UInt8(ascii: "\\"), end != UInt8(ascii: "`"), let next = rest.popFirst() {
                    bytes.append(next)
                }
                if byte == end { quote = nil }
                continue
            }
            if let comment = Self.comment(byte, before: rest) {
                bytes += rest.prefix(comment)
                rest = rest.dropFirst(comment)
                continue
            }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): quote = byte
            case UInt8(ascii: "?"):
                var number = 0
                while let digit = rest.first, (48...57).contains(digit) {
                    number = number * 10 + Int(digit - 48)
                    rest.removeFirst()
                }
                guard number > 0 else { continue }
                positions.append(number - 1)
                parts.append(Array(bytes[partStart..<bytes.endIndex - 1]))
                partStart = bytes.endIndex
            default: break
            }
        }
        sql = String(decoding: bytes, as: UTF8.self)
        self.positions = positions
        literalParts = parts + [Array(bytes[partStart...])]
    }

    /// How many bytes of a comment follow its first one; nil where none begins there.
    private static func comment(_ first: UInt8, before rest: Substring.UTF8View) -> Int? {
        switch first {
        case UInt8(ascii: "#"): return length(of: rest, through: "\n")
        case UInt8(ascii: "-"):
            // Two minus signs alone take a number from another.
            guard rest.first == UInt8(ascii: "-"), rest.dropFirst().first.map({ $0 <= 32 }) ?? true else { return nil }
            return length(of: rest, through: "\n")
        case UInt8(ascii: "/"):
            guard rest.first == UInt8(ascii: "*") else { return nil }
            return 1 + length(of: rest.dropFirst(), through: "*/")
        default: return nil
        }
    }

    /// How many bytes there are up to the end of what ends a comment, or at all.
    private static func length(of text: Substring.UTF8View, through end: String) -> Int {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].starts(with: end.utf8) {
                return text.distance(from: text.startIndex, to: start) + end.utf8.count
            }
            start = text.index(after: start)
        }
        return text.count
    }
}
