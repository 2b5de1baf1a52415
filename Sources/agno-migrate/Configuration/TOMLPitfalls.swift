/// Finds texts at which the TOML parser ends the process instead of refusing them: what it takes for granted is missing.
struct TOMLPitfalls {
    private var rest: Substring.UnicodeScalarView
    private var line = 1
    /// The number of open brackets and braces.
    private var depth = 0
    private var isAtLineStart = true
    /// The last scalar that is neither space nor comment.
    private var last: Unicode.Scalar = "\n"

    /// The number of the first line with such a text, counted from 1; nil if there is none.
    static func line(in text: String) -> Int? {
        var pitfalls = TOMLPitfalls(rest: text[...].unicodeScalars)
        if pitfalls.rest.first == "\u{FEFF}" { pitfalls.rest.removeFirst() }
        while let scalar = pitfalls.rest.first {
            guard pitfalls.take(scalar) else { return pitfalls.line }
        }
        return nil
    }

    private init(rest: Substring.UnicodeScalarView) { self.rest = rest }

    /// Reads the next text, which begins with the scalar; returns false at a pitfall.
    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n":
            rest.removeFirst()
            line += 1
            isAtLineStart = true
            return true
        case " ", "\t", "\r":
            rest.removeFirst()
            return true
        case "#":
            rest = rest.drop { $0 != "\n" }
            return true
        case "\"", "'": takeString(quote: scalar)
        case "[" where isAtLineStart && depth == 0:
            guard takeBeginOfTable() else { return false }
        case "[", "{":
            rest.removeFirst()
            depth += 1
        case "]", "}":
            // The parser looks for a value after a bracket or a comma.
            if scalar == "}", last == "[" || last == "," { return false }
            rest.removeFirst()
            depth = max(depth - 1, 0)
        default:
            // Other spaces and control characters belong to texts only.
            guard !scalar.properties.isWhitespace, scalar != "\u{FEFF}" else { return false }
            rest.removeFirst()
        }
        isAtLineStart = false
        last = scalar
        return true
    }

    private mutating func takeString(quote: Unicode.Scalar) {
        rest.removeFirst()
        guard rest.starts(with: [quote, quote]) else { return takeLine(until: quote) }
        rest.removeFirst(2)
        while let scalar = rest.popFirst() {
            if scalar == "\n" { line += 1 }
            if scalar == "\\", quote == "\"" {
                if rest.popFirst() == "\n" { line += 1 }
            } else if scalar == quote, rest.starts(with: [quote, quote]) {
                rest.removeFirst(2)
                // Two more may belong to the text.
                for _ in 0..<2 where rest.first == quote { rest.removeFirst() }
                return
            }
        }
    }

    /// A text within one line ends with it at the latest.
    private mutating func takeLine(until quote: Unicode.Scalar) {
        while let scalar = rest.first, scalar != "\n" {
            rest.removeFirst()
            if scalar == quote { return }
            if scalar == "\\", quote == "\"", rest.first != "\n", !rest.isEmpty { rest.removeFirst() }
        }
    }

    /// Whether a name follows the brackets with which a table begins.
    private mutating func takeBeginOfTable() -> Bool {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
        rest = rest.dropFirst().drop(while: isSpace)
        if rest.first == "[" { rest = rest.dropFirst().drop(while: isSpace) }
        guard let first = rest.first else { return false }
        switch first {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "\"", "'", "]": return true
        default: return false
        }
    }
}
