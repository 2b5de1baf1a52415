import AgnoSchema
import DatabaseAccess
import SQLDialects
import SQLiteAccess

/// Databases in memory: a real SQLite for every statement that a test makes.
enum Scratch {
    /// The statements are run first.
    static func withDatabase<Result>(
        _ statements: [String] = [], body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try SQLiteDriver(path: ":memory:").withConnection(for: .create) { connection in
            for statement in statements { try connection.execute(statement) }
            return try body(connection)
        }
    }
}

extension DatabaseConnection {
    /// The rows of a query as texts, for comparing.
    func texts(_ sql: String, _ bindings: [SQLValue] = []) throws -> [String] {
        try rows(SQLStatement(sql, bindings)).map { row in row.map(\.display).joined(separator: "|") }
    }

    /// Everything that SQLite says of a table's structure, but for the names of automatic indexes.
    func facts(ofTable name: String) throws -> Set<String> {
        var facts = Set(
            try texts(
                "SELECT 'column', name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1)",
                [.text(name)]))
        facts.formUnion(
            try texts("SELECT 'options', wr, strict FROM pragma_table_list WHERE name = ?1", [.text(name)]))
        facts.formUnion(
            try texts(
                "SELECT 'reference', \"from\", \"table\", \"to\", on_update, on_delete FROM pragma_foreign_key_list(?1)",
                [.text(name)]))
        facts.formUnion(
            try texts(
                """
                SELECT 'key', l.origin, l."unique", l.partial, (SELECT group_concat(x.name || ' ' || x.coll || ' ' || x."desc")
                    FROM (SELECT * FROM pragma_index_xinfo(l.name) WHERE key ORDER BY seqno) x)
                FROM pragma_index_list(?1) l
                """, [.text(name)]))
        return facts
    }
}

extension SQLValue {
    /// The value with its kind, readable in a failure.
    var display: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes), .malformedText(let bytes):
            "x'\(bytes.map { String($0, radix: 16) }.joined(separator: " "))'"
        }
    }
}
