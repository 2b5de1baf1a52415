import AgnoSchema
import DatabaseAccess
import Testing

@testable import SQLDialects

@Suite("Which rows an index covers")
struct IndexPredicateTests {
    @Test(
        "Agno's two conditions are recognised however they are written",
        arguments: [
            ("WHERE user_id IS NULL", IndexPredicate.isNull("user_id")),
            ("where \"user_id\" is null", .isNull("user_id")),
            ("WHERE [user_id] ISNULL", .isNull("user_id")), ("WHERE ((user_id IS NULL))", .isNull("user_id")),
            ("WHERE /* x */ user_id IS /* y */ NULL -- z", .isNull("user_id")),
            ("WHERE user_id IS NOT NULL", .isNotNull("user_id")), ("WHERE `user_id` NOTNULL", .isNotNull("user_id")),
            ("WHERE (user_id NOT NULL)", .isNotNull("user_id")), ("WHERE \"a \"\"b\" IS NULL", .isNull("a \"b")),
        ])
    func known(_ text: String, _ predicate: IndexPredicate) {
        #expect(SQLiteTableSource.predicate("CREATE INDEX \"where x\" ON t (name) \(text)") == predicate)
    }

    @Test(
        "Any other condition is another one",
        arguments: [
            "WHERE user_id IS NULL AND x = 1", "WHERE (user_id IS NULL) AND (x IS NULL)",
            "WHERE (user_id) IS NULL OR (x)",
            "WHERE user_id = 'IS NULL'", "WHERE NOT user_id IS NULL", "WHERE user_id IS NOT 5", "WHERE 1",
            "WHERE user_id <> 'WHERE user_id IS NULL'",
        ])
    func other(_ text: String) throws {
        guard case .other(let condition) = SQLiteTableSource.predicate("CREATE INDEX i ON t (name) \(text)") else {
            Issue.record("taken for a condition of Agno's")
            return
        }
        // What is kept can be used again.
        try Scratch.withDatabase(["CREATE TABLE t (name, user_id, x)"]) { connection in
            _ = try connection.execute("CREATE INDEX i ON t (name) WHERE \(condition)")
        }
    }
}
