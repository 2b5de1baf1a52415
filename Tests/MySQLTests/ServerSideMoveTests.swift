import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MySQLDriver
import SQLDialects
import Synchronization
import Testing

/// On MySQL only: MariaDB's JSON is text, which the reference moves faster than the server takes it apart.
@Suite(
    "The sessions' move on MySQL itself", .enabled(if: TestServer.all.contains(.mysql)), .timeLimit(.minutes(30)))
struct ServerSideMoveTests {
    /// Lists of every kind: those that the server may move, and each reason why it may not.
    private static let lists: [(id: String, user: String?, runs: String)] = [
        ("a-plain", "ana", #"[{"run_id": "p1", "agent_id": "a", "created_at": 5}, {"run_id": "p2", "team_id": "t"}]"#),
        ("b-empty", nil, "[]"), ("c-null", nil, "null"), ("d-object", nil, #"{"run_id": "x"}"#),
        ("e-text", "bo", #""[{\"run_id\": \"inner\"}]""#), ("f-not json", nil, #""[{broken""#),
        ("g-odd elements", "bo", #"[1, "s", null, {"no": 1}, {"run_id": null}, {"run_id": "g5"}]"#),
        ("h-numbers", nil, #"[{"run_id": 7}, {"run_id": 1.5}, {"run_id": true}, {"run_id": ["x"]}, {"run_id": "h4"}]"#),
        (
            "i-times", nil,
            #"[{"run_id": "i0", "created_at": 1.5}, {"run_id": "i1", "created_at": "2024-01-01T00:00:00Z"}]"#
        ),
        ("j-zero", nil, #"[{"run_id": "j0", "created_at": 0}, {"run_id": "j1", "created_at": -3}]"#),
        ("k-huge", nil, #"[{"run_id": "k0", "created_at": 99999999999999999999}]"#),
        ("k-unsigned", nil, #"[{"run_id": "k1", "created_at": 9223372036854775808}]"#),
        ("l-twice", "ana", #"[{"run_id": "l0", "n": 1}, {"run_id": "l0", "n": 2}]"#),
        ("l-twice by case", nil, #"[{"run_id": "case", "n": 1}, {"run_id": "CASE", "n": 2}]"#),
        ("m-first", nil, #"[{"run_id": "shared", "from": "m"}, {"run_id": "m1"}]"#),
        ("n-second", nil, #"[{"run_id": "shared", "from": "n"}, {"run_id": "n1"}]"#),
        ("o-there", nil, #"[{"run_id": "there"}, {"run_id": "o1"}]"#),
        ("p-empty texts", "", #"[{"run_id": "", "agent_id": "", "team_id": "", "workflow_id": "", "status": ""}]"#),
        (
            "q-odd texts", nil,
            #"[{"run_id": "q0", "agent_id": 5}, {"run_id": "q1", "status": ["x"], "team_id": false}]"#
        ),
        ("r-\"quoted\\ {id}, ?1 'x'", nil, #"[{"run_id": "r0", "agent_id": null, "parent_run_id": "p"}]"#),
        ("s-precise", nil, #"[{"run_id": "s0", "n": [1.10, 12345678901234567890123, 1e5], "t": "ü\u2028"}]"#),
        (
            "t-texts that look like others", nil,
            #"[{"run_id": "null", "agent_id": "null", "status": "true"}, {"run_id": "\"t\\n\"", "agent_id": "a\\u0041\n😀"}]"#
        ),
        ("u-nul", nil, #"[{"run_id": "u\u0000", "status": "\u0000"}]"#),
    ]

    /// What the server refuses, and with it the page that it stands in.
    private static let unstorable: [(id: String, user: String?, runs: String)] = [
        ("v-long", nil, #"[{"run_id": "v0", "status": "\#(String(repeating: "x", count: 51))"}, {"run_id": "v1"}]"#),
        ("w-long id", nil, #"[{"run_id": "\#(String(repeating: "w", count: 300))"}, {"run_id": "w1"}]"#),
    ]

    /// A database with these lists, and with a runs table as a 3.x program that was here before leaves it.
    private func database(_ lists: [(id: String, user: String?, runs: String)]) throws -> TestDatabase {
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
        _ lists: [(id: String, user: String?, runs: String)], onServer: Bool
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
    func differential(lists: [(id: String, user: String?, runs: String)]) throws {
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
        let driver = MeddlingDriver(base: try database.server.driver(database.name)) {
            try writer.withConnection(for: .write) { connection in
                _ = try connection.execute(
                    "UPDATE agno_sessions SET runs = ?1, updated_at = 1750000001 WHERE session_id = 'w'",
                    [SQLValue(written)])
            }
        }
        #expect(try database.manager(driver: driver).up(tables: [.sessions]).isSuccess)
        #expect(driver.hasMeddled)
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

/// Lets somebody else do something before the first statement that moves runs on the server.
private final class MeddlingDriver: DatabaseDriver {
    private let base: MySQLDriver
    private let meddle: @Sendable () throws -> Void
    private let isDone = Atomic<Bool>(false)

    init(base: MySQLDriver, meddle: @escaping @Sendable () throws -> Void) {
        self.base = base
        self.meddle = meddle
    }

    var hasMeddled: Bool { isDone.load(ordering: .relaxed) }

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try base.withConnection(for: access) { try body(MeddlingConnection(base: $0, driver: self)) }
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try base.withLock(purpose, waiting: waiting, body)
    }

    func cancelRunningStatement() { base.cancelRunningStatement() }

    func willExecute(_ sql: String) throws {
        guard sql.contains("JSON_TABLE"), !isDone.exchange(true, ordering: .relaxed) else { return }
        try meddle()
    }
}

private struct MeddlingConnection: DatabaseConnection {
    let base: any DatabaseConnection
    let driver: MeddlingDriver

    var dialect: any Dialect { base.dialect }

    func execute(_ statement: SQLStatement) throws -> Int {
        try driver.willExecute(statement.sql)
        return try base.execute(statement)
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        try base.forEachRow(statement, body)
    }
}
