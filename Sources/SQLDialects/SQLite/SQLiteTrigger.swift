import AgnoSchema

/// The head of a `CREATE TRIGGER` statement, as far as anything here asks for it.
struct SQLiteTrigger {
    enum Event: String { case insert = "INSERT", update = "UPDATE", delete = "DELETE" }

    let name: String
    let sql: String
    let event: Event
    /// The columns of `UPDATE OF`, folded; empty if every update fires it.
    let columns: Set<String>
    /// The table or view that it is on, folded.
    let table: String
    /// Every name and keyword after the head, folded.
    let mentioned: Set<String>

    /// Nil where the text is not that of a trigger.
    init?(name: String, sql: String) {
        let tokens = SQLiteToken.tokenize(sql).filter { !$0.isSpace }
        guard let start = tokens.firstIndex(where: { $0.word.flatMap(Event.init) != nil }),
            let event = tokens[start].word.flatMap(Event.init),
            let on = tokens[start...].firstIndex(where: { $0.word == "ON" }), on + 1 < tokens.count,
            var table = tokens[on + 1].identifier
        else { return nil }
        // A qualified name is one token without quotes, and three with them.
        if on + 3 < tokens.count, tokens[on + 2].text == ".", let last = tokens[on + 3].identifier { table = last }
        self.name = name
        self.sql = sql
        self.event = event
        columns = Set(
            tokens[(start + 1)..<on].dropFirst().filter { $0.text != "," }.compactMap { $0.identifier?.foldingASCII })
        self.table = (table.split(separator: ".").last.map(String.init) ?? table).foldingASCII
        mentioned = SQLiteToken.names(in: tokens[(on + 2)...])
    }

    /// Whether an update of these columns fires it.
    func isFired(byUpdateOf updated: [String]) -> Bool {
        event == .update && (columns.isEmpty || updated.contains { columns.contains($0.foldingASCII) })
    }
}

extension SQLiteToken {
    /// Every name, in quotes or without, and every keyword, folded; each part of a qualified name is one.
    ///
    /// - Parameter withStrings: texts in single quotes are names, too, as in the arguments of a module.
    static func names(in tokens: some Sequence<SQLiteToken>, withStrings: Bool = false) -> Set<String> {
        var names: Set<String> = []
        for token in tokens where withStrings || !token.source.hasPrefix("'") {
            guard let name = token.identifier else { continue }
            let parts = token.isQuoted ? [Substring(name)] : name.split(separator: ".")
            names.formUnion(parts.map { String($0).foldingASCII })
        }
        return names
    }
}
