import AgnoSchema
import DatabaseAccess
import PostgreSQLAccess
import SQLDialects
import Testing

@Suite("The PostgreSQL dialect") struct ConformanceTests {
    private let context = SchemaContext(traits: PostgreSQLDialect.traits, names: TableNames())

    @Test("reads every table of every version back as it made it", arguments: versions)
    func snapshots(version: SchemaVersion) throws {
        let database = try TestDatabase()
        var expected: [String] = []
        try database.connected { connection in
            try connection.execute("CREATE SCHEMA ai")
            for type in TableType.allCases {
                guard let shape = TableDefinition.shape(of: type, at: version, in: context) else { continue }
                for statement in connection.dialect.create(shape, named: context.names[type]) {
                    try connection.execute(statement)
                }
                expected += TestDatabase.facts(of: shape, named: context.names[type])
            }
        }
        #expect(!expected.isEmpty)
        #expect(try database.catalogue() == expected.sorted())
    }

    @Test("sees what Agno never makes for what it is: other indexes, invalid ones, generated columns")
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

    @Test(
        "cuts a name that is too long at the table's part and keeps it distinct",
        arguments: [
            "x", "sessions_of_a_team_with_a_very_long_name_that_goes_on_and_on_60",
            "Größenordnungsübersichtstabelle_für_Außendienstgeräteübergaben",
        ])
    func names(table: String) {
        let suffixes = ["", "_user_id", "_user_id_enabled_next_run_at", "_session_id_run_index", "_uq_user_name"]
        let fitted = suffixes.map { PostgreSQLDialect.fitted("idx_\(table)\($0)", table: table) }
        #expect(Set(fitted).count == suffixes.count)
        for (name, suffix) in zip(fitted, suffixes) {
            #expect(name.utf8.count <= 63)
            #expect(name.hasSuffix(suffix))
            if "idx_\(table)\(suffix)".utf8.count <= 63 { #expect(name == "idx_\(table)\(suffix)") }
        }
    }
}
