import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// Names may be anything.
struct StrangeNamesTests {
    static let names = [
        "my-sess", "select", "with space", "Ünïcode ☃ 𝄞", "it's", #"double "quote""#, "UPPER_Case", "a.b", "[brackets]",
        "back`tick", "semi;colon", "-- comment", "/* comment", "100%", "tab\tand\nline", "x'00'", "main.t", "1st",
        "table",
        "very long " + String(repeating: "name ", count: 40), "agno%_\\", "?1", ":name", "\"", "e\u{301}",
    ]

    private static let types: [TableType] = [.memories, .sessions, .metrics, .evals, .schedules, .learnings]

    private func tableNames(_ name: String) -> TableNames {
        var tables = TableNames(versions: "\(name) v")
        for type in Self.types { tables[type] = type == .sessions ? name : "\(name) \(type.name)" }
        return tables
    }

    private func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    @Test("Tables of any name go up and down and up", arguments: names)
    func tablesAnyNameGo(name: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("agno.db")
        let tables = tableNames(name)
        let database = try RawDatabase(path)
        try UglyDatabase().make(at: path)
        for table in ["agno_knowledge", "agno_components", "agno_approvals", "agno_schema_versions"] {
            try database.execute("DROP TABLE \(table)")
        }
        // Renamed in the catalogue's own way, so that everything around the tables follows.
        for type in Self.types {
            try database.execute("ALTER TABLE \(type.defaultTableName) RENAME TO \(quoted(tables[type]))")
        }
        let manager = try MigrationManager.over(path, tables: tables)
        #expect(
            try manager.mustGoUp().names(.migrated).sorted()
                == (Self.types + [.scheduleRuns]).map { tables[$0] }.sorted())
        #expect(try manager.verify().isVerified)
        let first = try DatabaseContents(of: path)
        #expect(first.rows(of: tables[.runs])?.count == 12)
        #expect(
            try database.texts("SELECT version FROM \(quoted(tables.versions))").allSatisfy {
                $0 == SchemaVersion.latest.description
            })
        try manager.mustGoDown()
        #expect(
            try manager.status().tables.filter(\.exists).allSatisfy { $0.shape == .baseline || $0.stamp == "2.0.0" })
        try manager.mustGoUp()
        #expect(try manager.verify().isVerified)
        let again = try DatabaseContents(of: path, hasGoneBack: true)
        for type in Self.types where type != .sessions {
            #expect(again.rows(of: tables[type]) == first.rows(of: tables[type]), "\(type.name)")
        }
        #expect(again.rows(of: tables[.runs]) == first.rows(of: tables[.runs]))
        #expect(try integrityProblems(of: path) == [])
    }

    @Test("A rebuild does not stumble over a table with the name of its copy")
    func rebuildStumbleOverTable() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("agno.db")
        try UglyDatabase().make(at: path)
        try RawDatabase(path).execute(
            "CREATE TABLE agno_memories__agno_migrate (a); INSERT INTO agno_memories__agno_migrate VALUES ('the owner''s')"
        )
        try MigrationManager.over(path).mustGoUp()
        #expect(try RawDatabase(path).texts("SELECT a FROM agno_memories__agno_migrate") == ["the owner's"])
    }

    @Test("An index of the owner that has the name of one of ours is left alone")
    func indexOwnerNameOurs() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("agno.db")
        try UglyDatabase().make(at: path)
        try RawDatabase(path).execute(
            """
            CREATE INDEX idx_agno_memories_created_at ON "day of metrics" (metrics_id);
            CREATE INDEX idx_agno_eval_runs_user_id ON agno_eval_runs (name DESC);
            """)
        try MigrationManager.over(path).mustGoUp()
        #expect(try MigrationManager.over(path).verify().isVerified)
        let names =
            "SELECT tbl_name FROM sqlite_master WHERE name IN ('idx_agno_memories_created_at', 'idx_agno_eval_runs_user_id')"
        #expect(try RawDatabase(path).texts(names).sorted() == ["agno_eval_runs", "day of metrics"])
    }
}
