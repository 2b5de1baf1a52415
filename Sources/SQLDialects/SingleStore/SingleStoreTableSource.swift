/// A table as `SHOW CREATE TABLE` words it, taken apart so that a table can be made that differs in a key or a column and in
/// nothing else: not in its sort key, its computed columns, its full texts or the collations of its columns.
///
/// The shape of the text varies with the version: the primary key has two spellings, keys may be without a name, and what
/// follows the last parenthesis is the server's own.
struct SingleStoreTableSource {
    enum Kind: Equatable {
        case column(String)
        case primaryKey
        case uniqueKey
        case shardKey
        case sortKey
        case index
        case foreignKey
        /// Full texts, vectors and whatever comes after them.
        case other
    }

    struct Element {
        var kind: Kind
        var text: String
        /// The columns of a key or index, in its order.
        var columns: [String] = []
    }

    /// The words between CREATE and TABLE: `ROWSTORE`, `REFERENCE`; none for a columnstore table.
    let words: [String]
    var elements: [Element]
    /// The collation of texts that say none of their own; nil where the server does not show it.
    let collation: String?

    /// - Returns: nil for what is no definition of a table.
    init?(_ text: String) {
        guard let open = Self.firstParenthesis(in: text), let head = Self.words(before: text[..<open]) else {
            return nil
        }
        let body = text[text.index(after: open)...]
        let (parts, end) = Self.split(body)
        guard let end, !parts.isEmpty else { return nil }
        words = head
        collation = Self.collation(inOptions: body[end...])
        elements = parts.map(Self.element)
        guard elements.contains(where: { if case .column = $0.kind { true } else { false } }) else { return nil }
    }

    var isReference: Bool { words.contains("REFERENCE") }

    /// The columns whose values the server computes; they cannot be written.
    var computedColumns: Set<String> {
        Set(
            elements.compactMap { element in
                guard case .column(let name) = element.kind else { return nil }
                let definition = element.text.dropFirst(Self.quoted(name).count).drop { $0 == " " }
                return definition.uppercased().hasPrefix("AS ") || definition.uppercased().hasPrefix("AS(") ? name : nil
            })
    }

    /// The collation of a column; nil where the server does not show it.
    func collation(of name: String) -> String? {
        let text = elements.first { $0.kind == .column(name) }?.text
        return text.flatMap { $0.firstMatch(of: /COLLATE\s+(\w+)/.ignoresCase()) }.map { String($0.1) } ?? collation
    }

    func hasColumn(_ name: String) -> Bool { elements.contains { $0.kind == .column(name) } }

    func columns(of kind: Kind) -> [String]? { elements.first { $0.kind == kind }?.columns }

    // MARK: Taking apart

    private static func quoted(_ name: String) -> String { "`" + name.escaping("`", as: "``") + "`" }

    private static func firstParenthesis(in text: String) -> String.Index? {
        var isQuoted = false
        for index in text.indices {
            if text[index] == "`" { isQuoted.toggle() }
            if text[index] == "(", !isQuoted { return index }
        }
        return nil
    }

    /// The words between CREATE and TABLE; nil where there are no such two.
    private static func words(before head: Substring) -> [String]? {
        let words = head.prefix { $0 != "`" }.split(whereSeparator: \.isWhitespace).map { $0.uppercased() }
        guard words.first == "CREATE", let end = words.firstIndex(of: "TABLE") else { return nil }
        return words[1..<end].filter { $0 != "COLUMNSTORE" }
    }

    /// The parts between the commas of the outermost parentheses, and where those end; nil where they do not.
    private static func split(_ body: Substring) -> (parts: [String], end: Substring.Index?) {
        var parts: [String] = []
        var (part, depth): (String, Int) = ("", 0)
        var quote: Character?
        var rest = body
        while let character = rest.first {
            let here = rest.startIndex
            rest.removeFirst()
            if let end = quote {
                part.append(character)
                if character == "\\", end == "'", let next = rest.popFirst() { part.append(next) }
                if character == end { quote = nil }
                continue
            }
            switch character {
            case "'", "`", "\"": quote = character
            case "(": depth += 1
            case ")" where depth == 0: return (parts + [trimmed(part)], here)
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(trimmed(part))
                part = ""
                continue
            default: break
            }
            part.append(character)
        }
        return (parts, nil)
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }

