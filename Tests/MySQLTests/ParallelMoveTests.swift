import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects
import ServerContract
import Testing

@Suite("The sessions' move over several connections to MariaDB and MySQL", .timeLimit(.minutes(30)))
struct ParallelMoveTests {
    /// A manager that takes every sessions table for a large one, and small batches.
    private func manager(_ database: TestDatabase, isParallel: Bool = true, onServer: Bool = true) throws
        -> MigrationManager
    {
        try database.manager(lockAttempts: 30, waitTimeout: .seconds(600), onServer: onServer) {
            $0.parallelBytes = isParallel ? 0 : .max
            $0.batchBytes = 50_000
        }
    }

    private static let sessions = 1500

    /// Sessions of which some share run ids with others far away, in another spelling as well, or have elements that no
    /// server moves by itself.
    private func fill(_ database: TestDatabase) throws {
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 3)
        try database.connected { connection in
            for first in stride(from: 1, through: Self.sessions, by: 100) {
                let rows = (first..<first + 100).map { n -> String in
                    let shared =
                        n % 50 == 0 ? (n % 100 == 0 ? "shared\(n % 500)" : "SHARED\((n + 50) % 500)") : "q\(n)"
                    let third =
                        n % 97 == 0 ? #"{"no": "id"}"# : #"{"run_id": "p\#(n)", "created_at": 5, "team_id": "t"}"#
                    let key = String(n + 10_000).dropFirst()
                    return "('s\(key)', 'agent', 'u\(n % 7)', '[{\"run_id\": \"r\(n)\", \"agent_id\": \"a\", \"c\": \""
                        + String(repeating: "x", count: 200)
                        + "\"}, {\"run_id\": \"\(shared)\", \"of\": \(n)}, \(third)]', 1, 1)"
                }
                try connection.execute(
                    "INSERT INTO agno_sessions (session_id, session_type, user_id, runs, created_at, updated_at) VALUES "
                        + rows.joined(separator: ", "))
            }
        }
    }

    private func runs(_ database: TestDatabase) throws -> [SQLRow] {
        try database.rows("SELECT * FROM agno_runs ORDER BY run_id, BINARY run_id")
    }

    private func journalled(_ database: TestDatabase) throws -> [SQLRow] {
        try database.rows(
            "SELECT row_key, position, code FROM agno_migration_journal WHERE event = 'quarantine' ORDER BY 1, 2, 3")
    }

    @Test(
        "gives what one connection gives: of two sessions with one run id the first in key order has the row",
        arguments: TestServer.all)
    func sameResult(server: TestServer) throws {
        let (several, one, reference) = (
            try TestDatabase(on: server), try TestDatabase(on: server), try TestDatabase(on: server)
        )
        for database in [several, one, reference] { try fill(database) }
        let report = try manager(several).up()
        #expect(report.isSuccess)
        let single = try manager(one, isParallel: false).up()
        #expect(single.isSuccess)
        #expect(try manager(reference, isParallel: false, onServer: false).up().isSuccess)
        let expected = try (runs: runs(reference), journal: journalled(reference))
        #expect(expected.runs.count > 4000)
        for database in [several, one] {
            #expect(try runs(database) == expected.runs)
            #expect(try journalled(database) == expected.journal)
        }
        #expect(report[.sessions]?.quarantined == single[.sessions]?.quarantined)
        #expect(report[.sessions]?.steps.last?.rows == single[.sessions]?.steps.last?.rows)
        #expect(try manager(several).verify().isVerified)
        let markers = "SELECT table_name, row_key, fingerprint FROM agno_migration_markers ORDER BY 1, 2"
        #expect(try several.rows(markers) == one.rows(markers))
        #expect(
            try several.value("SELECT COUNT(*) - COUNT(DISTINCT id) FROM agno_migration_journal") == .integer(0))
    }

    @Test("goes on over fewer connections where the server has none to spare", arguments: TestServer.all)
    func noSpareConnection(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try fill(database)
        let user = "narrow_\(UInt32.random(in: 0...UInt32.max))"
        try TestUser.make(user, on: server, rights: ["ALL ON `\(database.name)`.*"])
        defer { TestUser.drop(user, on: server) }
        // One connection holds the lock, one works; the third is refused.
        _ = try server.connected { try $0.execute("ALTER USER '\(user)'@'%' WITH MAX_USER_CONNECTIONS 2") }
        let driver = try TestServer.driver(url: database.url(of: user), schema: database.name)
        let narrow = try database.manager(driver: driver) { $0.parallelBytes = 0 }
        #expect(try narrow.up().isSuccess)
        #expect(try manager(database).verify().isVerified)
    }

    @Test("an error on one connection ends the others, and the next run finishes the work", arguments: TestServer.all)
    func oneFails(server: TestServer) throws {
        let (database, whole) = (try TestDatabase(on: server), try TestDatabase(on: server))
        for one in [database, whole] { try fill(one) }
        #expect(try manager(whole, isParallel: false).up().isSuccess)
        // Makes the program's own tables.
        #expect(try manager(database).up(target: SchemaVersion(2, 5, 6)).isSuccess)
        #expect(try manager(database).up(tables: [.metrics]).isSuccess)
        try database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON agno_migration_markers FOR EACH ROW IF NEW.row_key = 's1222' THEN "
                + "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF")
        let failed = try manager(database).up()
        #expect(failed[.sessions]?.outcome == .failed)
        #expect(try database.value("SELECT COUNT(*) FROM agno_migration_markers") != .integer(0))
        try database.execute("DROP TRIGGER refuse")
        #expect(try manager(database).up().isSuccess)
        #expect(try runs(database) == runs(whole))
        #expect(try journalled(database) == journalled(whole))
    }
}
