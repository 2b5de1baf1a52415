import AgnoSchema
import Testing

@testable import MigrationCore

@Suite("What going down would destroy")
struct DataLossTests {
    private func losses(
        _ database: TestDatabase, to target: SchemaVersion, tables: [TableType]? = nil
    ) throws -> Set<String> {
        let plan = try database.engine().plan(.down, tables: tables, target: target, force: false)
        return Set(plan.losses.map { "\($0.table): \($0.what) in \($0.rows)" })
    }

    private let v200 = SchemaVersion(2, 0, 0)
    private let v256 = SchemaVersion(2, 5, 6)

    @Test("A database that was only just brought up loses nothing by going down")
    func nothing() throws {
        let database = try TestDatabase(sample: v200)
        _ = try database.engine().migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        #expect(try losses(database, to: v200).isEmpty)
    }

    @Test("A time that another column says as well is no loss, any other is")
    func times() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run(
            "DELETE FROM agno_memories",
            "INSERT INTO agno_memories (memory_id, memory, created_at, updated_at, feedback) VALUES ('a', '1', 5, 5, NULL), ('b', '1', 5, 6, 'good'), ('c', '1', 5, NULL, NULL)"
        )
        #expect(
            try losses(database, to: v200, tables: [.memories]) == [
                "agno_memories: values of created_at in 2", "agno_memories: values of feedback in 1",
            ])
        #expect(try losses(database, to: v256, tables: [.memories]).isEmpty)
    }

    @Test("Owners and provenance are counted per column; unowned metrics are no loss")
    func owners() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run(
            "UPDATE agno_eval_runs SET user_id = 'u'",
            "UPDATE agno_knowledge SET user_id = 'u' WHERE id = 'knowledge-0'",
            "UPDATE agno_schedules SET user_id = 'u', managed_by = 'm', disabled_reason = ''",
            "UPDATE agno_approvals SET run_status = 'PAUSED'")
        #expect(
            try losses(database, to: v256) == [
                "agno_eval_runs: values of user_id in 1", "agno_knowledge: values of user_id in 1",
                "agno_schedules: values of user_id in 1", "agno_schedules: values of managed_by in 1",
                "agno_schedules: values of disabled_reason in 1",
            ])
        #expect(
            try losses(database, to: SchemaVersion(2, 5, 0), tables: [.approvals]) == [
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
            try losses(database, to: v256) == [
                "agno_runs: runs without a session in 1", "agno_runs: owners of runs unlike their session's in 2",
                "agno_runs: values of cost in 1",
            ])
    }

    @Test("When a run was changed last is counted, unless it is only the time of the move")
    func runTimes() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        _ = try database.engine().migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        #expect(try losses(database, to: v256).isEmpty)
        try database.run("UPDATE agno_runs SET updated_at = updated_at + 1 WHERE run_id = 'run-0-0'")
        #expect(try losses(database, to: v256) == ["agno_runs: times of the last change of runs in 1"])
    }

    @Test("Without consent nothing at all is touched, and the error says what would be lost")
    func refusal() throws {
        let database = try TestDatabase(sample: .latest)
        try database.run("UPDATE agno_eval_runs SET user_id = 'u'")
        let before = try database.dump()
        let error = #expect(throws: MigrationError.self) {
            try database.engine().migrate(.down, tables: nil, target: v200, force: true, allowDataLoss: false)
        }
        #expect(error?.code == .dataLoss)
        #expect(error?.message.contains("agno_eval_runs: values of user_id in 1 rows") == true)
        #expect(error?.remedy.contains("--allow-data-loss") == true)
        #expect(try database.dump() == before)
        let report = try database.engine().migrate(.down, tables: nil, target: v200, force: false, allowDataLoss: true)
        #expect(report.isSuccess)
        #expect(try database.stamp("agno_eval_runs") == "2.0.0")
    }

    @Test("Metrics that belong to users refuse the way down, whatever was consented to")
    func ownedMetrics() throws {
        let database = try TestDatabase(sample: SchemaVersion(3, 0, 0))
        try database.run("UPDATE agno_metrics SET user_id = 'u' WHERE id IN ('metrics-0', 'metrics-1')")
        let before = try database.dump(onlyTable: "agno_metrics")
        let report = try database.engine().migrate(.down, tables: nil, target: v256, force: false, allowDataLoss: true)
        let metrics = try #require(report.tables.first { $0.type == .metrics })
        #expect(metrics.outcome == .refused)
        #expect(metrics.to == SchemaVersion(3, 0, 0))
        #expect(metrics.steps.last?.error?.code == .ownedRows)
        #expect(metrics.steps.last?.error?.rows == ["metrics-0", "metrics-1"])
        #expect(try database.dump(onlyTable: "agno_metrics") == before)
        #expect(try database.stamp("agno_metrics") == "3.0.0")
        #expect(report.tables.filter { $0.outcome == .migrated }.count > 5)
    }
}
