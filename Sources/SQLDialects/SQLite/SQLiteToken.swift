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

    /// The name that the token stands for, without its quotes.
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
        var tokens: [SQLiteToken] = []
        let characters = Array(sql.unicodeScalars)
        var position = 0
        func slice(_ start: Int, _ end: Int) -> SQLiteToken {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: characters[start..<end])
            return SQLiteToken(source: String(view))
        }
        while position < characters.count {
            let start = position
            let character = characters[position]
            switch character {
            case "'", "\"", "`":
                position += 1
                while position < characters.count {
                    if characters[position] == character {
                        position += 1
                        guard position < characters.count, characters[position] == character else { break }
                    }
                    position += 1
                }
            case "[":
                while position < characters.count, characters[position] != "]" { position += 1 }
                position += 1
            case "-" where position + 1 < characters.count && characters[position + 1] == "-":
                while position < characters.count, characters[position] != "\n" { position += 1 }
            case "/" where position + 1 < characters.count && characters[position + 1] == "*":
                position += 2
                while position + 1 < characters.count,
                    !(characters[position] == "*" && characters[position + 1] == "/")
                { position += 1 }
                position += 2
            case _ where isSpace(character):
                while position < characters.count, isSpace(characters[position]) { position += 1 }
            case "x", "X":
                // A blob literal is one piece.
                guard position + 1 < characters.count, characters[position + 1] == "'" else { fallthrough }
                position += 2
                while position < characters.count, characters[position] != "'" { position += 1 }
                position += 1
            case _ where isWordCharacter(character):
                while position < characters.count, isWordCharacter(characters[position]) { position += 1 }
                // So is a number with a signed exponent.
                let isNumber = ("0"..."9").contains(character) || character == "."
                if isNumber, position + 1 < characters.count, "eE".unicodeScalars.contains(characters[position - 1]),
                    !characters[start..<position].contains(where: { $0 == "x" || $0 == "X" }),
                    characters[position] == "-" || characters[position] == "+",
                    ("0"..."9").contains(characters[position + 1])
                {
                    position += 1
                    while position < characters.count, isWordCharacter(characters[position]) { position += 1 }
                }
            default: position += 1
            }
            position = min(position, characters.count)
            tokens.append(slice(start, position))
        }
        return tokens
    }

    /// What SQLite takes for space; a no-break space is part of a name.
    private static func isSpace(_ character: Unicode.Scalar) -> Bool {
        " \t\n\r\u{C}".unicodeScalars.contains(character)
    }

    private static func isWordCharacter(_ character: Unicode.Scalar) -> Bool {
        character == "_" || character == "$" || character == "." || character.value > 127
            || character.properties.isAlphabetic || ("0"..."9").contains(character)
    }
}
