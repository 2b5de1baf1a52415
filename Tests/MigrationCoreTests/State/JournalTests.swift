import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@testable import MigrationCore

@Suite("The journal")
struct JournalTests {
    private let journal = Journal(run: "run-1", command: "up", toolVersion: "9", clock: .fixed(100))

    /// A file with the journal's tables in it.
    private func prepared() throws -> TestDatabase {
        let database = try TestDatabase()
        try database.connect { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            try journal.prepare(connection, in: context)
            try journal.prepare(connection, in: context)
        }
        return database
    }

    private func quarantine(
        _ key: String, _ position: Int?, _ reason: String, table: String = "agno_sessions", in database: TestDatabase
    ) throws {
        try database.connect {
            try journal.quarantine(
                QuarantinedRow(key: key, position: position, reason: reason),
                of: JournalSubject(.sessions, table: table, version: SchemaVersion(3, 0, 0)), on: $0)
        }
    }

    private func listed(_ database: TestDatabase, table: String = "agno_sessions", limit: Int = 100) throws -> [String]
    {
        try database.connect {
            let found = try Journal.quarantined(inTable: table, on: $0, limit: limit)
            return ["\(found.count)"]
                + found.rows.map { "\($0.key) \($0.position.map(String.init) ?? "-") \($0.reason)" }
        }
    }

    private func revert(_ table: String, in database: TestDatabase) throws {
        let subject = JournalSubject(.sessions, table: table, version: SchemaVersion(3, 0, 0))
        try database.connect { try journal.append(.reverted(subject), to: $0) }
    }

    @Test("Reading a file without journal finds nothing and makes nothing")
    func withoutJournal() throws {
        let database = try TestDatabase()
        try database.run("CREATE TABLE t (a)")
        try database.connect { (connection) throws in
            #expect(try Journal.history(connection).isEmpty)
            #expect(try Journal.quarantined(inTable: "t", on: connection, limit: 5).count == 0)
            #expect(try !Journal.exists(connection))
            #expect(try !Markers.exist(connection))
        }
        #expect(try database.texts("SELECT name FROM sqlite_master") == ["t"])
    }

    @Test("Entries come back in the order in which they were written, without what was put aside")
    func history() throws {
        let database = try prepared()
        try database.connect { connection in
            try journal.append(.run(.started, target: SchemaVersion(3, 0, 0)), to: connection)
            try journal.append(
                .init(
                    event: .archive, outcome: .kept, type: .metrics, table: "m", version: SchemaVersion(3, 0, 0),
                    rows: 7,
                    seconds: 1.2344, key: "k", position: 3, code: "c", payload: "secret"), to: connection)
        }
        let history = try database.connect { try Journal.history($0) }
        #expect(history.map(\.event) == ["run", "archive"])
        let entry = try #require(history.last)
        #expect(entry.run == "run-1" && entry.command == "up" && entry.tool == "9")
        #expect(entry.recordedAt == "1970-01-01T00:01:40Z")
        #expect(entry.table == "m" && entry.version == "3.0.0" && entry.rows == 7 && entry.seconds == 1.234)
        #expect(entry.key == "k" && entry.position == 3 && entry.code == "c" && entry.outcome == "kept")
        #expect(!String(describing: history).contains("secret"))
        #expect(try database.texts("SELECT id FROM agno_migration_journal") == ["1", "2"])
    }

    @Test("The page needs no word list: entries about rows, batches and parts of steps are details")
    func details() throws {
        #expect(JournalEvent.allCases.filter { !$0.isDetail } == [.run, .step, .reverted, .imported, .copied])
        func entry(_ event: String) -> HistoryEntry {
            HistoryEntry(
                run: "r", recordedAt: "", tool: "", command: "up", table: "t", event: event, outcome: "kept", rows: 0,
                seconds: 0)
        }
        #expect(entry("checkpoint").isDetail && entry("quarantine").isDetail)
        #expect(!entry("step").isDetail && !entry("event of a later version").isDetail)
    }

    @Test("Every outcome of a reported step has its own word in the journal, the same as in the report")
    func stepOutcomes() {
        let outcomes: [StepReport.Outcome] = [.applied, .alreadySatisfied, .notApplicable, .refused, .failed]
        #expect(outcomes.map { JournalOutcome($0).rawValue } == outcomes.map(\.rawValue))
    }

    // MARK: Steps that commit in parts

    private static let versions = [SchemaVersion(2, 3, 0), SchemaVersion(3, 0, 0)]

    private func start(
        _ version: SchemaVersion, _ direction: MigrationDirection = .up, moves: [RowMove] = [], table: String = "t",
        on connection: any DatabaseConnection
    ) throws {
        let step = UnfinishedStep(version: version, direction: direction, moves: moves)
        try journal.append(.started(step, type: .sessions, table: table), to: connection)
    }

