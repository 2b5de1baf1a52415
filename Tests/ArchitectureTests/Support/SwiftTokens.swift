/// A word or a sign of the code, with its line.
struct Token: Equatable {
    var text: String
    var line: Int
}

/// A function, an initializer, a subscript or a computed property, from its first line to its closing brace.
struct Body: Equatable {
    var name: String
    var line: Int
    var lineCount: Int
}

/// A `switch` with the labels that stand directly in it.
struct Switch: Equatable {
    var line: Int
    /// The names behind the dots of its `case` labels.
    var cases: Set<String>
    var hasDefault: Bool
}

extension SwiftText {
    static func tokens(of code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var word: [UInt8] = []
        func isWord(_ byte: UInt8) -> Bool {
            byte >= 128 || byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte)
                || (97...122).contains(byte)
        }
        for byte in code + [UInt8(ascii: "\n")] {
            if isWord(byte) {
                word.append(byte)
                continue
            }
            if !word.isEmpty { tokens.append(Token(text: String(decoding: word, as: UTF8.self), line: line)) }
            word = []
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte > 32 { tokens.append(Token(text: String(decoding: [byte], as: UTF8.self), line: line)) }
        }
        return tokens
    }

    /// Every body with braces; a protocol's requirement has none.
    var bodies: [Body] {
        tokens.indices.compactMap { index in
            guard let name = Self.declaredName(at: index, in: tokens),
                let open = Self.opening(after: index, in: tokens)
            else { return nil }
            let close = Self.closing(of: open, in: tokens)
            return Body(
                name: name, line: tokens[index].line, lineCount: tokens[close].line - tokens[index].line + 1)
        }
    }

    /// Every `switch`, nested ones included.
    var switches: [Switch] {
        tokens.indices.compactMap { index in
            guard tokens[index].text == "switch", !Self.isMember(index, in: tokens),
                let open = Self.opening(after: index, in: tokens)
            else { return nil }
            var found = Switch(line: tokens[index].line, cases: [], hasDefault: false)
            var depth = 0
            var isLabel = false
            for inner in open...Self.closing(of: open, in: tokens) {
                let text = tokens[inner].text
                if text == "{" { depth += 1 }
                if text == "}" { depth -= 1 }
                guard depth == 1 else { continue }
                // `if case` and `guard case` are no labels.
                if text == "case" {
                    isLabel = !["if", "guard", "while", "for", ",", "else"].contains(tokens[inner - 1].text)
                }
                if text == ":" { isLabel = false }
                if text == "default", tokens[inner + 1].text == ":" { found.hasDefault = true }
                if isLabel, Self.isMember(inner, in: tokens) { found.cases.insert(text) }
            }
            return found
        }
    }

    private static func isMember(_ index: Int, in tokens: [Token]) -> Bool {
        index > 0 && tokens[index - 1].text == "."
    }

    /// The name of the declaration whose keyword is at `index`; nil for any other token.
    private static func declaredName(at index: Int, in tokens: [Token]) -> String? {
        guard index + 1 < tokens.count, !isMember(index, in: tokens) else { return nil }
        let next = tokens[index + 1].text
        let previous = index > 0 ? tokens[index - 1].text : ""
        switch tokens[index].text {
        case "func": return next
        case "init" where ["(", "?", "<"].contains(next): return "init"
        case "subscript" where ["(", "<"].contains(next): return "subscript"
        case "deinit" where next == "{": return "deinit"
        case "var" where !["if", "guard", "while", "case", ",", "("].contains(previous): return next
        default: return nil
        }
    }

    /// The brace that opens the body of what begins at `index`; nil if it has none.
    private static func opening(after index: Int, in tokens: [Token]) -> Int? {
        let isVariable = tokens[index].text == "var"
        let stops: Set = [
            "}", ";", "func", "var", "let", "init", "subscript", "case", "return", "static", "struct", "enum", "class",
            "actor", "protocol", "extension",
        ]
        var depth = 0
        for position in (index + 1)..<tokens.count {
            let text = tokens[position].text
            if ["(", "["].contains(text) { depth += 1 }
            if [")", "]"].contains(text) { depth -= 1 }
            if depth < 0 { return nil }
            guard depth == 0 else { continue }
            if text == "{" { return position }
            if position > index + 1, stops.contains(text), tokens[position - 1].text != "." { return nil }
            // A stored variable has a value, or its type ends with the line.
            let isAssignment = text == "=" && !["=", "<", ">", "!"].contains(tokens[position - 1].text)
            if isVariable, isAssignment || tokens[position].line > tokens[index].line + 1 { return nil }
        }
        return nil
    }

    private static func closing(of open: Int, in tokens: [Token]) -> Int {
        var depth = 0
        for position in open..<tokens.count {
            if tokens[position].text == "{" { depth += 1 }
            if tokens[position].text == "}" { depth -= 1 }
            if depth == 0 { return position }
        }
        return tokens.count - 1
    }
}
