/// A piece of SQL text: a word, a quoted name or string, a symbol, a comment or space.
struct SQLiteToken {
    /// As written.
    let source: String

    /// The text to compare; empty for space and comments.
    var text: String { isSpace ? "" : source }
    /// Space or a comment.
    var isSpace: Bool { isBlank || source.hasPrefix("--") || source.hasPrefix("/*") }
    /// Space only.
    var isBlank: Bool { source.unicodeScalars.first.map(Self.isSpace) ?? true }
    /// A name or string in quotes.
    var isQuoted: Bool {
        guard let first = source.first else { return false }
        return first == "\"" || first == "'" || first == "`" || first == "["
    }

    /// The keyword to compare, in upper case; nil for anything in quotes, space and comments.
    var word: String? { isSpace || isQuoted ? nil : source.uppercased() }

    /// The token's name, without its quotes.
    var identifier: String? {
        guard let first = source.first, !isSpace else { return nil }
        switch first {
        case "\"", "'", "`":
            let quote = String(first)
            return String(source.dropFirst().dropLast()).replacing(quote + quote, with: quote)
        case "[": return String(source.dropFirst().dropLast())
        default: return source
        }
    }

    static func tokenize(_ sql: String) -> [SQLiteToken] {
        var scanner = Scanner(characters: Array(sql.unicodeScalars))
        var tokens: [SQLiteToken] = []
        while let token = scanner.next() { tokens.append(token) }
        return tokens
    }

    /// Cuts SQL text into tokens, in one pass.
    private struct Scanner {
        let characters: [Unicode.Scalar]
        private var position = 0

        init(characters: [Unicode.Scalar]) { self.characters = characters }

        private var current: Unicode.Scalar? { position < characters.count ? characters[position] : nil }
        private var following: Unicode.Scalar? {
            position + 1 < characters.count ? characters[position + 1] : nil
        }

        private mutating func skip(while matches: (Unicode.Scalar) -> Bool) {
            while let current, matches(current) { position += 1 }
        }

        mutating func next() -> SQLiteToken? {
            guard let first = current else { return nil }
            let start = position
            switch first {
            case "'", "\"", "`": skipQuoted(by: first)
            case "[":
                skip { $0 != "]" }
                position += 1
            case "-" where following == "-": skip { $0 != "\n" }
            case "/" where following == "*": skipComment()
            case _ where SQLiteToken.isSpace(first): skip(while: SQLiteToken.isSpace)
            // A blob literal is one token.
            case "x" where following == "'", "X" where following == "'":
                position += 2
                skip { $0 != "'" }
                position += 1
            case _ where SQLiteToken.isWordCharacter(first): skipWord(from: start)
            default: position += 1
            }
            position = min(position, characters.count)
            var view = String.UnicodeScalarView()
            view.append(contentsOf: characters[start..<position])
            return SQLiteToken(source: String(view))
        }

        /// A doubled quote belongs to the string.
        private mutating func skipQuoted(by quote: Unicode.Scalar) {
            position += 1
            while let character = current {
                position += 1
                guard character == quote else { continue }
                guard current == quote else { return }
                position += 1
            }
        }

        private mutating func skipComment() {
            position += 2
            while let following, !(current == "*" && following == "/") { position += 1 }
            position += 2
        }

        private mutating func skipWord(from start: Int) {
            skip(while: SQLiteToken.isWordCharacter)
            // A number with a signed exponent is one token.
            let word = characters[start..<position]
            guard word.first.map({ SQLiteToken.isDigit($0) || $0 == "." }) == true,
                word.last == "e" || word.last == "E",
                !word.contains("x"), !word.contains("X"), current == "-" || current == "+",
                following.map(SQLiteToken.isDigit) == true
            else { return }
            position += 1
            skip(while: SQLiteToken.isWordCharacter)
        }
    }

    /// SQLite's white space; a no-break space is part of a name.
    private static func isSpace(_ character: Unicode.Scalar) -> Bool {
        " \t\n\r\u{C}".unicodeScalars.contains(character)
    }

    private static func isWordCharacter(_ character: Unicode.Scalar) -> Bool {
        character == "_" || character == "$" || character == "." || character.value > 127
            || character.properties.isAlphabetic || isDigit(character)
    }

    private static func isDigit(_ character: Unicode.Scalar) -> Bool { ("0"..."9").contains(character) }
}
