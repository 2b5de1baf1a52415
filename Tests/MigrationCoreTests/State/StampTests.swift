import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@testable import MigrationCore

@Suite("Stamps")
struct StampTests {
    @Test(
        "What the Python releases take for a version is one",
        arguments: [
            ("3.0.0", "3.0.0"), ("2.3", "2.3.0"), ("v2.5.6", "2.5.6"), (" 2.0.0 ", "2.0.0"), ("3.0.0rc1", "3.0.0"),
            ("3.0.0a2", "3.0.0"), ("3.0.0.post1", "3.0.0"), ("2.5.6.dev3", "2.5.6"), ("2.5.6+local.1", "2.5.6"),
            ("9.9.9", "9.9.9"), ("1.0.0", "1.0.0"), ("2.4.7", "2.4.7"),
        ])
    func versions(_ text: String, _ version: String) throws {
        #expect(Stamp(text) == .version(try #require(SchemaVersion(text.isEmpty ? "" : version))))
    }

    @Test(
        "Anything else is rubbish",
        arguments: [
            "", " ", "newest", "v", "2.", "2..0", "3.0.0.0.0", "three", "3.0.0 or so", "NULL", "3_0_0", "3.0.0\u{0}",
        ])
    func rubbish(_ text: String) {
        // A closing full stop is all that is forgiven.
        if text == "2." { return #expect(Stamp(text) == .version(SchemaVersion(2, 0, 0))) }
        #expect(Stamp(text) == .invalid)
    }
}

@Suite("The state of a database")
struct DatabaseStateTests {
    private let names = TableNames()
    private let store = VersionStore(table: "agno_schema_versions", clock: .fixed(0))

    private func look(_ database: TestDatabase, names: TableNames = TableNames()) throws -> DatabaseState {
        try database.connect { try DatabaseState.look($0, names: names, store: store) }
    }

    private static let versionsTable =
        "CREATE TABLE agno_schema_versions (table_name VARCHAR PRIMARY KEY, version VARCHAR, created_at VARCHAR, updated_at VARCHAR)"

    @Test("An empty database has no tables, no stamps and no versions table")
    func empty() throws {
        let state = try look(TestDatabase())
        #expect(state.snapshots.isEmpty && state.stamps.isEmpty && !state.hasVersionsTable)
        #expect(state.newerStamp(than: .agno) == nil)
        #expect(state.stampWarnings(names: names).isEmpty)
        #expect(state.serverVersion.hasPrefix("3."))
    }

    @Test("Stamps are read as they are: texts, numbers, NULL and bytes")
    func oddStamps() throws {
        let database = try TestDatabase()
        try database.run(
            Self.versionsTable, "CREATE TABLE agno_memories (a)", "CREATE TABLE agno_sessions (a)",
            "CREATE TABLE agno_metrics (a)", "CREATE TABLE agno_evals (a)", "CREATE TABLE agno_knowledge (a)",
            "INSERT INTO agno_schema_versions (table_name, version) VALUES ('agno_memories', '2.3.0'), ('agno_sessions', NULL), ('agno_metrics', x'322e352e36'), ('agno_knowledge', 'rubbish'), ('agno_tasks', 'rubbish'), (NULL, '3.0.0')"
        )
        let state = try look(database)
        #expect(state.stamp(of: .memories, names: names) == SchemaVersion(2, 3, 0))
        #expect(state.stampText(of: .sessions, names: names) == "")
        #expect(state.stamp(of: .sessions, names: names) == nil)
        #expect(state.stamp(of: .metrics, names: names) == SchemaVersion(2, 5, 6))
        #expect(state.stampText(of: .evals, names: names) == nil)
        // The stamp of a table that is not there is nobody's business.
        #expect(
            state.stampWarnings(names: names) == [
                "the stamp of agno_sessions is not a valid version; it is treated as absent",
                "the stamp of agno_knowledge is not a valid version; it is treated as absent",
            ])
    }

    @Test("A stamp below the baseline is reported, one above the newest version is found")
    func extremes() throws {
        let database = try TestDatabase()
        try database.run(
            Self.versionsTable, "CREATE TABLE agno_memories (a)",
            "INSERT INTO agno_schema_versions (table_name, version) VALUES ('agno_memories', '1.0.0'), ('agno_x', '3.0.1'), ('agno_b', '4.0')"
        )
        let state = try look(database)
        #expect(
            state.stampWarnings(names: names) == ["the stamp of agno_memories is below 2.0.0; it is treated as absent"])
        #expect(state.newerStamp(than: .agno)?.table == "agno_b")
        #expect(state.newerStamp(than: .agno)?.version == SchemaVersion(4, 0, 0))
    }

    @Test("A table is stamped under the name that was given or under its real one")
    func caseOfNames() throws {
        let database = try TestDatabase()
        try database.run(
            Self.versionsTable, "CREATE TABLE AGNO_Memories (a)",
            "INSERT INTO agno_schema_versions (table_name, version) VALUES ('AGNO_Memories', '2.3.0')")
        #expect(try look(database).stamp(of: .memories, names: names) == SchemaVersion(2, 3, 0))
    }

    @Test("A table that is no versions table stops everything, with a way out")
    func unusable() throws {
        let database = try TestDatabase()
        try database.run("CREATE TABLE agno_schema_versions (table_name TEXT, version TEXT)")
        let error = #expect(throws: MigrationError.self) { try look(database) }
        #expect(error?.code == .versionsTable)
        #expect(error?.message.contains("created_at, updated_at") == true)
        #expect(error?.remedy.contains("--versions-table") == true)
    }
}
