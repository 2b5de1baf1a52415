import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

/// On MySQL only: MariaDB's JSON is text, which the reference moves faster than the server takes it apart.
@Suite(
    "The sessions' move on MySQL itself", .enabled(if: TestServer.all.contains(.mysql)), .timeLimit(.minutes(30)))
struct ServerSideMoveTests {
    private static let lists =
        RunLists.lists + [
            ("k-unsigned", nil, #"[{"run_id": "k1", "created_at": 9223372036854775808}]"#),
            ("l-twice by case", nil, #"[{"run_id": "case", "n": 1}, {"run_id": "CASE", "n": 2}]"#),
            ("r-\"quoted\\ {id}, ?1 'x'", nil, #"[{"run_id": "r0", "agent_id": null, "parent_run_id": "p"}]"#),
            (
                "t-texts that look like others", nil,
                #"[{"run_id": "null", "agent_id": "null", "status": "true"}, {"run_id": "\"t\\n\"", "agent_id": "a\\u0041\n😀"}]"#
            ),
            ("u-nul", nil, #"[{"run_id": "u\u0000", "status": "\u0000"}]"#),
        ]

    /// What the server refuses, and with it the page that it stands in.
    private static let unstorable: [RunLists.RunList] = [
        ("v-long", nil, #"[{"run_id": "v0", "status": "\#(String(repeating: "x", count: 51))"}, {"run_id": "v1"}]"#),
        ("w-long id", nil, #"[{"run_id": "\#(String(repeating: "w", count: 300))"}, {"run_id": "w1"}]"#),
    ]

    /// A database with these lists, and with a runs table as a 3.x program that was here before leaves it.
    private func database(_ lists: [RunLists.RunList]) throws -> TestDatabase {
        let database = try TestDatabase(on: .mysql)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 40)
        for list in lists { try database.insertSession(list.id, user: list.user, runs: list.runs) }
        try database.connected { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            let shape = TableDefinition.baseline(.runs, for: context.traits).shape(in: context, named: "agno_runs")
            for statement in connection.dialect.create(shape, named: "agno_runs") { try connection.execute(statement) }
        }
        try database.execute(
            "INSERT INTO agno_runs (run_id, session_id, run_type, run_data, created_at) "
                + "VALUES ('there', 'o-there', 'agent', '{\"from\": \"3.x\"}', 1)")
        return database
    }

    private func migrated(
        _ lists: [RunLists.RunList], onServer: Bool
    ) throws -> [String] {
        let database = try database(lists)
        let manager = try database.manager(onServer: onServer)
        let report = try manager.up(tables: [.sessions])
        #expect(report.isSuccess)
        #expect(try manager.verify().isVerified)
        let quarantine = try database.rows(
            "SELECT row_key, position, code FROM agno_migration_journal WHERE event = 'quarantine'")
        let markers = try database.rows("SELECT * FROM agno_migration_markers")
        let runs = try database.rows("SELECT * FROM agno_runs")
        let sessions = try database.rows("SELECT * FROM agno_sessions")
        let changes = report[.sessions]?.steps.flatMap(\.changes) ?? []
        return (quarantine + markers + runs + sessions).map { "\($0)" }.sorted() + changes
    }

    @Test("does to the last row what the reference move does", arguments: [lists, lists + unstorable])
    func differential(lists: [RunLists.RunList]) throws {
        let reference = try migrated(lists, onServer: false)
        #expect(reference.contains { $0.contains("duplicate_run_id") })
        #expect(try migrated(lists, onServer: true) == reference)
    }

    @Test("leaves everything out of the ordinary to the reference, and takes the rest")
    func choice() throws {
        let database = try database(Self.lists)
        let moved = try database.connected { connection in
            let snapshots = try connection.dialect.snapshots(
                of: [.sessions: "agno_sessions", .runs: "agno_runs"], using: connection)
            try connection.execute(
                "CREATE TABLE marks (table_name text, row_key text, fingerprint text, moved_at bigint)")
            let (sessions, runs) = (try #require(snapshots[.sessions]), try #require(snapshots[.runs]))
            func move(of keys: [String]) throws -> ServerSideMove {
                try #require(
                    connection.dialect.moveRuns(
                        of: keys, sessions: sessions, runs: runs, markers: "marks", now: 1, inBatch: true))
            }
            #expect(
                connection.dialect.moveRuns(
                    of: ["s"], sessions: sessions, runs: runs, markers: "marks", now: 1, inBatch: false) == nil)
            let keys = Self.lists.map(\.id)
            let whole = try move(of: keys)
            #expect(throws: (any Error).self) {
                try connection.transaction { _ = try connection.execute(#require(whole.writing).runs) }
            }
            let odd = Set(try connection.rows(whole.odd).compactMap { $0[0].string })
            let rest = try move(of: keys.filter { !odd.contains($0) })
            let writing = try #require(rest.writing)
            #expect(try connection.execute(writing.markers) == 8)
            #expect(try connection.execute(writing.runs) == 10)
            return try connection.rows(rest.report).compactMap { $0[0].string }.sorted()
        }
        #expect(
            moved == [
                "a-plain", "b-empty", "j-zero", "p-empty texts", "r-\"quoted\\ {id}, ?1 'x'", "s-precise",
                "t-texts that look like others", "u-nul",
            ])
    }

    @Test("a run that was deleted, a list that was written again: the second look decides as after the reference")
    func secondLook() throws {
        let database = try TestDatabase(on: .mysql)
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6))
        #expect(try manager.up(tables: [.sessions]).isSuccess)
        try database.execute("DELETE FROM agno_runs WHERE run_id = 'run-3-1'")
        #expect(try manager.up(tables: [.sessions], force: true).isSuccess)
        #expect(try database.value("SELECT COUNT(*) FROM agno_runs WHERE run_id = 'run-3-1'") == .integer(0))
        #expect(try manager.cleanup().outcome == .dropped)
    }

    /// A program of 2.x writes while the server moves: as many runs as there were, more of them, or something else.
    @Test(
        "a list that changes between its marker and its runs is moved as it is in the end",
        arguments: [
            #"[{"n": 1, "run_id": "w0"}]"#, #"[{"run_id": "w0"}, {"run_id": "w1"}, {"run_id": "w2"}]"#, "{}", nil,
        ])
    func changesMeanwhile(written: String?) throws {
        let database = try TestDatabase(on: .mysql)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 6)
        try database.insertSession("w", runs: #"[{"run_id": "w0", "agent_id": "a"}]"#)
        let writer = try database.server.driver(database.name)
        let hasWritten = Flag()
        let driver = HookedDriver(try database.server.driver(database.name)) { sql, _ in
            guard sql.contains("JSON_TABLE"), !hasWritten.isSet else { return }
            hasWritten.set()
            try writer.withConnection(for: .write) { connection in
                _ = try connection.execute(
                    "UPDATE agno_sessions SET runs = ?1, updated_at = 1750000001 WHERE session_id = 'w'",
                    [SQLValue(written)])
            }
        }
        #expect(try database.manager(driver: driver).up(tables: [.sessions]).isSuccess)
        #expect(hasWritten.isSet)
        let moved = try database.rows("SELECT run_data FROM agno_runs WHERE session_id = 'w' ORDER BY run_index")
        let runs = moved.compactMap { $0[0].string }
        switch written {
        case .some(let list) where list.hasPrefix("["): #expect("[\(runs.joined(separator: ", "))]" == list)
        default: #expect(runs.count <= 1)
        }
        #expect(try database.manager().verify().isVerified)
    }

    @Test("where the log of changes holds statements, runs pass through the program, which says so")
    func statementLog() throws {
        let server = try ThrowAwayServer(.mysql, log: ["--log-bin", "--server-id=1", "--binlog-format=STATEMENT"])
        let database = try Database(url: server.url("mysql"), schema: "ai")
        let manager = MigrationManager(database)
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 6)
        let why = "through this program (the server's binary log holds statements)"
        let plan = try manager.plan()
        #expect(plan.tables.flatMap(\.steps).flatMap(\.changes).contains { $0.hasSuffix(why) })
        let report = try manager.up()
        #expect(report.isSuccess)
        #expect(report.tables.flatMap(\.steps).flatMap(\.changes).contains { $0.hasSuffix(why) })
        #expect(try manager.verify().isVerified)
    }
}
