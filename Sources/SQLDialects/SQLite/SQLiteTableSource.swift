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
        self.items = items.flatMap(\.separated)
        self.options = tokens[(close + 1)...].map(\.source).joined()
    }

    /// The statement that makes the table under another name.
    ///
    /// - Parameter former: the table's own name, which is taken from before the columns in checks; nil: nothing is.
    func statement(named quotedName: String, formerly former: String? = nil) -> String {
        let body = items.map { item in (former.map { item.without(qualifier: $0) } ?? item).text }.joined(
            separator: ",\n\t")
        return "CREATE TABLE \(quotedName) (\n\t\(body)\n)\(options)"
    }

    /// Appends a column, before the table constraints.
    mutating func addColumn(_ text: String, named name: String) {
        let item = Item(tokens: SQLiteToken.tokenize(text), columnName: name)
        let position = items.firstIndex { $0.columnName == nil } ?? items.endIndex
        items.insert(item, at: position)
    }

    /// Removes a column and the keys that name it.
    mutating func removeColumn(_ name: String) {
        items.removeAll { item in
            if let column = item.columnName { return Self.isSame(column, name) }
            let keys = ["UNIQUE", "FOREIGN"].compactMap { item.constrainedColumns(of: $0) }
            return keys.joined().contains { Self.isSame($0, name) }
        }
    }

    /// Forbids NULL in a column and, unless it is kept, takes its default away; everything else of its definition stays.
    mutating func requireValue(ofColumn name: String, keepingDefault: Bool = false) {
        edit(name) { column in
            if !keepingDefault { column.remove(.defaultValue) }
            if !column.has(.notNull) { column.append(" NOT NULL") }
        }
    }

    /// Exchanges a column's type; everything else of its definition stays.
    mutating func changeType(ofColumn name: String, to type: String) {
        edit(name) { $0.replaceType(by: type) }
    }

    /// Removes every unique constraint over exactly these columns, of the table or of a column.
    mutating func removeUniqueKeys(covering columns: [String]) {
        let wanted = Set(columns.map(Self.folded))
        items.removeAll { item in
            item.columnName == nil && item.constrainedColumns(of: "UNIQUE").map { Set($0.map(Self.folded)) } == wanted
        }
        if columns.count == 1 { edit(columns[0]) { $0.remove(.unique) } }
    }

    mutating func removePrimaryKey() {
        items.removeAll { $0.columnName == nil && $0.constrainedColumns(of: "PRIMARY") != nil }
        for name in items.compactMap(\.columnName) { edit(name) { $0.remove(.primaryKey) } }
    }

    private mutating func edit(_ name: String, _ change: (inout SQLiteColumnText) -> Void) {
        guard let position = items.firstIndex(where: { $0.columnName.map { Self.isSame($0, name) } ?? false })
        else { return }
        var column = SQLiteColumnText(items[position].tokens)
        change(&column)
        items[position].tokens = column.tokens
    }

    /// SQLite compares names without regard to ASCII case.
    private static func folded(_ name: String) -> String { name.foldingASCII }

    private static func isSame(_ first: String, _ second: String) -> Bool { folded(first) == folded(second) }

    mutating func addConstraint(_ text: String) {
        items.append(Item(tokens: SQLiteToken.tokenize(text), columnName: nil))
    }

    /// Whether the table is keyed by its primary key alone.
    static func isWithoutRowid(_ sql: String) -> Bool { hasOption("ROWID", sql) }

    /// Whether the table insists on its columns' types.
    static func isStrict(_ sql: String) -> Bool { hasOption("STRICT", sql) }

    private static func hasOption(_ word: String, _ sql: String) -> Bool {
        guard let source = SQLiteTableSource(sql) else { return false }
        return SQLiteToken.tokenize(source.options).contains { $0.word == word }
    }

    /// Whether a key of the table counts up and never gives a number twice.
    static func hasAutoincrement(_ sql: String) -> Bool {
        SQLiteToken.tokenize(sql).contains { $0.word == "AUTOINCREMENT" }
    }

    /// The condition of a partial index, recognised where Agno declares such a one.
    ///
    /// - Parameter spelling: how a column is spelled that the index may spell in another case.
    static func predicate(_ indexSQL: String, spelling: (String) -> String = { $0 }) -> IndexPredicate {
        let tokens = SQLiteToken.tokenize(indexSQL)
        guard let position = tokens.lastIndex(where: { $0.word == "WHERE" }) else { return .other(indexSQL) }
        let text = tokens[(position + 1)...].map { $0.isSpace ? " " : $0.source }.joined()
        var condition = tokens[(position + 1)...].filter { !$0.isSpace }
        while condition.isInParentheses { condition = Array(condition.dropFirst().dropLast()) }
        let words = condition.dropFirst().map { $0.text.uppercased() }
        if let column = condition.first?.identifier.map(spelling) {
            if words == ["IS", "NULL"] || words == ["ISNULL"] { return .isNull(column) }
            if words == ["IS", "NOT", "NULL"] || words == ["NOTNULL"] || words == ["NOT", "NULL"] {
                return .isNotNull(column)
            }
        }
        return .other(String(text.drop { $0 == " " }))
    }
}

