import AgnoSchema
import DatabaseAccess
import Testing

@testable import MigrationCore

@Suite("A plan is worked out without writing")
struct PlanTests {
    private func plan(
        _ database: TestDatabase, _ direction: MigrationDirection = .up, to target: SchemaVersion = .latest,
        names: TableNames = TableNames(), tables: [TableType]? = nil
    ) throws -> MigrationPlan {
        try database.engine(names: names).plan(direction, tables: tables, target: target, force: false)
    }

    @Test("Two looks at one database give one digest, and rows do not change it")
    func equalDigests() throws {
        let database = try TestDatabase(sample: .baseline)
        let first = try plan(database)
        #expect(first.digest.count == 64)
        #expect(try plan(database) == first)
        try database.run("DELETE FROM agno_sessions WHERE session_id = 'session-1'")
        let second = try plan(database)
        #expect(second != first)
        #expect(second.digest == first.digest)
        let twin = try TestDatabase(sample: .baseline, sessions: 9)
        #expect(try plan(twin).digest == first.digest)
    }

    @Test("Another target, direction, table, name, shape or stamp gives another digest")
    func differentDigests() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 3, 0))
        var digests: Set<String> = [try plan(database).digest]
        func isNew(_ plan: MigrationPlan) -> Bool { digests.insert(plan.digest).inserted }
        #expect(isNew(try plan(database, to: SchemaVersion(2, 5, 6))))
        #expect(isNew(try plan(database, .down, to: .baseline)))
        #expect(isNew(try plan(database, tables: [.memories])))
        try database.run("CREATE TABLE mem AS SELECT * FROM agno_memories")
        #expect(isNew(try plan(database, names: TableNames([.memories: "mem"]), tables: [.memories])))
        try database.run("DELETE FROM agno_schema_versions WHERE table_name = 'agno_memories'")
        #expect(isNew(try plan(database)))
        try database.run("ALTER TABLE agno_memories DROP COLUMN feedback")
        #expect(isNew(try plan(database)))
    }

    @Test("Planning opens the file for reading only, takes no lock and runs no writing statement")
    func readsOnly() throws {
        let database = try TestDatabase(sample: .baseline)
        let driver = FaultyDriver(database.driver)
        _ = try database.engine(driver).plan(.up, tables: nil, target: .latest, force: true)
        _ = try database.engine(driver).plan(.down, tables: nil, target: .baseline, force: true)
        #expect(driver.seen.statements.isEmpty)
        #expect(driver.seen.modes.allSatisfy { $0.isReading })
        #expect(driver.seen.locks == 0)
    }

    @Test("The statements of a plan are those that the run then executes")
    func statementsAreTrue() throws {
        for version in SchemaVersion.known {
            let database = try TestDatabase(sample: version)
            let planned = try plan(database).tables.flatMap { $0.steps.flatMap(\.statements) }
            let driver = FaultyDriver(database.driver)
            let report = try database.engine(driver).migrate(
                .up, tables: nil, target: .latest, force: false, allowDataLoss: false)
            #expect(report.isSuccess)
            #expect(Set(planned).subtracting(driver.seen.statements).isEmpty)
            let isStructure = { (sql: String) in
                ["CREATE", "ALTER", "DROP"].contains { sql.hasPrefix($0) } && !sql.contains("agno_migration_")
                    && !sql.contains("agno_schema_versions")
            }
            #expect(driver.seen.statements.filter(isStructure) == planned.filter(isStructure))
        }
    }

    @Test("A table that is not there is absent and gets no steps; one that has nothing to do is current")
    func outcomes() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run("DROP TABLE agno_eval_runs")
        let plan = try plan(database)
        let outcomes = Dictionary(uniqueKeysWithValues: plan.tables.map { ($0.type, $0.outcome) })
        #expect(outcomes[.evals] == .absent)
        #expect(outcomes[.memories] == .current)
        #expect(!plan.hasPendingWork)
        #expect(plan.tables.map(\.type) == TableType.managed)
    }

    @Test("Duplicate names refuse the plan of that table and are listed")
    func refusal() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        try database.run(
            "INSERT INTO agno_schedules SELECT 'schedule-1', name, description, method, endpoint, payload, cron_expr, timezone, timeout_seconds, max_retries, retry_delay_seconds, enabled, next_run_at, locked_by, locked_at, created_at, updated_at FROM agno_schedules"
        )
        let schedules = try #require(try plan(database).tables.first { $0.type == .schedules })
        #expect(schedules.outcome == .refused)
        #expect(schedules.steps.last?.error?.code == .duplicateValues)
        #expect(schedules.steps.last?.error?.rows == ["schedule-0", "schedule-1"])
        #expect(schedules.to == SchemaVersion(2, 5, 6))
    }

    @Test("An unknown version is refused before the database is opened")
    func unknownVersion() throws {
        let database = try TestDatabase()
        let driver = FaultyDriver(database.driver)
        for version in [SchemaVersion(2, 4, 0), SchemaVersion(9, 9, 9), SchemaVersion(1, 0, 0)] {
            let error = #expect(throws: MigrationError.self) {
                try database.engine(driver).plan(.up, tables: nil, target: version, force: true)
            }
            #expect(error?.code == .usage)
            #expect(error?.remedy.contains(SchemaVersion.known.map(\.description).joined(separator: ", ")) == true)
        }
        #expect(driver.seen.modes.isEmpty)
    }

    @Test("A database newer than the program is refused and left alone")
    func newer() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run("UPDATE agno_schema_versions SET version = '3.0.1' WHERE table_name = 'agno_eval_runs'")
        let before = try database.dump()
        for direction in [MigrationDirection.up, .down] {
            let error = #expect(throws: MigrationError.self) {
                try database.engine().migrate(
                    direction, tables: [.memories], target: .baseline, force: true, allowDataLoss: true)
            }
            #expect(error?.code == .newerDatabase)
        }
        #expect(try database.dump() == before)
        #expect(try database.engine().status().isNewerThanProgram)
    }
}
