/// What an error may say of a statement.
package enum StatementText {
    /// The first table or index that a statement names, without its quotes and its schema; nil if it names none.
    package static func table(of sql: String) -> String? {
        var words = sql.split(separator: " ", maxSplits: 12, omittingEmptySubsequences: true)[...]
        while let word = words.popFirst() {
            guard ["INTO", "UPDATE", "FROM", "TABLE", "INDEX", "ON"].contains(word.uppercased()),
                let next = words.first, let quote = next.first
            else { continue }
            guard quote == "\"" || quote == "`" else { return String(next.prefix { !"(;,".contains($0) }) }
            // A quoted name may hold spaces.
            guard var rest = sql.firstRange(of: "\(word) \(quote)").map({ sql[$0.upperBound...] }) else { return nil }
            var name = rest.prefix { $0 != quote }
            while true {
                rest = rest.dropFirst(name.count + 1)
                guard rest.hasPrefix(".\(quote)") else { return String(name) }
                rest = rest.dropFirst(2)
                name = rest.prefix { $0 != quote }
            }
        }
        return nil
    }

    /// The table of a statement as the end of a sentence; empty if it names none.
    package static func place(of sql: String) -> String { table(of: sql).map { " (statement on \($0))" } ?? "" }

    /// The same where an error of this condition is about what the statement does to rows; empty for any other error.
    package static func place(of sql: String, for condition: DatabaseError.Condition) -> String {
        [.constraint, .notStorable, .busy, .other].contains(condition) ? place(of: sql) : ""
    }
}
