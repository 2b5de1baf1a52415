import AgnoSchema

/// The text of a `CREATE TABLE` statement, taken apart just enough to change single parts of it.
///
/// SQLite has no statement for most changes of a table; it must be made anew. Editing the text that the catalogue
/// keeps, instead of writing a new one, preserves whatever else the table's owner declared: checks, collations,
/// generated columns, foreign keys, STRICT.
struct SQLiteTableSource {
    /// A column or a table constraint, verbatim.
    fileprivate struct Item {
        var tokens: [SQLiteToken]
        var columnName: String?
    }

    private var items: [Item]
    /// What follows the closing parenthesis (`WITHOUT ROWID`, `STRICT`).
    private let options: String

    /// Nil where the text is not `CREATE TABLE name (…)`.
    init?(_ sql: String) {
        let tokens = SQLiteToken.tokenize(sql)
        guard let open = tokens.firstIndex(where: { $0.text == "(" }) else { return nil }
        var depth = 0
        var close: Int?
        var start = open + 1
        var items: [Item] = []
        for position in open..<tokens.count {
            switch tokens[position].text {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 1:
                items.append(Item(Array(tokens[start..<position])))
                start = position + 1
            default: break
            }
            if depth == 0 {
                items.append(Item(Array(tokens[start..<position])))
                close = position
                break
            }
        }
        guard let close else { return nil }
        self.items = items
        self.options = tokens[(close + 1)...].map(\.source).joined()
    }

    /// The statement that makes the table under another name.
    func statement(named quotedName: String) -> String {
        let body = items.map { $0.text }.joined(separator: ",\n\t")
        return "CREATE TABLE \(quotedName) (\n\t\(body)\n)\(options)"
    }

    /// Appends a column, before the table constraints.
    mutating func addColumn(_ text: String, named name: String) {
        let item = Item(tokens: SQLiteToken.tokenize(text), columnName: name)
        let position = items.firstIndex { $0.columnName == nil } ?? items.endIndex
        items.insert(item, at: position)
    }

    mutating func removeColumn(_ name: String) {
        items.removeAll { $0.columnName == name }
    }

    /// Takes a column's default away and forbids NULL; everything else of its definition stays.
    mutating func requireValue(ofColumn name: String) {
        guard let position = items.firstIndex(where: { $0.columnName == name }) else { return }
        items[position].removeDefault()
        if !items[position].isNotNull { items[position].append(" NOT NULL") }
    }

    mutating func changeType(ofColumn name: String, to text: String) {
        guard let position = items.firstIndex(where: { $0.columnName == name }) else { return }
        items[position] = Item(tokens: SQLiteToken.tokenize(text), columnName: name)
    }

    /// Removes every unique constraint over exactly these columns, of the table or of a column.
    mutating func removeUniqueKeys(covering columns: [String]) {
        let wanted = Set(columns)
        items.removeAll { $0.columnName == nil && $0.constrainedColumns(of: "UNIQUE").map(Set.init) == wanted }
        if columns.count == 1, let position = items.firstIndex(where: { $0.columnName == columns[0] }) {
            items[position].removeKeyword("UNIQUE")
        }
    }

    mutating func removePrimaryKey() {
        items.removeAll { $0.columnName == nil && $0.constrainedColumns(of: "PRIMARY") != nil }
    }

    mutating func addConstraint(_ text: String) {
        items.append(Item(tokens: SQLiteToken.tokenize(text), columnName: nil))
    }

    /// Whether the table is keyed by its primary key alone.
    static func isWithoutRowid(_ sql: String) -> Bool {
        guard let source = SQLiteTableSource(sql) else { return false }
        let words = SQLiteToken.tokenize(source.options).map { $0.text.uppercased() }
        return words.contains("ROWID")
    }

    /// The condition of a partial index, recognised where Agno declares such a one.
    static func predicate(_ indexSQL: String) -> IndexPredicate {
        let tokens = SQLiteToken.tokenize(indexSQL).filter { !$0.isSpace }
        guard let position = tokens.lastIndex(where: { $0.text.uppercased() == "WHERE" }) else {
            return .other(indexSQL)
        }
        var condition = Array(tokens[(position + 1)...])
        while condition.count > 2, condition.first?.text == "(", condition.last?.text == ")" {
            condition = Array(condition.dropFirst().dropLast())
        }
        let words = condition.dropFirst().map { $0.text.uppercased() }
        if let column = condition.first?.identifier {
            if words == ["IS", "NULL"] || words == ["ISNULL"] { return .isNull(column) }
            if words == ["IS", "NOT", "NULL"] || words == ["NOTNULL"] || words == ["NOT", "NULL"] {
                return .isNotNull(column)
            }
        }
        return .other(condition.map(\.text).joined(separator: " "))
    }
}

