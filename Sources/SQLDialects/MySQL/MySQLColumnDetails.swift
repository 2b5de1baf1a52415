import AgnoSchema

/// What a column's definition says beside its name and NOT NULL: a statement that changes the column has to say it again.
package struct ColumnDetails: Hashable, Sendable {
    /// The type as the catalogue spells it.
    package var type: String
    /// The clause that computes the column; empty for a column that is written.
    package var generation = ""
    /// The expression of the default; nil without one.
    package var defaultValue: String?
    /// Clauses such as `ON UPDATE`, `INVISIBLE` and `COMMENT`.
    package var others: [String] = []
}

extension MySQLFamilyDialect {
    /// The details of a row about a column.
    ///
    /// - Parameter check: the text of the column's own check, where columns have some.
    func details(of row: MySQLCatalogueRow, check: String?) -> ColumnDetails {
        var details = ColumnDetails(type: MySQLTypes.withoutCollation(row.facts[0] ?? ""))
        var extra = row.facts[3] ?? ""
        func take(_ word: String) -> Bool {
            let rest = extra.replacing(word, with: "")
            defer { extra = rest }
            return rest != extra
        }
        let isExpression = take("DEFAULT_GENERATED")
        let kind = ["VIRTUAL", "STORED", "PERSISTENT"].first { take("\($0) GENERATED") }
        if let kind {
            details.generation = " GENERATED ALWAYS AS (\(expression(row.facts[5]))) \(kind)"
        } else if let text = defaultExpression(row.facts[2], extra: row.facts[3]?.uppercased() ?? "") {
            let isBare = !isExpression || text.uppercased().hasPrefix("CURRENT_TIMESTAMP")
            details.defaultValue = isBare ? text : "(\(expression(text)))"
        }
        // What is left are words of a definition: `on update …`, `INVISIBLE`, `auto_increment`.
        let words = extra.split { $0 == "," || $0 == " " }.joined(separator: " ")
        if !words.isEmpty { details.others.append(words) }
        if let comment = row.facts[6], !comment.isEmpty { details.others.append("COMMENT \(literal(comment))") }
        if let check { details.others.append("CHECK (\(check))") }
        return details
    }

    /// An expression of the catalogue; MySQL escapes it like the inside of a string.
    private func expression(_ text: String?) -> String {
        guard server.escapesExpressions, let text else { return text ?? "" }
        return text.replacing(/\\(.)/.dotMatchesNewlines()) { $0.1 == "n" ? "\n" : $0.1 }
    }
}

extension MySQLAlterTable {
    /// The clause that gives a column another type or NOT NULL, and leaves it all else.
    ///
    /// - Parameter type: the new type; nil: the column's own.
    func modified(_ name: String, to type: String? = nil, isNullable: Bool, keepsDefault: Bool = true) -> String {
        let details = snapshot.columnDetails[name]
        var text = type ?? details?.type ?? shape.column(name)?.type ?? ""
        let upper = text.uppercased()
        // A column that is modified would get the collation of the table.
        if ["CHAR", "TEXT", "ENUM", "SET("].contains(where: { upper.contains($0) }),
            let collation = snapshot.collations[name],
            collation != snapshot.defaultCollation
        {
            text += dialect.tableOptions(collation: collation)
        }
        text = dialect.columnText(name, text + (details?.generation ?? ""), isNullable: isNullable)
        if keepsDefault, let value = details?.defaultValue {
            // A long text has no constant for a default, but an expression.
            let isLong = ["TEXT", "BLOB", "JSON"].contains { upper.hasSuffix($0) }
            text += " DEFAULT \(isLong && !value.hasPrefix("(") ? "(\(value))" : value)"
        }
        return "MODIFY COLUMN " + ([text] + (details?.others ?? [])).joined(separator: " ")
    }
}
