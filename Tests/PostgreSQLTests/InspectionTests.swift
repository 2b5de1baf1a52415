import AgnoSchema
import DatabaseAccess
import PostgreSQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("The PostgreSQL dialect") struct InspectionTests {
    @Test("Sees what Agno never makes for what it is: other indexes, invalid ones, generated columns")
    func oddities() throws {
        let database = try TestDatabase()
        try database.execute(
            "CREATE SCHEMA ai",
            "CREATE TABLE ai.agno_evals (a text, \"B c\" text, g text GENERATED ALWAYS AS (a || 'x') STORED)",
            "CREATE INDEX i1 ON ai.agno_evals (lower(a))", "CREATE INDEX i2 ON ai.agno_evals USING hash (a)",
            "CREATE UNIQUE INDEX i3 ON ai.agno_evals (a) INCLUDE (g) WHERE \"B c\" IS NOT NULL",
            "CREATE INDEX i4 ON ai.agno_evals (a) WHERE a > 'x'", "CREATE UNIQUE INDEX i5 ON ai.agno_evals (a)",
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ai.i5'::regclass")
        let found = try database.connected { try $0.dialect.snapshots(of: [.evals: "agno_evals"], using: $0) }
        let snapshot = try #require(found[.evals])
        let indexes = Dictionary(uniqueKeysWithValues: snapshot.shape.indexes.map { ($0.name, $0.index) })
        #expect(indexes["i1"]?.columns == ["<expression>"])
        #expect(indexes["i2"]?.columns == ["<hash>"])
        #expect(indexes["i3"] == Index(on: ["a"], isUnique: true, where: .isNotNull("B c")))
        #expect(indexes["i4"]?.predicate.map { if case .other = $0 { true } else { false } } == true)
        #expect(indexes["i5"] == nil)
        #expect(snapshot.invalidIndexes.map(\.name) == ["i5"])
        #expect(snapshot.generatedColumns == ["g"])
    }
}
