import AgnoSchema
import Testing

@testable import MigrationCore

@Suite("Where verify would find a mismatch, up repairs it or gives neither stamp nor success")
struct DriftTests {
    private func up(_ database: TestDatabase, force: Bool = false) throws -> MigrationReport {
        try database.engine().migrate(.up, tables: nil, target: .latest, force: force, allowDataLoss: false)
    }

    private func mismatches(_ database: TestDatabase) throws -> [String] {
        try database.engine().verify().tables.flatMap(\.mismatches)
    }

    /// Changes the text of a table's definition, which no statement of the server could.
    private func redefine(_ database: TestDatabase, _ table: String, _ old: String, _ new: String) throws {
        try database.run(
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET sql = replace(sql, '\(old)', '\(new)') WHERE name = '\(table)'",
            "PRAGMA writable_schema = RESET")
        #expect(try database.texts("SELECT sql FROM sqlite_master WHERE name = '\(table)'")[0].contains(new))
    }

    @Test(
        "What is lost without a version to blame is repaired, also where the stamp is current",
        arguments: [
            "DROP INDEX idx_agno_sessions_created_at", "ALTER TABLE agno_sessions DROP COLUMN summary",
            "DROP INDEX idx_agno_memories_user_id", "DROP INDEX idx_agno_schedule_runs_status",
        ])
    func repaired(_ loss: String) throws {
        let database = try TestDatabase(sample: .latest)
        let fresh = try database.texts("SELECT COUNT(*) FROM agno_runs")
        try database.run(loss)
        #expect(try !mismatches(database).isEmpty)
        #expect(try database.engine().status().hasPendingWork)
        let plan = try database.engine().plan(.up, tables: nil, target: .latest, force: false)
        #expect(plan.tables.flatMap(\.repairs).count == 1)
        let report = try up(database)
        #expect(report.isSuccess)
        #expect(report.tables.flatMap(\.repaired).count == 1)
        #expect(try mismatches(database) == [])
        #expect(try !database.engine().status().hasPendingWork)
        #expect(try database.texts("SELECT COUNT(*) FROM agno_runs") == fresh)
    }

    @Test("A column that may be NULL is declared NOT NULL again if no row has NULL")
    func notNull() throws {
        let database = try TestDatabase(sample: .latest)
        try redefine(database, "agno_sessions", "session_type\" VARCHAR NOT NULL", "session_type\" VARCHAR")
        #expect(try mismatches(database) == ["column session_type may be NULL, unlike a fresh table's"])
        #expect(try up(database).isSuccess)
        #expect(try mismatches(database) == [])
    }

    @Test("A foreign key that is missing comes back if no row is an orphan")
    func foreignKey() throws {
        let database = try TestDatabase(sample: .latest)
        try redefine(
            database, "agno_runs",
            ", \n\tFOREIGN KEY(\"session_id\") REFERENCES \"agno_sessions\" (\"session_id\") ON DELETE CASCADE", "")
        #expect(try mismatches(database) == ["agno_runs: the foreign key on (session_id) is missing"])
        #expect(try up(database).isSuccess)
        #expect(try mismatches(database) == [])
    }

