/// One Swift file with its comments, its string literals and its code told apart.
struct SwiftText {
    struct Literal: Equatable {
        var line: Int
        /// The characters between the quotes; an interpolation is left out.
        var text: String
    }

    struct Comment: Equatable {
        var line: Int
        var text: String
    }

    /// The file with blanks for comments and for the characters of literals; every line keeps its number.
    private(set) var code: [UInt8]
    private(set) var literals: [Literal] = []
    private(set) var comments: [Comment] = []

    private(set) var codeLines: [String] = []
    /// The words and signs of the code, in order.
    private(set) var tokens: [Token] = []

    private let source: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: String) {
        source = Array(text.utf8)
        code = source
        readCode(until: nil)
        codeLines = code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        tokens = Self.tokens(of: code)
    }

    // MARK: Reading

    private func peek(_ distance: Int = 0) -> UInt8? {
        position + distance < source.count ? source[position + distance] : nil
    }

    private func hasPrefix(_ text: String) -> Bool {
        guard position < source.count, source[position] == text.utf8.first else { return false }
        return source[position...].starts(with: text.utf8)
    }

    /// Goes one byte ahead; `blank` removes it from the code.
    private mutating func advance(blank: Bool = false) {
        if source[position] == UInt8(ascii: "\n") {
            line += 1
        } else if blank {
            code[position] = UInt8(ascii: " ")
        }
        position += 1
    }

    /// Reads code up to the end, or up to the parenthesis that closes an interpolation.
    private mutating func readCode(until end: UInt8?) {
        let (slash, open, close) = (UInt8(ascii: "/"), UInt8(ascii: "("), UInt8(ascii: ")"))
        var depth = 0
        while let byte = peek() {
            guard
                byte == slash || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") || byte == open
                    || byte == close
            else {
                advance()
                continue
            }
            if hasPrefix("//") {
                readLineComment()
            } else if hasPrefix("/*") {
                readBlockComment()
            } else if let hashes = literalStart() {
                readLiteral(hashes: hashes)
            } else {
                if byte == open { depth += 1 }
                if byte == close {
                    if end == byte, depth == 0 { return }
                    depth -= 1
                }
                advance()
            }
        }
    }

    private mutating func readLineComment() {
        let start = position
        let first = line
        while let byte = peek(), byte != UInt8(ascii: "\n") { advance(blank: true) }
        comments.append(Comment(line: first, text: String(decoding: source[start..<position], as: UTF8.self)))
    }

    /// Block comments nest.
    private mutating func readBlockComment() {
        let start = position
        let first = line
        var depth = 0
        repeat {
            if hasPrefix("/*") {
                depth += 1
                advance(blank: true)
            } else if hasPrefix("*/") {
                depth -= 1
                advance(blank: true)
            }
            advance(blank: true)
        } while depth > 0 && position < source.count
        comments.append(Comment(line: first, text: String(decoding: source[start..<position], as: UTF8.self)))
    }

    /// The number of `#` before a quote, if a literal begins here.
    private func literalStart() -> Int? {
        var hashes = 0
        while peek(hashes) == UInt8(ascii: "#") { hashes += 1 }
        return peek(hashes) == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func readLiteral(hashes: Int) {
        let first = line
        let mark = String(repeating: "#", count: hashes)
        for _ in 0..<hashes { advance() }
        let quote = hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        for _ in quote.utf8 { advance() }
        let (end, escape) = (quote + mark, "\\" + mark)
        var text: [UInt8] = []
        while let byte = peek(), !hasPrefix(end) {
            guard hasPrefix(escape) else {
                text.append(byte)
                advance(blank: true)
                continue
            }
            for _ in escape.utf8 { advance(blank: true) }
            if peek() == UInt8(ascii: "(") {
                advance()
                readCode(until: UInt8(ascii: ")"))
                if position < source.count { advance() }
            } else if let escaped = peek() {
                text.append(escaped)
                advance(blank: true)
            }
        }
        for _ in end.utf8 where position < source.count { advance() }
        literals.append(Literal(line: first, text: String(decoding: text, as: UTF8.self)))
    }
}
