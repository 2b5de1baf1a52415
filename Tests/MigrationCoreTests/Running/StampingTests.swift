import AgnoSchema
import Testing

@testable import MigrationCore

@Suite("Stamps follow the tables")
struct StampingTests {
    private func up(_ database: TestDatabase, force: Bool = false, tables: [TableType]? = nil) throws -> MigrationReport
    {
        try database.engine().migrate(.up, tables: tables, target: .latest, force: force, allowDataLoss: false)
    }

    @Test("Tables that are not there are neither made nor stamped")
    func absent() throws {
        let database = try TestDatabase()
        try database.run("CREATE TABLE unrelated (a)")
        let report = try up(database)
        #expect(report.tables.allSatisfy { $0.outcome == .absent && $0.from == nil && $0.to == nil })
        #expect(try database.texts("SELECT name FROM sqlite_master") == ["unrelated"])
    }

    @Test("A stamp of a table that is not there is taken for absent and left alone")
    func stampWithoutTable() throws {
        let database = try TestDatabase(sample: .baseline)
        try database.run(
            "CREATE TABLE agno_schema_versions (table_name VARCHAR PRIMARY KEY, version VARCHAR NOT NULL, created_at VARCHAR NOT NULL, updated_at VARCHAR)",
            "INSERT INTO agno_schema_versions VALUES ('agno_tasks', '3.0.0', 'then', NULL)")
        let report = try up(database)
        #expect(report.tables.first { $0.type == .tasks }?.outcome == .absent)
        #expect(
            try database.texts("SELECT * FROM agno_schema_versions WHERE table_name = 'agno_tasks'") == [
                "agno_tasks|3.0.0|then|NULL"
            ])
    }

    @Test("A poisoned stamp does not hide the missing columns, with or without force", arguments: [false, true])
    func poisoned(_ force: Bool) throws {
        let database = try TestDatabase(sample: .latest)
        try database.run("ALTER TABLE agno_memories DROP COLUMN feedback", "DROP INDEX idx_agno_eval_runs_user_id")
        let status = try database.engine().status()
        #expect(status.tables.filter { $0.exists && !$0.agrees }.map(\.type) == [.memories, .evals])
        let report = try up(database, force: force)
        #expect(report.isSuccess)
        #expect(try database.engine().status().tables.allSatisfy { $0.agrees && $0.pending.isEmpty })
        #expect(try database.texts("SELECT feedback FROM agno_memories LIMIT 1") == ["NULL"])
    }

    @Test("A fresh table without stamp gets its stamps and nothing else")
    func freshUnstamped() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run("DELETE FROM agno_schema_versions")
        let before = try database.dump()
        let report = try up(database)
        #expect(report.isSuccess)
        #expect(
            report.tables.filter { $0.outcome == .migrated }.allSatisfy { table in
                table.steps.allSatisfy(\.changes.isEmpty)
            })
        #expect(
            try database.dump().filter { !$0.contains("agno_schema_versions") }
                == before.filter { !$0.contains("agno_schema_versions") })
        #expect(try database.stamp("agno_sessions") == SchemaVersion.latest.description)
        #expect(try database.stamp("agno_culture") == nil)
    }

    @Test("Rubbish is reported, replaced, and keeps its time of making")
    func rubbish() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        try database.run(
            "UPDATE agno_schema_versions SET version = 'newest', created_at = 'once' WHERE table_name = 'agno_eval_runs'"
        )
        let report = try up(database)
        #expect(report.warnings == ["the stamp of agno_eval_runs is not a valid version; it is treated as absent"])
        #expect(
            try database.texts(
                "SELECT version, created_at FROM agno_schema_versions WHERE table_name = 'agno_eval_runs'")
                == ["\(SchemaVersion.latest)|once"])
    }

    @Test("The stamp of the runs table comes and goes with the table")
    func runsStamp() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        #expect(try up(database).isSuccess)
        #expect(try database.stamp("agno_runs") == SchemaVersion.latest.description)
        let down = try database.engine().migrate(
            .down, tables: nil, target: SchemaVersion(2, 5, 6), force: false, allowDataLoss: false)
        #expect(down.isSuccess)
        #expect(try database.stamp("agno_runs") == nil)
        #expect(try database.texts("SELECT name FROM sqlite_master WHERE name = 'agno_runs'") == [])
    }

    @Test("Each version of each table is stamped when it is done, not only at the end")
    func perVersion() throws {
        let database = try TestDatabase(sample: .baseline)
        let log = EventLog()
        let report = try database.engine { $0.onEvent = { log.add($0) } }
            .migrate(.up, tables: [.memories], target: SchemaVersion(3, 0, 0), force: false, allowDataLoss: false)
        #expect(report.isSuccess)
        #expect(
            log.names.filter { $0.contains("agno_memories ") && !$0.hasPrefix("step") } == [
                "applied agno_memories 2.3.0", "not_applicable agno_memories 2.5.0",
                "not_applicable agno_memories 2.5.6", "not_applicable agno_memories 3.0.0",
            ])
        #expect(
            try database.engine().history().filter { $0.event == "step" }.map(\.version) == [
                "2.3.0", "2.5.0", "2.5.6", "3.0.0",
            ])
    }

    @Test("Up, down and up again give the database of the first up", arguments: SchemaVersion.known)
    func roundTrip(_ version: SchemaVersion) throws {
        let database = try TestDatabase(sample: version)
        if version == .latest {
            // When a run's row was last written is not part of the run: it is the migration's time on the way up. An
            // unfinished day would be put aside on that way.
            try database.run(
                "UPDATE agno_runs SET updated_at = \(TestDatabase.now)", "UPDATE agno_metrics SET completed = 1")
        }
        let start = try database.dump()
        #expect(try up(database).isSuccess)
        let first = try database.dump()
        let down = try database.engine().migrate(
            .down, tables: nil, target: .baseline, force: false, allowDataLoss: true)
        #expect(down.isSuccess)
        #expect(try up(database).isSuccess)
        if version == .latest {
            // A fresh 3.x table has no backup column; one that came back up has, until it is cleaned up.
            #expect(try database.engine().cleanup(dryRun: false, allowDataLoss: false).outcome == .dropped)
        }
        let second = try database.dump()
        #expect(Self.withoutOrder(second) == Self.withoutOrder(first))
        if version == .latest { #expect(first == start) }
    }

    /// The rows with their values in alphabetical order: a column that went and came back is the last one.
    private static func withoutOrder(_ dump: [String]) -> [String] {
        dump.filter { $0.contains(": ") && !$0.hasPrefix("table|") && !$0.hasPrefix("agno_schema_versions") }
            .map { $0.split(separator: "|").sorted().joined(separator: "|") }.sorted()
    }
}