extension SQLiteTableSource {
    /// A part of the table's text that needs columns besides the one that it is declared with.
    struct DependentClause {
        var kind: DependentObject.Kind
        var name: String
        var text: String
        /// Every name that it mentions, folded.
        var mentioned: Set<String>
    }

    /// Checks, generated columns, unique keys and foreign keys.
    var dependentClauses: [DependentClause] {
        items.compactMap { item in
            let words = Set(item.tokens.compactMap(\.word))
            var mentioned = SQLiteToken.names(in: item.tokens)
            let kind: DependentObject.Kind
            if let column = item.columnName {
                guard words.contains("AS") || words.contains("CHECK") else { return nil }
                mentioned.remove(Self.folded(column))
                return DependentClause(
                    kind: words.contains("AS") ? .generatedColumn : .check, name: column, text: item.text,
                    mentioned: mentioned)
            }
            if let columns = item.constrainedColumns(of: "FOREIGN") {
                (kind, mentioned) = (.foreignKey, Set(columns.map(Self.folded)))
            } else if let columns = item.constrainedColumns(of: "UNIQUE") {
                (kind, mentioned) = (.uniqueKey, Set(columns.map(Self.folded)))
            } else if words.contains("CHECK") {
                kind = .check
            } else {
                return nil
            }
            let significant = item.tokens.filter { !$0.isSpace }
            let name = significant.first?.word == "CONSTRAINT" ? significant.dropFirst().first?.identifier : nil
            return DependentClause(kind: kind, name: name ?? item.text, text: item.text, mentioned: mentioned)
        }
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

    /// The item without the table's name before columns.
    fileprivate func without(qualifier table: String) -> Self {
        var result = self
        result.tokens = []
        var isAfterName = false
        for (position, token) in tokens.enumerated() {
            let isQualifier =
                token.isQuoted && token.identifier?.foldingASCII == table.foldingASCII
                && position + 1 < tokens.count && tokens[position + 1].source.hasPrefix(".")
            defer { isAfterName = isQualifier }
            if isQualifier { continue }
            let isQualified =
                !token.isQuoted && !token.isSpace && token.source.foldingASCII.hasPrefix("\(table.foldingASCII).")
            let rest = token.source.dropFirst(isAfterName ? 1 : isQualified ? table.count + 1 : 0)
            if !rest.isEmpty { result.tokens.append(SQLiteToken(source: String(rest))) }
        }
        return result
    }

    /// Constraints of a table may follow each other without commas: one item for each.
    fileprivate var separated: [SQLiteTableSource.Item] {
        guard columnName == nil else { return [self] }
        var items: [SQLiteTableSource.Item] = []
        var start = 0
        var depth = 0
        /// How many more words belong to what began: a name, and the constraint that has it.
        var expected = 0
        for (position, token) in tokens.enumerated() where !token.isSpace {
            if token.text == "(" { depth += 1 }
            if token.text == ")" { depth -= 1 }
            guard depth == 0 else { continue }
            let begins = token.word.map(Self.constraintWords.contains) ?? false
            if begins, expected == 0 {
                if tokens[start..<position].contains(where: { !$0.isSpace }) {
                    items.append(Self(tokens: Array(tokens[start..<position]), columnName: nil))
                    start = position
                }
                expected = token.word == "CONSTRAINT" ? 2 : 0
            } else if expected > 0 {
                expected -= 1
            }
        }
        items.append(Self(tokens: Array(tokens[start...]), columnName: nil))
        return items
    }

    /// The columns in parentheses after a constraint's keyword; nil for another constraint.
    fileprivate func constrainedColumns(of keyword: String) -> [String]? {
        let words = tokens.filter { !$0.isSpace }
        guard let start = words.firstIndex(where: { $0.word == keyword }),
            start <= 2, let open = words[start...].firstIndex(where: { $0.text == "(" }),
            let close = words[open...].firstIndex(where: { $0.text == ")" })
        else { return nil }
        return words[(open + 1)..<close].split { $0.text == "," }.compactMap { $0.first?.identifier }
    }
}

extension [SQLiteToken] {
    /// Whether the first parenthesis is closed by the last token.
    fileprivate var isInParentheses: Bool {
        guard count > 2, first?.text == "(", last?.text == ")" else { return false }
        var depth = 0
        for token in dropLast() {
            if token.text == "(" { depth += 1 }
            if token.text == ")" { depth -= 1 }
            if depth == 0 { return false }
        }
        return true
    }
}
