/// The text of one column's definition, taken apart into name, type and constraints.
///
/// The grammar is SQLite's own (`columnname` and `ccons` in its parse.y): what is in quotes or parentheses never counts
/// as a keyword, nor do the words of `ON DELETE SET DEFAULT`.
struct SQLiteColumnText {
    /// What a clause is, as far as anything here asks for it.
    enum Clause: Hashable {
        case notNull, defaultValue, unique, primaryKey, other
    }

    private(set) var tokens: [SQLiteToken]

    init(_ tokens: [SQLiteToken]) { self.tokens = tokens }

    func has(_ clause: Clause) -> Bool { parsed.clauses.contains { $0.kind == clause } }

    /// Removes every clause of the kind, with its name and its conflict clause.
    mutating func remove(_ clause: Clause) {
        for found in parsed.clauses.reversed() where found.kind == clause {
            tokens.replaceSubrange(found.range, with: [SQLiteToken(source: " ")])
        }
    }

    mutating func append(_ text: String) { tokens += SQLiteToken.tokenize(text) }

    mutating func replaceType(by type: String) {
        tokens.replaceSubrange(parsed.type, with: SQLiteToken.tokenize(" \(type) "))
    }

    // MARK: Reading

    private typealias Parsed = (type: Range<Int>, clauses: [(kind: Clause, range: Range<Int>)])

    private var parsed: Parsed {
        var reader = Reader(tokens: tokens)
        reader.skip()  // the name
        let type = reader.type()
        var clauses: [(Clause, Range<Int>)] = []
        while let clause = reader.clause() { clauses.append(clause) }
        return (type, clauses)
    }

    /// Walks the tokens that mean something.
    private struct Reader {
        private let tokens: [SQLiteToken]
        private let positions: [Int]
        private var next = 0

        init(tokens: [SQLiteToken]) {
            self.tokens = tokens
            self.positions = tokens.indices.filter { !tokens[$0].isSpace }
        }

        private func word(_ offset: Int = 0) -> String? {
            next + offset < positions.count ? tokens[positions[next + offset]].word : nil
        }

        /// Where the token just read ends.
        private var end: Int { next == 0 ? 0 : positions[next - 1] + 1 }

        mutating func skip(_ count: Int = 1) { next = min(next + count, positions.count) }

        private mutating func skip(word wanted: String...) {
            if let word = word(), wanted.contains(word) { skip() }
        }

        private mutating func skipParentheses() {
            guard word() == "(" else { return }
            var depth = 0
            repeat {
                if word() == "(" { depth += 1 }
                if word() == ")" { depth -= 1 }
                skip()
            } while depth > 0 && next < positions.count
        }

        private mutating func skipConflict() {
            if word() == "ON", word(1) == "CONFLICT" { skip(3) }
        }

        private var isClause: Bool {
            switch word() {
            case "CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "AS",
                "DEFERRABLE":
                true
            case "GENERATED": word(1) == "ALWAYS"
            default: false
            }
        }

        mutating func type() -> Range<Int> {
            let start = end
            while next < positions.count, !isClause {
                if word() == "(" { skipParentheses() } else { skip() }
            }
            return start..<end
        }

        mutating func clause() -> (Clause, Range<Int>)? {
            guard next < positions.count else { return nil }
            let start = positions[next]
            if word() == "CONSTRAINT" { skip(2) }
            let kind = body()
            return (kind, start..<end)
        }

        private mutating func body() -> Clause {
            guard isClause else {
                skip()
                return .other
            }
            let first = word()
            skip()
            switch first {
            case "PRIMARY":
                skip()
                skip(word: "ASC", "DESC")
                skipConflict()
                skip(word: "AUTOINCREMENT")
                return .primaryKey
            case "NOT":
                if word() == "NULL" {
                    skip()
                    skipConflict()
                    return .notNull
                }
                return .other
            case "UNIQUE":
                skipConflict()
                return .unique
            case "DEFAULT":
                if word() == "(" {
                    skipParentheses()
                } else {
                    skip(word: "+", "-")
                    skip()
                }
                return .defaultValue
            case "NULL": skipConflict()
            case "REFERENCES": reference()
            case "COLLATE": skip()
            case "GENERATED":
                skip(2)
                skipParentheses()
            case "CHECK", "AS": skipParentheses()
            default: break
            }
            return .other
        }

        private mutating func reference() {
            skip()
            skipParentheses()
            while true {
                switch word() {
                case "MATCH": skip(2)
                case "ON": skip(word(2) == "SET" || word(2) == "NO" ? 4 : 3)
                default: return
                }
            }
        }
    }
}
