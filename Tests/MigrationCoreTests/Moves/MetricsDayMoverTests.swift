import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@testable import MigrationCore

@Suite("The unfinished metrics day")
struct MetricsDayMoverTests {
    /// A metrics table of 3.0.0 with rows of `id, date, period, completed, user`.
    private func database(_ rows: [(String, String, String, Int, String?)]) throws -> TestDatabase {
        let database = try TestDatabase()
        try database.connect { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            let shape = try #require(TableDefinition.shape(of: .metrics, at: .latest, in: context))
            for statement in connection.dialect.create(shape, named: "agno_metrics") {
                // A row without owner may be NULL in a table that somebody made by hand.
                let sql = statement.sql.replacing("\"user_id\" VARCHAR NOT NULL", with: "\"user_id\" VARCHAR")
                try connection.execute(sql)
            }
            try Journal(run: "r", command: "up", toolVersion: "0", clock: .fixed(0)).prepare(connection, in: context)
            for row in rows { try Self.insert(row, connection) }
        }
        return database
    }

    private static func insert(_ row: (String, String, String, Int, String?), _ connection: any DatabaseConnection)
        throws
    {
        try connection.execute(
            """
            INSERT INTO agno_metrics VALUES (?1, 1, 2, 3, 4, 5, 6, 7, '{"a": 1.0}', x'00ff', ?2, ?3, 100, NULL, ?4, ?5)
            """,
            [.text(row.0), .text(row.1), .text(row.2), .integer(Int64(row.3)), SQLValue(row.4)])
    }

    private func mover(_ connection: any DatabaseConnection) throws -> MetricsDayArchive {
        let snapshots = try connection.dialect.snapshots(of: [.metrics: "agno_metrics"], using: connection)
        return MetricsDayArchive(
            connection: connection, metrics: try #require(snapshots[.metrics]),
            journal: Journal(run: "r", command: "up", toolVersion: "0", clock: .fixed(0)),
            version: SchemaVersion(3, 0, 0))
    }

    /// The ids that stay after the newest unfinished day was put aside.
    private func left(_ rows: [(String, String, String, Int, String?)]) throws -> [String] {
        let database = try database(rows)
        return try database.connect { connection in
            let pending = try MetricsDayRows(connection: connection, metrics: mover(connection).metrics).count()
            let count = try mover(connection).archive()
            #expect(pending == count)
            let ids = try connection.texts("SELECT id FROM agno_metrics ORDER BY id")
            #expect(ids.count == rows.count - Int(count))
            return ids
        }
    }

    @Test("The newest day goes when it is unfinished; older unfinished days stay")
    func newestDay() throws {
        #expect(
            try left([
                ("a", "2025-01-01", "daily", 0, ""), ("b", "2025-01-02", "daily", 1, ""),
                ("c", "2025-01-03", "daily", 0, ""),
            ]) == ["a", "b"])
        #expect(try left([("a", "2025-01-01", "daily", 0, ""), ("b", "2025-01-02", "daily", 0, "")]) == ["a"])
        #expect(try left([("a", "2025-01-01", "daily", 0, nil)]) == [])
    }

    @Test("Columns of the application whose names have the same characters in other bytes are archived and come back")
    func equivalentColumns() throws {
        let database = try database([("a", "2025-01-01", "daily", 0, "")])
        try database.connect { (connection) throws in
            for (name, value) in [("caf\u{E9}", 1), ("cafe\u{301}", 2)] {
                try connection.execute("ALTER TABLE agno_metrics ADD COLUMN \"\(name)\" INTEGER")
                try connection.execute("UPDATE agno_metrics SET \"\(name)\" = \(value)")
            }
            #expect(try mover(connection).archive() == 1)
            #expect(try mover(connection).restore() == 1)
            #expect(
                try connection.texts("SELECT \"caf\u{E9}\" || \"cafe\u{301}\" FROM agno_metrics") == ["12"])
        }
    }

    @Test("A finished newest day stays")
    func finished() throws {
        #expect(try left([("a", "2025-01-01", "daily", 0, ""), ("b", "2025-01-02", "daily", 1, "")]) == ["a", "b"])
        #expect(try left([]) == [])
    }

    @Test("Any finished row of the newest day keeps all of that day, whatever its period or owner")
    func finishedPeriod() throws {
        #expect(try left([("a", "2025-01-02", "daily", 0, ""), ("b", "2025-01-02", "weekly", 1, "")]) == ["a", "b"])
        #expect(try left([("a", "2025-01-02", "daily", 0, ""), ("b", "2025-01-02", "daily", 1, "u")]) == ["a", "b"])
    }

    @Test("Every unfinished period of the newest day goes")
    func severalPeriods() throws {
        #expect(
            try left([
                ("a", "2025-01-02", "daily", 0, ""), ("b", "2025-01-02", "weekly", 0, nil),
                ("c", "2025-01-01", "weekly", 0, ""),
            ]) == ["c"])
    }

    @Test("Rows that belong to a user stay, and an owned newest day shields the days before it")
    func owned() throws {
        #expect(try left([("a", "2025-01-02", "daily", 0, ""), ("b", "2025-01-02", "daily", 0, "u")]) == ["b"])
        #expect(try left([("a", "2025-01-02", "daily", 0, ""), ("b", "2025-01-03", "daily", 0, "u")]) == ["a", "b"])
    }

    @Test("What was put aside comes back as it was, bytes and NULLs included, and only once")
    func back() throws {
        let database = try database([("a", "2025-01-02", "daily", 0, ""), ("b", "2025-01-02", "weekly", 0, "")])
        let before = try database.dump()
        try database.connect { (connection) throws in
            #expect(try mover(connection).archive() == 2)
            #expect(try mover(connection).restore() == 2)
            #expect(try mover(connection).restore() == 0)
        }
        #expect(try database.dump() == before)
    }

    @Test("A day that was calculated anew, or an id that is taken, is left alone")
    func recalculated() throws {
        let database = try database([("a", "2025-01-02", "daily", 0, ""), ("b", "2025-01-02", "weekly", 0, "")])
        try database.connect { (connection) throws in
            #expect(try mover(connection).archive() == 2)
            try Self.insert(("new", "2025-01-02", "daily", 0, "u"), connection)
            #expect(try mover(connection).restore() == 1)
            #expect(try connection.texts("SELECT id FROM agno_metrics ORDER BY id") == ["b", "new"])
            try connection.execute("DELETE FROM agno_metrics")
            try Self.insert(("a", "2020-01-01", "daily", 1, ""), connection)
            #expect(try mover(connection).restore() == 1)
            #expect(
                try connection.texts("SELECT id, date FROM agno_metrics ORDER BY id") == [
                    "a|2020-01-01", "b|2025-01-02",
                ])
        }
    }

    @Test("What an earlier way down put back is not put back a second time")
    func afterRevert() throws {
        let database = try database([("a", "2025-01-02", "daily", 0, "")])
        try database.connect { connection in
            let mover = try mover(connection)
            #expect(try mover.archive() == 1)
            let subject = JournalSubject(.metrics, table: "agno_metrics", version: SchemaVersion(3, 0, 0))
            try mover.journal.append(.reverted(subject), to: connection)
            #expect(try mover.restore() == 0)
        }
    }

    @Test("Without a journal there is nothing to put back")
    func noJournal() throws {
        let database = try database([])
        try database.run("DROP TABLE agno_migration_journal")
        try database.connect { (connection) throws in #expect(try mover(connection).restore() == 0) }
    }
}
