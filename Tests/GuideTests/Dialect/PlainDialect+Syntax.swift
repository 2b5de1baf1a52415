import AgnoSchema
import SQLDialects

/// A server with double quotes, numbered placeholders and transactional changes of structure.
struct PlainDialect: Dialect {
    let base = SQLiteDialect(version: "3.40.0")

    var kind: DatabaseKind { .sqlite }
}

// SQLSyntax
extension PlainDialect {
    func quote(_ identifier: String) -> String { "\"" + identifier.replacing("\"", with: "\"\"") + "\"" }
    func table(_ name: String) -> String { quote(name) }
    func placeholder(_ position: Int) -> String { "?\(position)" }
}

// TransactionRules
extension PlainDialect {
    var beginStatement: String { "BEGIN IMMEDIATE" }
    var beginSnapshot: [String] { [] }
    var usesSavepoints: Bool { false }
    var hasTransactionalDDL: Bool { true }
    var lockingReadSuffix: String { "" }
}
