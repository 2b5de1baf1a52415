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
                QuarantinedRow(key: key, position: position, reason: reason), type: .sessions, table: table,
                version: SchemaVersion(3, 0, 0), on: $0)
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
        try database.connect { try journal.append(.init(event: "reverted", outcome: "done", table: table), to: $0) }
    }

    @Test("Reading a file without journal finds nothing and makes nothing")
    func withoutJournal() throws {
        let database = try TestDatabase()
        try database.run("CREATE TABLE t (a)")
        try database.connect { (connection) throws in
            #expect(try Journal.history(connection).isEmpty)
            #expect(try Journal.quarantined(inTable: "t", on: connection, limit: 5).count == 0)
            #expect(try !Journal.exists(connection))
            #expect(try !Journal.hasMarkers(connection))
        }
        #expect(try database.texts("SELECT name FROM sqlite_master") == ["t"])
    }

    @Test("Entries come back in the order in which they were written, without what was put aside")
    func history() throws {
        let database = try prepared()
        try database.connect { connection in
            try journal.append(.init(event: "run", outcome: "started", version: SchemaVersion(3, 0, 0)), to: connection)
            try journal.append(
                .init(
                    event: "archive", outcome: "kept", type: .metrics, table: "m", version: SchemaVersion(3, 0, 0),
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
