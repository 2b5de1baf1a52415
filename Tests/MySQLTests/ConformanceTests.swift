import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects
import Testing

@Suite("The MySQL and MariaDB dialects", .timeLimit(.minutes(30))) struct ConformanceTests {
    @Test("MySQL is tested as well", .enabled(if: TestServer.all.contains(.mysql), "MySQL cannot be had here"))
    func servers() { #expect(TestServer.all == [.mariadb, .mysql]) }

    @Test("read every table of every version back as they made it", arguments: TestServer.all, versions)
    func snapshots(server: TestServer, version: SchemaVersion) throws {
        let database = try TestDatabase(on: server)
        var expected: [String] = []
        try database.connected { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            for type in TableType.allCases {
                guard let shape = TableDefinition.shape(of: type, at: version, in: context) else { continue }
                for statement in connection.dialect.create(shape, named: context.names[type]) {
                    try connection.execute(statement)
                }
                expected += TestDatabase.facts(of: shape, named: context.names[type])
            }
        }
        #expect(!expected.isEmpty)
        #expect(try database.facts() == expected.sorted())
    }

    @Test(
        "see what Agno never makes for what it is: parts of columns, full texts, expressions, generated columns, views",
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

    @Test("take a table of another database for none of theirs", arguments: TestServer.all)
    func otherDatabase(server: TestServer) throws {
        let (database, other) = (try TestDatabase(on: server), try TestDatabase(on: server))
        _ = try other.manager().makeSample(version: .baseline)
        #expect(try database.manager().status().tables.allSatisfy { !$0.exists })
    }

    @Test(
        "cut a name that is too long at the table's part and keep it distinct",
        arguments: [
            "x", "sessions_of_a_team_with_a_very_long_name_that_goes_on_and_on_and_64",
            "Größenordnungsübersichtstabelle_für_Außendienstgeräteübergaben_x",
        ])
    func names(table: String) {
        let suffixes = ["", "_user_id", "_user_id_enabled_next_run_at", "_session_id_run_index", "_uq_user_name"]
        let fitted = suffixes.map { MySQLNames.fitted("idx_\(table)\($0)", table: table) }
        #expect(Set(fitted).count == suffixes.count)
        for (name, suffix) in zip(fitted, suffixes) {
            #expect(name.unicodeScalars.count <= 64)
            #expect(name.hasSuffix(suffix))
            if "idx_\(table)\(suffix)".unicodeScalars.count <= 64 { #expect(name == "idx_\(table)\(suffix)") }
        }
    }

    @Test("keep stamps as Agno writes them, and journal and lock beside them", arguments: TestServer.all)
    func versionStore(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        #expect(try manager.up().isSuccess)
        let stamps = try database.rows("SELECT table_name, version, updated_at FROM agno_schema_versions")
        #expect(stamps.contains { $0[0] == .text("agno_sessions") && $0[1] == .text("3.0.0") })
        #expect(stamps.allSatisfy { $0[1] == .text("3.0.0") })
        #expect(try manager.history().contains { $0.event == "run" && $0.outcome == "finished" })
        try database.execute("UPDATE agno_schema_versions SET version = '9.9.9' WHERE table_name = 'agno_metrics'")
        #expect { try manager.up() } throws: { ($0 as? MigrationError)?.code == .newerDatabase }
    }
}