extension SQLiteTableSource.Item {
    private static let constraintWords: Set<String> = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]

    fileprivate init(_ tokens: [SQLiteToken]) {
        let first = tokens.first { !$0.isSpace }
        let isConstraint = first.map { !$0.isQuoted && Self.constraintWords.contains($0.text.uppercased()) } ?? true
        self.init(tokens: tokens, columnName: isConstraint ? nil : first?.identifier)
    }

    /// The item's text without the space around it; a closing line comment gets its line end back.
    fileprivate var text: String {
        var kept = tokens[...]
        while kept.first?.isBlank == true { kept.removeFirst() }
        while kept.last?.isBlank == true { kept.removeLast() }
        let text = kept.map(\.source).joined()
        return kept.last?.source.hasPrefix("--") == true ? text + "\n" : text
    }

    fileprivate mutating func append(_ text: String) { tokens += SQLiteToken.tokenize(text) }

    fileprivate var isNotNull: Bool {
        let words = tokens.filter { !$0.isSpace && !$0.isQuoted }.map { $0.text.uppercased() }
        return zip(words, words.dropFirst()).contains { $0 == "NOT" && $1 == "NULL" }
    }

    fileprivate mutating func removeDefault() {
        guard let start = tokens.firstIndex(where: { !$0.isQuoted && $0.text.uppercased() == "DEFAULT" }) else {
            return
        }
        var end = start + 1
        while end < tokens.count, tokens[end].isSpace { end += 1 }
        if end < tokens.count, tokens[end].text == "(" {
            var depth = 0
            repeat {
                if tokens[end].text == "(" { depth += 1 }
                if tokens[end].text == ")" { depth -= 1 }
                end += 1
            } while depth > 0 && end < tokens.count
        } else {
            if end < tokens.count, tokens[end].text == "-" || tokens[end].text == "+" { end += 1 }
            end += 1
        }
        tokens.removeSubrange(start..<min(end, tokens.count))
    }

    fileprivate mutating func removeKeyword(_ word: String) {
        tokens.removeAll { !$0.isQuoted && $0.text.uppercased() == word }
    }

    /// The columns in parentheses after a constraint's keyword; nil for another constraint.
    fileprivate func constrainedColumns(of keyword: String) -> [String]? {
        let words = tokens.filter { !$0.isSpace }
        guard let start = words.firstIndex(where: { !$0.isQuoted && $0.text.uppercased() == keyword }),
            start <= 2, let open = words[start...].firstIndex(where: { $0.text == "(" }),
            let close = words[open...].firstIndex(where: { $0.text == ")" })
        else { return nil }
        return words[(open + 1)..<close].split { $0.text == "," }.compactMap { $0.first?.identifier }
    }
}

/// A piece of SQL text: a word, a quoted name or string, a symbol, a comment or space.
struct SQLiteToken {
    /// As written.
    let source: String

    /// The text to compare; empty for space and comments.
    var text: String { isSpace ? "" : source }
    /// Space or a comment.
    var isSpace: Bool { isBlank || source.hasPrefix("--") || source.hasPrefix("/*") }
    /// Space only.
    var isBlank: Bool { source.first?.isWhitespace ?? true }
    /// A name or string in quotes.
    var isQuoted: Bool {
        guard let first = source.first else { return false }
        return first == "\"" || first == "'" || first == "`" || first == "["
    }

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
            case _ where character.properties.isWhitespace:
                while position < characters.count, characters[position].properties.isWhitespace { position += 1 }
            case _ where isWordCharacter(character):
                while position < characters.count, isWordCharacter(characters[position]) { position += 1 }
            default: position += 1
            }
            position = min(position, characters.count)
            tokens.append(slice(start, position))
        }
        return tokens
    }

    private static func isWordCharacter(_ character: Unicode.Scalar) -> Bool {
        character == "_" || character == "$" || character == "." || character.value > 127
            || character.properties.isAlphabetic || ("0"..."9").contains(character)
    }
}