    @Test("Rows that stand against a repair leave the table drifted, named, and below the stamp that would be false")
    func rowsAgainst() throws {
        let database = try TestDatabase(sample: .baseline)
        try redefine(database, "agno_sessions", "session_type\" VARCHAR NOT NULL", "session_type\" VARCHAR")
        try database.run("UPDATE agno_sessions SET session_type = NULL WHERE rowid = 1")
        let report = try up(database)
        let sessions = try #require(report.tables.first { $0.type == .sessions })
        #expect(!report.isSuccess)
        #expect(sessions.outcome == .drifted)
        #expect(
            sessions.drift == [
                "column session_type may be NULL, unlike a fresh table's; it cannot be repaired: 1 rows have no session_type"
            ])
        #expect(try database.stamp("agno_sessions").flatMap { SchemaVersion($0) } ?? .baseline < .latest)
        let others = report.tables.filter { $0.type != .sessions }
        #expect(others.allSatisfy { ![.failed, .refused, .drifted].contains($0.outcome) })
        // Every run is where it belongs all the same, and the next run says the same.
        #expect(try database.texts("SELECT COUNT(*) > 0 FROM agno_runs") == ["1"])
        #expect(try up(database).tables.first { $0.type == .sessions }?.outcome == .drifted)
        try database.run("UPDATE agno_sessions SET session_type = 'agent' WHERE session_type IS NULL")
        #expect(try up(database).isSuccess)
        #expect(try database.stamp("agno_sessions") == SchemaVersion.latest.description)
    }

    @Test("A column that nothing can fill is named, and the table is not stamped")
    func unrepairable() throws {
        let database = try TestDatabase(sample: .baseline)
        try database.run("ALTER TABLE agno_memories DROP COLUMN memory")
        let memories = try up(database).tables.first { $0.type == .memories }
        #expect(memories?.outcome == .drifted)
        #expect(memories?.drift == ["column memory is missing; the program has no repair for it"])
    }

    @Test("A table of the application under Agno's name is refused by name, untouched")
    func ownTable() throws {
        let database = try TestDatabase(sample: .baseline)
        try database.run(
            "CREATE TABLE agno_runs (id INTEGER PRIMARY KEY, run_id TEXT, cost NUMERIC)",
            "INSERT INTO agno_runs (run_id, cost) VALUES ('x1', 1.5)")
        let plan = try database.engine().plan(.up, tables: [.sessions], target: .latest, force: false)
        #expect(plan.tables.first?.outcome == .refused)
        #expect(plan.tables.flatMap(\.steps).allSatisfy { !$0.changes.contains("create table agno_runs") })
        let error = try up(database).tables.first { $0.type == .sessions }?.steps.last?.error
        #expect(error?.code == .notAgnoTable)
        #expect(error?.message.contains("agno_runs") == true)
        #expect(try database.texts("SELECT * FROM agno_runs") == ["1|x1|1.5"])
    }

    @Test("Keys that a step adds look at the rows first: repeated and missing ids of sessions are refused by key")
    func repeatedIDs() throws {
        let database = try TestDatabase(sample: .baseline)
        try database.run(
            "CREATE TABLE copy AS SELECT * FROM agno_sessions", "DROP TABLE agno_sessions",
            "ALTER TABLE copy RENAME TO agno_sessions",
            "INSERT INTO agno_sessions SELECT * FROM agno_sessions WHERE rowid = 1")
        let error = try up(database).tables.first { $0.type == .sessions }?.steps.last?.error
        #expect(error?.code == .duplicateValues)
        #expect(error?.rows.isEmpty == false)
        #expect(try database.texts("SELECT COUNT(*) FROM sqlite_master WHERE name = 'agno_runs'") == ["0"])
    }
}

@Suite("What is absent is looked for elsewhere")
struct AbsenceTests {
    private func up(_ database: TestDatabase) throws -> MigrationReport {
        try database.engine().migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
    }

    @Test("A table of the shape of sessions under another name is named with the option that reaches it")
    func otherName() throws {
        let database = try TestDatabase(sample: .baseline)
        try database.run("ALTER TABLE agno_sessions RENAME TO real_sessions")
        let report = try up(database)
        #expect(report.warnings.contains { $0.contains("--table-name sessions=real_sessions") })
        #expect(try database.engine().status().elsewhere.map(\.name) == ["real_sessions"])
    }

    @Test("A view in the place of a table is refused as a view")
    func view() throws {
        let database = try TestDatabase(sample: .baseline)
        try database.run(
            "ALTER TABLE agno_sessions RENAME TO real_sessions",
            "CREATE VIEW agno_sessions AS SELECT * FROM real_sessions")
        let sessions = try up(database).tables.first { $0.type == .sessions }
        #expect(sessions?.outcome == .refused)
        #expect(sessions?.steps.first?.error?.message == "agno_sessions is a view, not a table")
        let plan = try database.engine().plan(.up, tables: [.sessions], target: .latest, force: false)
        #expect(plan.tables.first?.outcome == .refused)
    }

    @Test("Stamps without any table are no success")
    func stampsAlone() throws {
        let database = try TestDatabase(sample: .latest)
        for table in try database.texts("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'agno%'")
        where table != "agno_schema_versions" { try database.run("DROP TABLE \(table)") }
        let report = try up(database)
        #expect(!report.isSuccess)
        #expect(
            report.tables.first { $0.type == .sessions }?.drift == [
                "agno_sessions is stamped \(SchemaVersion.latest) but does not exist"
            ]
        )
    }

    @Test("Agno's tables that no version changes are listed as known")
    func known() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run("CREATE TABLE agno_traces (id)", "CREATE TABLE agno_other (id)")
        #expect(try database.engine().status().knownTables == ["agno_traces"])
    }
}
