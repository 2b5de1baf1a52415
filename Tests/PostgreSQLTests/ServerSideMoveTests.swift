import AgnoMigrate
import AgnoSchema
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

@Suite("The sessions' move on the server") struct ServerSideMoveTests {
    private static let lists =
        RunLists.lists + [
            ("r-\"quoted\\ {id}, $1", nil, #"[{"run_id": "r0", "agent_id": null, "parent_run_id": "p"}]"#)
        ]

    /// A database with these lists, and with a runs table as a 3.x program that was here before leaves it.
    private func database() throws -> TestDatabase {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 40)
        try database.connected { connection in
            for list in Self.lists {
                try connection.execute(
                    "INSERT INTO ai.agno_sessions (session_id, session_type, user_id, runs, created_at) "
                        + "VALUES ($1, 'agent', $2, $3, 77)", [.text(list.id), SQLValue(list.user), .text(list.runs)])
            }
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            let shape = TableDefinition.baseline(.runs, for: context.traits).shape(in: context, named: "agno_runs")
            for statement in connection.dialect.create(shape, named: "agno_runs") { try connection.execute(statement) }
            try connection.execute(
                "INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_data, created_at) "
                    + "VALUES ('there', 'o-there', 'agent', '{\"from\": \"3.x\"}', 1)")
        }
        return database
    }

    private func migrated(onServer: Bool) throws -> [String] {
        let database = try database()
        let manager = try database.manager(onServer: onServer)
        let report = try manager.up(tables: [.sessions])
        #expect(report.isSuccess)
        #expect(try manager.verify().isVerified)
        let quarantine = try database.rows(
            "SELECT row_key, position, code FROM ai.agno_migration_journal WHERE event = 'quarantine'")
        let markers = try database.rows("SELECT * FROM ai.agno_migration_markers")
        let changes = report[.sessions]?.steps.flatMap(\.changes) ?? []
        return try (database.contents().lines + (quarantine + markers).map { "\($0)" }).sorted() + changes
    }

    @Test("does to the last row what the reference move does")
    func differential() throws {
        let reference = try migrated(onServer: false)
        #expect(reference.contains { $0.contains("duplicate_run_id") })
        #expect(try migrated(onServer: true) == reference)
    }

    @Test("leaves everything out of the ordinary to the reference, and takes the rest")
    func choice() throws {
        let database = try database()
        let moved = try database.connected { connection in
            let snapshots = try connection.dialect.snapshots(
                of: [.sessions: "agno_sessions", .runs: "agno_runs"], using: connection)
            try connection.execute(
                "CREATE TABLE ai.marks (table_name text, row_key text, fingerprint text, moved_at bigint)")
            let (sessions, runs) = (try #require(snapshots[.sessions]), try #require(snapshots[.runs]))
            func move(of keys: [String]) throws -> ServerSideMove {
                try #require(
                    connection.dialect.moveRuns(
                        of: keys, sessions: sessions, runs: runs, markers: "marks", now: 1, inBatch: true))
            }
            let keys = Self.lists.map(\.id)
            let whole = try move(of: keys)
            // It fails as a whole, or its numbers do not agree.
            let rows = try? connection.transaction {
                let rows = try connection.rows(whole.report)
                if rows.reduce(0, { $0 + ($1[2].int ?? 0) }) != rows.first?[3].int { throw CancellationError() }
                return rows
            }
            #expect(rows == nil)
            let odd = Set(try connection.rows(whole.odd).compactMap { $0[0].string })
            let rest = try move(of: keys.filter { !odd.contains($0) })
            return try connection.rows(rest.report).compactMap { $0[0].string }.sorted()
        }
        #expect(moved == ["a-plain", "b-empty", "j-zero", "p-empty texts", "r-\"quoted\\ {id}, $1", "s-precise"])
        #expect(try database.value("SELECT COUNT(*) FROM ai.agno_runs") == .integer(8))
        #expect(try database.value("SELECT COUNT(*) FROM ai.marks") == .integer(6))
    }

    @Test("a run that appears meanwhile, a wrong mark, a deleted run: the second look decides as after the reference")
    func secondLook() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6))
        #expect(try manager.up(tables: [.sessions]).isSuccess)
        try database.execute("DELETE FROM ai.agno_runs WHERE run_id = 'run-3-1'")
        #expect(try manager.up(tables: [.sessions], force: true).isSuccess)
        #expect(try database.value("SELECT COUNT(*) FROM ai.agno_runs WHERE run_id = 'run-3-1'") == .integer(0))
        #expect(try manager.cleanup().outcome == .dropped)
    }
}
