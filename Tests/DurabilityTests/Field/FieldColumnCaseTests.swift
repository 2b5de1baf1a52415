import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// SQLite finds names whatever the case of their letters, so the program has to find them too.
struct FieldColumnCaseTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    /// A sample of 2.0.0, changed by the given statements.
    private func make(_ changes: String) throws -> MigrationManager {
        try UglyDatabase(isSmall: true).make(at: path)
        try RawDatabase(path).execute(changes)
        return try MigrationManager.over(path)
    }

    private func plain() throws -> DatabaseContents {
        let other = directory.file("plain.db")
        try UglyDatabase(isSmall: true).make(at: other)
        try MigrationManager.over(other).mustGoUp()
        return try DatabaseContents(of: other)
    }

    @Test(
        "Runs of a sessions table are moved in whatever case its columns are spelt",
        arguments: [
            "ALTER TABLE agno_sessions RENAME COLUMN runs TO Runs",
            "ALTER TABLE agno_sessions RENAME COLUMN session_id TO SESSION_ID",
            "ALTER TABLE agno_sessions RENAME COLUMN created_at TO Created_At",
            "ALTER TABLE agno_sessions RENAME TO other; ALTER TABLE other RENAME TO AGNO_SESSIONS",
        ])
    func runsAreMovedInAnyCase(change: String) throws {
        let manager = try make(change)
        try manager.mustGoUp()
        #expect(try DatabaseContents(of: path).rows(of: "agno_runs") == plain().rows(of: "agno_runs"))
        #expect(try manager.verify().isVerified)
        #expect(try !manager.status().hasPendingWork)
        try manager.mustGoDown()
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM sqlite_master WHERE name = 'agno_runs'") == 0)
        try manager.mustGoUp()
        #expect(try manager.verify().isVerified)
    }

    @Test("Columns of a table that is recreated keep their spelling and their values")
    func recreatedTableKeepsSpelling() throws {
        let manager = try make(
            """
            ALTER TABLE agno_memories RENAME COLUMN updated_at TO Updated_At;
            ALTER TABLE agno_memories RENAME COLUMN memory_id TO MEMORY_ID;
            ALTER TABLE agno_metrics RENAME COLUMN aggregation_period TO "Aggregation_Period";
            """)
        let before = try RawDatabase(path).rows("SELECT memory_id, memory, updated_at FROM agno_memories ORDER BY 1")
        try manager.mustGoUp()
        let database = try RawDatabase(path)
        #expect(try database.rows("SELECT memory_id, memory, updated_at FROM agno_memories ORDER BY 1") == before)
        #expect(try database.int("SELECT COUNT(*) FROM agno_memories WHERE created_at IS NULL") == 0)
        let columns = try database.texts("SELECT name FROM pragma_table_info('agno_memories')")
        #expect(columns.contains("Updated_At") && columns.contains("MEMORY_ID"))
        #expect(try database.texts("SELECT name FROM pragma_table_info('agno_metrics')").contains("Aggregation_Period"))
        #expect(try manager.verify().isVerified)
    }

    @Test("An unmoved list in a column of another case is not approved")
    func unmovedListIsNotApproved() throws {
        let manager = try make("ALTER TABLE agno_sessions RENAME COLUMN runs TO RUNS")
        try manager.mustGoUp()
        let database = try RawDatabase(path)
        try database.execute("DELETE FROM agno_runs WHERE run_id IN (SELECT run_id FROM agno_runs LIMIT 1)")
        try database.execute("DELETE FROM agno_migration_markers")
        #expect(try !manager.verify().isVerified)
    }

    @Test("A stamp table and partial indexes are found in another case")
    func stampsAndIndexesAreFound() throws {
        let manager = try make(
            """
            ALTER TABLE agno_schema_versions RENAME TO other; ALTER TABLE other RENAME TO AGNO_Schema_Versions;
            ALTER TABLE AGNO_Schema_Versions RENAME COLUMN version TO Version;
            """)
        try manager.mustGoUp()
        let stamps = try RawDatabase(path).texts("SELECT DISTINCT version FROM agno_schema_versions")
        #expect(stamps == [SchemaVersion.latest.description])
        #expect(try manager.up().names(.migrated) == [])
    }
}
