import AgnoSchema
import Testing

@testable import MigrationCore

@Suite("What going down has no place for")
struct DataLossTests {
    private func parks(
        _ database: TestDatabase, to target: SchemaVersion, tables: [TableType]? = nil
    ) throws -> Set<String> {
        let plan = try database.engine().plan(.down, tables: tables, target: target, force: false)
        #expect(plan.losses.isEmpty)
        let discarding = try database.engine().plan(.down, tables: tables, target: target, force: false, discard: true)
        #expect(discarding.parks.isEmpty)
        #expect(discarding.losses.map { DisplacedRows(table: $0.table, what: $0.what, rows: $0.rows) } == plan.parks)
        return Set(plan.parks.map { "\($0.table): \($0.what) in \($0.rows)" })
    }

    /// Runs that no move has written have times of their own.
    private func times(_ database: TestDatabase) throws -> String {
        let sessions = "SELECT session_id FROM agno_sessions"
        let runs = try database.texts("SELECT COUNT(*) FROM agno_runs WHERE session_id IN (\(sessions))")[0]
        return "agno_runs: times of the last change of runs in \(runs)"
    }

    private let v200 = SchemaVersion(2, 0, 0)
    private let v256 = SchemaVersion(2, 5, 6)

    @Test("A database that was only just brought up has nothing to park but the times that a version has copied")
    func nothing() throws {
        let database = try TestDatabase(sample: v200)
        _ = try database.engine().migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        let memories = try database.texts("SELECT COUNT(*) FROM agno_memories")[0]
        #expect(try parks(database, to: v200) == ["agno_memories: values of created_at in \(memories)"])
    }

    @Test("A time that was copied from another column is counted as well: the other may change")
    func times() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run(
            "DELETE FROM agno_memories",
            "INSERT INTO agno_memories (memory_id, memory, created_at, updated_at, feedback) VALUES ('a', '1', 5, 5, NULL), ('b', '1', 5, 6, 'good'), ('c', '1', 5, NULL, NULL)"
        )
        #expect(
            try parks(database, to: v200, tables: [.memories]) == [
                "agno_memories: values of created_at in 3", "agno_memories: values of feedback in 1",
            ])
        #expect(try parks(database, to: v256, tables: [.memories]).isEmpty)
    }

    @Test("Owners and provenance are counted per column; unowned metrics are not displaced")
    func owners() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run(
            "UPDATE agno_eval_runs SET user_id = 'u'",
            "UPDATE agno_knowledge SET user_id = 'u' WHERE id = 'knowledge-0'",
            "UPDATE agno_schedules SET user_id = 'u', managed_by = 'm', disabled_reason = ''",
            "UPDATE agno_approvals SET run_status = 'PAUSED'")
        #expect(
            try parks(database, to: v256) == [
                "agno_eval_runs: values of user_id in 1", "agno_knowledge: values of user_id in 1",
                "agno_schedules: values of user_id in 1", "agno_schedules: values of managed_by in 1",
                "agno_schedules: values of disabled_reason in 1", try times(database),
            ])
        #expect(
            try parks(database, to: SchemaVersion(2, 5, 0), tables: [.approvals]) == [
                "agno_approvals: values of run_status in 1"
            ])
    }

    @Test("Runs that no session can take, their own owners and foreign columns are counted")
    func runs() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run(
            "INSERT INTO agno_runs (run_id, session_id, run_type, run_data, created_at) VALUES ('x', 'nowhere', 'agent', '{}', 1)",
            "UPDATE agno_runs SET user_id = 'somebody else' WHERE run_id IN ('run-0-0', 'run-1-0')",
            "ALTER TABLE agno_runs ADD COLUMN cost REAL", "UPDATE agno_runs SET cost = 1 WHERE run_id = 'run-1-1'")
        #expect(
            try parks(database, to: v256) == [
                "agno_runs: runs without a session in 1", "agno_runs: owners of runs unlike their session's in 2",
                "agno_runs: values of cost in 1", try times(database),
            ])
    }

    @Test("When a run was changed last is counted, unless it is only the time of the move")
    func runTimes() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        _ = try database.engine().migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        #expect(try parks(database, to: v256).isEmpty)
        try database.run("UPDATE agno_runs SET updated_at = updated_at + 1 WHERE run_id = 'run-0-0'")
        #expect(try parks(database, to: v256) == ["agno_runs: times of the last change of runs in 1"])
    }

    @Test("Without consent nothing is destroyed, and the error says what would be lost")
    func refusal() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run("UPDATE agno_eval_runs SET user_id = 'u'")
        let before = try database.dump()
        func down(allowDataLoss: Bool) throws -> MigrationReport {
            try database.engine().migrate(
                .down, tables: nil, target: v200, force: true, allowDataLoss: allowDataLoss, discard: true)
        }
        let error = #expect(throws: MigrationError.self) { try down(allowDataLoss: false) }
        #expect(error?.code == .dataLoss)
        #expect(error?.message.contains("agno_eval_runs: values of user_id in 1 rows") == true)
        #expect(error?.remedy.contains("--allow-data-loss") == true)
        #expect(try database.dump() == before)
        let report = try down(allowDataLoss: true)
        #expect(report.isSuccess)
        #expect(report.tables.flatMap(\.parked) == [])
        #expect(try database.stamp("agno_eval_runs") == "2.0.0")
        #expect(try database.texts("SELECT COUNT(*) FROM agno_migration_parked") == ["0"])
    }

    @Test(
        "Rows that no key tells apart cannot be parked: they are lost, and consent without discard does not destroy them"
    )
    func unknownRows() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run(
            "UPDATE agno_eval_runs SET user_id = 'u'", "CREATE TABLE copy AS SELECT * FROM agno_eval_runs",
            "DROP TABLE agno_eval_runs", "ALTER TABLE copy RENAME TO agno_eval_runs",
            "INSERT INTO agno_eval_runs SELECT * FROM agno_eval_runs")
        let plan = try database.engine().plan(.down, tables: [.evals], target: v256, force: false)
        #expect(plan.losses.map(\.rows) == [2])
        #expect(plan.losses.first?.what.contains("no value of run_id tells these rows apart") == true)
        let error = #expect(throws: MigrationError.self) {
            try database.engine().migrate(.down, tables: [.evals], target: v256, force: false, allowDataLoss: true)
        }
        #expect(error?.code == .dataLoss)
        #expect(try database.texts("SELECT user_id FROM agno_eval_runs") == ["u", "u"])
    }
}