    private static func collation(inOptions text: Substring) -> String? {
        guard let match = text.firstMatch(of: /COLLATE\s*=?\s*`?(\w+)/.ignoresCase()) else { return nil }
        return String(match.1)
    }

    private static func element(_ text: String) -> Element {
        if let name = identifier(text) { return Element(kind: .column(name), text: text) }
        let head = text.prefix { $0 != "`" && $0 != "(" }.split(whereSeparator: \.isWhitespace).map { $0.uppercased() }
        let columns = keyColumns(text)
        func key(_ kind: Kind) -> Element { Element(kind: kind, text: text, columns: columns) }
        if text.uppercased().contains("FOREIGN KEY"), ["FOREIGN", "CONSTRAINT"].contains(head.first) {
            return key(.foreignKey)
        }
        if text.uppercased().contains("USING CLUSTERED COLUMNSTORE") { return key(.sortKey) }
        switch head.first {
        case "PRIMARY": return key(.primaryKey)
        case "UNIQUE":
            return key(text.contains(/^UNIQUE\s+(KEY|INDEX)\s+`PRIMARY`/.ignoresCase()) ? .primaryKey : .uniqueKey)
        case "SHARD": return key(.shardKey)
        case "SORT": return key(.sortKey)
        case "KEY", "INDEX": return key(.index)
        default: return key(.other)
        }
    }

    /// The identifier in backquotes with which a text begins.
    private static func identifier(_ text: some StringProtocol) -> String? {
        guard text.first == "`" else { return nil }
        var name = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character != "`" {
                name.append(character)
            } else if rest.first == "`" {
                name.append("`")
                rest.removeFirst()
            } else {
                return name
            }
        }
        return nil
    }

    /// The identifiers between the first parentheses.
    private static func keyColumns(_ text: String) -> [String] {
        guard let open = firstParenthesis(in: text) else { return [] }
        return split(text[text.index(after: open)...]).parts.compactMap { identifier($0) }
    }
}

// MARK: Putting together

extension SingleStoreTableSource {
    /// The parts of a `CREATE TABLE` of such a table, in the words that the documentation has for them.
    func parts() -> [String] { elements.map(text) }

    private func text(of element: Element) -> String {
        switch element.kind {
        case .column: return columnText(element.text)
        case .primaryKey: return "PRIMARY KEY (\(Self.list(element.columns)))"
        case .shardKey: return "SHARD KEY (\(Self.list(element.columns)))"
        // The server's own names begin like this; nobody has to say them.
        case .sortKey: return element.text.replacing(/^SORT\s+KEY\s+`__\w+`/.ignoresCase(), with: "SORT KEY")
        case .uniqueKey, .index, .foreignKey, .other: return element.text
        }
    }

    static func list(_ columns: [String]) -> String { columns.map(quoted).joined(separator: ", ") }

    /// A text says its collation, which the new table's own default may not be; JSON has none to be chosen.
    private func columnText(_ text: String) -> String {
        let isText = text.wholeMatch(
            of: /(`(?:[^`]|``)+`\s+(?:var)?char\(\d+\)|`(?:[^`]|``)+`\s+(?:tiny|medium|long)?text)(.*)/
                .ignoresCase().dotMatchesNewlines())
        if let isText, let collation, !isText.2.uppercased().contains("COLLATE "),
            let characters = collation.split(separator: "_").first
        {
            return "\(isText.1) CHARACTER SET \(characters) COLLATE \(collation)\(isText.2)"
        }
        return text.replacing(/^(`(?:[^`]|``)+`\s+JSON)\s+COLLATE\s+\w+/.ignoresCase()) { "\($0.1)" }
    }
}
