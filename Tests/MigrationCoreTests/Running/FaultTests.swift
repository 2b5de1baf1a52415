import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@testable import MigrationCore

@Suite("A statement that fails")
struct FaultTests {
    private static let refused = DatabaseError(.other, "the statement was refused", detail: "a secret of the server")

    private func up(_ database: TestDatabase, _ driver: (any DatabaseDriver)? = nil) throws -> MigrationReport {
        try database.engine(driver).migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
    }

    /// The tables whose steps differ in kind: filled columns, batches, a changed key, rows that get other ids.
    private static func migrate(
        _ direction: MigrationDirection, _ database: TestDatabase, _ driver: (any DatabaseDriver)? = nil
    ) throws -> MigrationReport {
        try database.engine(driver) { $0.batchBytes = 500 }
            .migrate(
                direction, tables: [.memories, .sessions, .metrics, .learnings],
                target: direction == .up ? .latest : .baseline, force: false, allowDataLoss: true)
    }

    @Test("Rolls its step back and leaves the stamp; the other tables go on; the error names table and remedy")
    func oneTable() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        let before = try database.dump(onlyTable: "agno_eval_runs")
        let driver = FaultyDriver(
            database.driver, refusing: "CREATE INDEX \"idx_agno_eval_runs_user_id\"", with: Self.refused)
        let report = try up(database, driver)
        #expect(driver.seen.refused == 1)
        #expect(!report.isSuccess)
        for table in report.tables where table.type != .evals {
            #expect([.migrated, .absent, .current].contains(table.outcome), "\(table.name)")
        }
        let evals = try #require(report.tables.first { $0.type == .evals })
        #expect(evals.outcome == .failed)
        #expect(evals.from == SchemaVersion(2, 5, 6) && evals.to == SchemaVersion(2, 5, 6))
        let error = try #require(evals.steps.last?.error)
        #expect(error.code == .statementFailed)
        #expect(error.message.contains("agno_eval_runs"))
        #expect(!error.remedy.isEmpty)
        #expect(!error.description.contains("a secret of the server"))
        #expect(try database.dump(onlyTable: "agno_eval_runs") == before)
        #expect(try database.stamp("agno_eval_runs") == "2.5.6")
        #expect(try database.stamp("agno_knowledge") == SchemaVersion.latest.description)
        #expect(try database.stamp("agno_learnings") == SchemaVersion.latest.description)
        let history = try database.engine().history()
        #expect(
            history.contains { $0.table == "agno_eval_runs" && $0.outcome == "failed" && $0.code == "statement_failed" }
        )
        #expect(history.last?.outcome == "failed")

        let again = try up(database)
        #expect(again.isSuccess)
        #expect(again.tables.filter { $0.outcome == .migrated }.map(\.type) == [.evals])
    }

    @Test("Keeps the steps before it, stamped")
    func laterStep() throws {
        let database = try TestDatabase(sample: .baseline)
        let driver = FaultyDriver(database.driver, refusing: "CREATE TABLE \"agno_metrics__", with: Self.refused)
        let report = try up(database, driver)
        let metrics = try #require(report.tables.first { $0.type == .metrics })
        #expect(metrics.outcome == .failed)
        #expect(metrics.steps.map(\.version.description) == ["2.3.0", "2.5.0", "2.5.6", "3.0.0"])
        #expect(metrics.steps.map(\.outcome).last == .failed)
        #expect(metrics.to == SchemaVersion(2, 5, 6))
        #expect(try database.stamp("agno_metrics") == "2.5.6")
    }

    @Test("A full disk says so, names the table, and leaves the file as it was at the last commit")
    func fullDisk() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        let before = try database.dump(onlyTable: "agno_metrics")
        let full = DatabaseError(.full, "there is no space left")
        let driver = FaultyDriver(database.driver, refusing: "INSERT INTO \"agno_metrics__", with: full)
        let report = try up(database, driver)
        let error = try #require(report.tables.first { $0.type == .metrics }?.steps.last?.error)
        #expect(error.code == .diskFull)
        #expect(error.message.contains("agno_metrics"))
        #expect(try database.dump(onlyTable: "agno_metrics") == before)
    }

    @Test("A rebuild that loses a row is noticed and rolled back")
    func lostRow() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        try database.run(
            "CREATE TRIGGER eat BEFORE DELETE ON agno_metrics BEGIN SELECT 1; END", "CREATE TABLE copy (a)")
        let before = try database.dump(onlyTable: "agno_metrics")
        let driver = RewritingDriver(
            database.driver, replacing: "FROM \"agno_metrics\"", by: "FROM \"agno_metrics\" LIMIT 1")
        let report = try up(database, driver)
        let metrics = try #require(report.tables.first { $0.type == .metrics })
        #expect(metrics.outcome == .failed)
        #expect(metrics.steps.last?.error?.code == .notVerified)
        #expect(try database.dump(onlyTable: "agno_metrics") == before)
    }

    @Test("A statement that did nothing is noticed by the verification, and nothing is stamped")
    func ignoredStatement() throws {
        let database = try TestDatabase(sample: SchemaVersion(2, 5, 6))
        let driver = RewritingDriver(
            database.driver,
            replacing: "CREATE INDEX \"idx_agno_components_user_id\" ON \"agno_components\" (\"user_id\")",
            by: "SELECT 1")
        let report = try up(database, driver)
        let components = try #require(report.tables.first { $0.type == .components })
        #expect(components.outcome == .failed)
        #expect(components.steps.last?.error?.code == .notVerified)
        #expect(components.steps.last?.error?.message.contains("add index on user_id") == true)
        #expect(try database.stamp("agno_components") == "2.5.6")
        #expect(
            try database.texts("SELECT name FROM pragma_table_info('agno_components') WHERE name = 'user_id'") == [])
    }

    @Test(
        "Wherever it is: what is stamped is done, and the same command ends as if nothing had been",
        arguments: [MigrationDirection.up, .down])
    func everyStatement(_ direction: MigrationDirection) throws {
        let start: SchemaVersion = direction == .up ? .baseline : .latest
        let run = { try Self.migrate(direction, $0, $1) }
        let (count, expected) = try TestDatabase.inMemory(sample: start, sessions: 2) { database in
            let counter = FaultyDriver(database.driver)
            #expect(try run(database, counter).isSuccess)
            return (counter.seen.statements.count, try database.dump())
        }
        #expect(count > 50)
        for number in 1...count {
            try TestDatabase.inMemory(sample: start, sessions: 2) { database in
                try letFail(number, isLast: number == count, in: database, run)
                #expect(try run(database, nil).isSuccess, "statement \(number)")
                #expect(try database.dump() == expected, "statement \(number)")
            }
        }
    }

    /// Lets the n-th writing statement fail and looks at what is left.
    private func letFail(
        _ number: Int, isLast: Bool, in database: TestDatabase,
        _ run: (TestDatabase, (any DatabaseDriver)?) throws -> MigrationReport
    ) throws {
        let driver = FaultyDriver(database.driver) { at, _ in at == number ? Self.refused : nil }
        do {
            let report = try run(database, driver)
            let failed = report.tables.filter { $0.outcome == .failed }
            // Only the closing entry of the journal may be missing without a word.
            #expect(failed.count == 1 || isLast, "statement \(number)")
            for table in failed {
                #expect(table.steps.last?.error?.message.contains(table.name) == true, "statement \(number)")
            }
        } catch let error as MigrationError {
            // The run could not even be entered into the journal: no table was begun.
            #expect(error.code == .statementFailed)
            #expect(!driver.seen.statements.contains { $0.contains("agno_memories") }, "statement \(number)")
        }
        #expect(driver.seen.refused == 1, "statement \(number)")
        for table in try database.engine().status().tables where table.exists {
            guard let stamp = table.stamp.flatMap({ SchemaVersion($0) }) else { continue }
            #expect(table.shape ?? .latest >= stamp, "\(table.name) after statement \(number)")
        }
    }
}

/// A driver that runs something else in place of one statement, as a careless server might.
private struct RewritingDriver: DatabaseDriver {
    let base: any DatabaseDriver
    let old: String
    let new: String

    init(_ base: any DatabaseDriver, replacing old: String, by new: String) {
        self.base = base
        self.old = old
        self.new = new
    }

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try base.withConnection(for: access) { try body(Connection(base: $0, driver: self)) }
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try base.withLock(purpose, waiting: waiting, body)
    }

    func cancelRunningStatement() {}

    private struct Connection: DatabaseConnection {
        let base: any DatabaseConnection
        let driver: RewritingDriver

        var dialect: any Dialect { base.dialect }

        func execute(_ statement: SQLStatement) throws -> Int {
            var statement = statement
            if statement.sql.hasPrefix("INSERT INTO \"agno_metrics__") || statement.sql == driver.old {
                statement.sql = statement.sql.replacing(driver.old, with: driver.new)
            }
            return try base.execute(statement)
        }

        func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
            try base.forEachRow(statement, body)
        }
    }
}