    private func end(
        _ version: SchemaVersion, _ outcome: StepReport.Outcome, table: String = "t",
        on connection: any DatabaseConnection
    ) throws {
        let report = StepReport(version: version, outcome: outcome)
        try journal.append(.step(report, type: .sessions, table: table), to: connection)
    }

    @Test("A step is unfinished until it was applied or found done, and comes back with what was due")
    func unfinishedSteps() throws {
        let (older, newer) = (Self.versions[0], Self.versions[1])
        try prepared().connect { (connection) throws in
            func unfinished(_ tables: [String] = ["t", "other"]) throws -> [ExactText: [UnfinishedStep]] {
                try Journal.unfinishedSteps(ofTables: tables, on: connection)
            }
            #expect(try unfinished() == [:])
            try start(newer, moves: [.sessionRuns], on: connection)
            try start(older, table: "other", on: connection)
            try end(newer, .failed, on: connection)
            try end(newer, .refused, on: connection)
            let begun = UnfinishedStep(version: newer, direction: .up, moves: [.sessionRuns])
            #expect(try unfinished()["t"] == [begun])
            #expect(try unfinished(["t"]).keys.sorted() == ["t"])
            #expect(try unfinished([]) == [:])
            // Begun again, the other way and after another step: the newest start counts, in the order of the starts.
            try start(older, on: connection)
            try start(newer, .down, on: connection)
            #expect(try unfinished()["t"]?.map(\.version) == [older, newer])
            #expect(try unfinished()["t"]?.last?.direction == .down)
            try end(newer, .applied, on: connection)
            try end(older, .alreadySatisfied, on: connection)
            #expect(try unfinished()["t"] == nil)
            #expect(try unfinished()["other"]?.count == 1)
        }
    }

    @Test("The steps that ended are not read, however many there are")
    func endedSteps() throws {
        try prepared().connect { (connection) throws in
            let version = Self.versions[1]
            for _ in 0..<50 {
                try start(version, on: connection)
                try end(version, .applied, on: connection)
            }
            let counting = CountingConnection(base: connection)
            #expect(try Journal.unfinishedSteps(ofTables: ["t"], on: counting) == [:])
            #expect(counting.rows.value == 0)
            try start(version, on: connection)
            #expect(try Journal.unfinishedSteps(ofTables: ["t"], on: counting)["t"]?.count == 1)
            #expect(counting.rows.value == 1)
        }
    }

    /// Counts the journal's rows that are read.
    private struct CountingConnection: DatabaseConnection {
        final class Count { var value = 0 }

        let base: any DatabaseConnection
        let rows = Count()
        var dialect: any Dialect { base.dialect }

        func execute(_ statement: SQLStatement) throws -> Int { try base.execute(statement) }

        func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
            let isOfJournal = statement.sql.contains("FROM \(dialect.table(Journal.table))")
            try base.forEachRow(statement) { row in
                if isOfJournal { rows.value += 1 }
                return try body(row)
            }
        }
    }

    @Test("What cannot be placed is noted once per key, position and reason")
    func dedupe() throws {
        let database = try prepared()
        for _ in 0..<2 {
            try quarantine("s1", 0, "missing_run_id", in: database)
            try quarantine("s1", nil, "missing_run_id", in: database)
            try quarantine("s1", 1, "missing_run_id", in: database)
            try quarantine("s1", 0, "duplicate_run_id", in: database)
            try quarantine("s'2", 0, "missing_run_id", in: database)
            try quarantine("s1", 0, "missing_run_id", table: "other", in: database)
        }
        #expect(
            try listed(database) == [
                "5", "s1 0 missing_run_id", "s1 - missing_run_id", "s1 1 missing_run_id", "s1 0 duplicate_run_id",
                "s'2 0 missing_run_id",
            ])
        #expect(try listed(database, limit: 1) == ["5", "s1 0 missing_run_id"])
        #expect(try listed(database, table: "other") == ["1", "s1 0 missing_run_id"])
    }

    @Test("After a table was reverted its old notes no longer count, and may be made again")
    func afterRevert() throws {
        let database = try prepared()
        try quarantine("s1", 0, "missing_run_id", in: database)
        try quarantine("s1", 0, "missing_run_id", table: "other", in: database)
        try revert("agno_sessions", in: database)
        #expect(try listed(database) == ["0"])
        #expect(try listed(database, table: "other").first == "1")
        try quarantine("s1", 0, "missing_run_id", in: database)
        #expect(try listed(database) == ["1", "s1 0 missing_run_id"])
        #expect(try database.texts("SELECT COUNT(*) FROM agno_migration_journal WHERE event = 'quarantine'") == ["3"])
    }
}
