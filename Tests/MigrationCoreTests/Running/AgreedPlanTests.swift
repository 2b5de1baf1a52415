import AgnoSchema
import DatabaseAccess
import Testing

@testable import MigrationCore

@Suite("A plan that was agreed to")
struct AgreedPlanTests {
    private func digest(_ database: TestDatabase, target: SchemaVersion = .latest) throws -> String {
        try database.engine().plan(.up, tables: nil, target: target, force: false).digest
    }

    @Test("An agreed plan runs while it is the plan, and is refused once it is done")
    func agreed() throws {
        let database = try TestDatabase(sample: .baseline)
        let digest = try digest(database)
        let report = try database.engine().migrate(
            .up, tables: nil, target: .latest, force: false, allowDataLoss: false, plan: digest)
        #expect(report.isSuccess)
        let error = #expect(throws: MigrationError.self) {
            try database.engine().migrate(
                .up, tables: nil, target: .latest, force: false, allowDataLoss: false, plan: digest)
        }
        #expect(error?.code == .planChanged)
        let nothing = try self.digest(database)
        #expect(throws: Never.self) {
            try database.engine().migrate(
                .up, tables: nil, target: .latest, force: false, allowDataLoss: false, plan: nothing)
        }
    }

    @Test("An agreed plan is compared with the database as it is under the lock, not as it was before")
    func changedBeforeTheLock() throws {
        let database = try TestDatabase(sample: .baseline)
        let digest = try digest(database)
        let driver = LateDriver(
            base: database.driver, statement: "ALTER TABLE agno_memories ADD COLUMN feedback VARCHAR")
        let error = #expect(throws: MigrationError.self) {
            try database.engine(driver).migrate(
                .up, tables: nil, target: .latest, force: false, allowDataLoss: false, plan: digest)
        }
        #expect(error?.code == .planChanged)
        #expect(try database.stamp("agno_memories") == nil, "nothing was touched")
        #expect(try database.texts("SELECT name FROM sqlite_master WHERE name LIKE 'agno_migration%'").isEmpty)
    }

    @Test("Tables are pending on the way they have to go, the same table never on both")
    func pendingTables() throws {
        let database = try TestDatabase(sample: "2.3.0")
        _ = try database.engine().migrate(.up, tables: [.metrics], target: .latest, force: false, allowDataLoss: false)
        let between = try database.engine().pendingTables(at: "2.5.6")
        #expect(between.down == [.metrics])
        #expect(between.up == [.memories, .sessions, .evals, .knowledge, .learnings])
        let newest = try database.engine().pendingTables(at: .latest)
        #expect(newest.down.isEmpty && !newest.up.contains(.metrics))
        let here = try database.engine().pendingTables(at: "2.3.0")
        #expect(here.up.isEmpty && here.down == [.metrics])
        // Without its stamp the table would go both ways: up for the stamp, down for its shape.
        try database.run("DELETE FROM agno_schema_versions WHERE table_name = 'agno_metrics'")
        #expect(try database.engine().pendingTables(at: "2.5.6").up.contains(.metrics) == false)
        #expect(try database.engine().pendingTables(at: "2.5.6").down == [.metrics])
    }

    @Test("A run has the name that it was given, and its history is its own")
    func names() throws {
        let database = try TestDatabase(sample: .baseline)
        for (name, target) in [("one", SchemaVersion(2, 3, 0)), ("two", .latest)] {
            _ = try database.engine { $0.runID = name }
                .migrate(.up, tables: nil, target: target, force: false, allowDataLoss: false)
        }
        let all = try database.engine().history()
        #expect(Set(all.map(\.run)) == ["one", "two"])
        let one = try database.engine().history(run: "one")
        #expect(one.first?.outcome == "started" && one.last?.outcome == "finished")
        #expect(one == all.filter { $0.run == "one" })
        #expect(try database.engine().history(run: "three").isEmpty)
        #expect(try database.engine().history(limit: 2) == Array(all.suffix(2)), "the newest, oldest first")
        #expect(try database.engine().history(run: "one", limit: 1) == Array(one.suffix(1)))
    }
}

/// A driver in front of a real one, at whose lock somebody else was a moment earlier.
private struct LateDriver: DatabaseDriver {
    let base: any DatabaseDriver
    /// What the other one did.
    let statement: String

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try base.withConnection(for: access, body)
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try base.withLock(purpose, waiting: waiting) {
            try base.withConnection(for: .write) { _ = try $0.execute(statement) }
            return try body()
        }
    }

    func cancelRunningStatement() { base.cancelRunningStatement() }
}
