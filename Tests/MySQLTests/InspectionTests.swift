import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects
import ServerContract
import Testing

@Suite("The MySQL and MariaDB dialects", .timeLimit(.minutes(30))) struct InspectionTests {
    @Test(
        "See what Agno never makes for what it is: parts of columns, full texts, expressions, generated columns, views",
        arguments: TestServer.all)
    func oddities(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.execute(
            "CREATE TABLE agno_evals (a VARCHAR(100), `B c` VARCHAR(100) DEFAULT 'it''s', g VARCHAR(200) "
                + "GENERATED ALWAYS AS (CONCAT(a, 'x')) STORED, v BIGINT AS (LENGTH(a)) VIRTUAL)",
            "CREATE INDEX i1 ON agno_evals (a(10))", "CREATE FULLTEXT INDEX i2 ON agno_evals (a)",
            "CREATE UNIQUE INDEX i3 ON agno_evals (a)", "CREATE UNIQUE INDEX i4 ON agno_evals (a(10))",
            "CREATE INDEX i5 ON agno_evals (`B c`, a)", "CREATE VIEW agno_memories AS SELECT a FROM agno_evals")
        if server == .mysql { try database.execute("CREATE INDEX i6 ON agno_evals ((LOWER(a)))") }
        let found = try database.connected {
            try $0.dialect.snapshots(of: [.evals: "agno_evals", .memories: "agno_memories"], using: $0)
        }
        let snapshot = try #require(found[.evals])
        let indexes = Dictionary(uniqueKeysWithValues: snapshot.shape.indexes.map { ($0.name, $0.index.columns) })
        #expect(indexes["i1"] == ["a"])
        #expect(indexes["i2"] == ["<FULLTEXT of a>"])
        #expect(indexes["i5"] == ["B c", "a"])
        #expect(indexes["i6"] == (server == .mysql ? ["<expression>"] : nil))
        let keys = Dictionary(uniqueKeysWithValues: snapshot.shape.uniqueKeys.map { ($0.name, $0.columns) })
        #expect(keys == ["i3": ["a"], "i4": ["<beginning of a>"]])
        #expect(snapshot.generatedColumns == ["g", "v"])
        #expect(snapshot.shape.column("B c")?.defaultValue == "'it''s'" || server == .mariadb)
        #expect(snapshot.shape.column("B c")?.isNullable == true)
        // A view is no table, whatever its name.
        #expect(found[.memories] == nil)
    }
}
