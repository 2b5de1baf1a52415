import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MySQLAccess
import SQLDialects
import Testing

@Suite("Under traffic on MariaDB and MySQL", .serialized, .timeLimit(.minutes(30))) struct TrafficTests {
    /// What the writer did.
    private struct Log: Sendable {
        var runs: Set<String> = []
        var failures: [String] = []
        var longest = Duration.zero
    }

    /// Writes one session every 20 ms as 2.x does, whole rows with every run so far, until it is told to stop.
    private static func write(
        to database: String, on server: TestServer, until isOver: Flag, counting written: Counter
    ) throws -> Log {
        var log = Log()
        var lists: [String: [String]] = [:]
        // The servers' own patience with locks, as in an application.
        let driver = try server.driver(database, lockTimeout: 50)
        try driver.withConnection(for: .write) { application in
            while !isOver.isSet {
                let number = written.next()
                // New sessions, and old ones again.
                let session = number.isMultiple(of: 3) ? "live \(number)" : "live \(number % 5)"
                lists[session, default: []].append(#"{"run_id": "live-\#(number)", "agent_id": "a"}"#)
                let list = "[\(lists[session, default: []].joined(separator: ", "))]"
                let now = SQLValue.integer(Int64(Date().timeIntervalSince1970))
                let start = ContinuousClock.now
                do {
                    try application.execute(
                        """
                        INSERT INTO agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
                        VALUES (?1, 'agent', 'a', ?2, ?3, ?3)
                        ON DUPLICATE KEY UPDATE runs = VALUES(runs), updated_at = VALUES(updated_at)
                        """, [.text(session), .text(list), now])
                    log.runs.insert("live-\(number)")
                } catch {
                    log.failures.append("\(number): \(String(reflecting: error))")
                }
                log.longest = max(log.longest, start.duration(to: .now))
                usleep(20_000)
            }
        }
        return log
    }

    /// Sessions with four runs each.
    private func fill(_ database: TestDatabase, _ count: Int) throws {
        _ = try database.manager().makeSample(version: .baseline)
        try database.execute(
            "CREATE TABLE digits (d BIGINT)", "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)")
        let runs = (1...4).map {
            "'{\"run_id\": \"r', n.i, '-\($0)\", \"agent_id\": \"a\", \"content\": \"', REPEAT(SHA2(n.i * \($0), 256), 15), '\"}'"
        }
        try database.execute(
            """
            INSERT INTO agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
            SELECT CONCAT('s', n.i), 'agent', 'a', CONCAT('[', \(runs.joined(separator: ", ', ', ")), ']'), 1700000000, 1700000000
            FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS i FROM digits a, digits b, digits c, digits e) n
            WHERE n.i < \(count)
            """, "DROP TABLE digits")
    }

    @Test(
        "no write of a 2.x program is lost and none fails while its tables are taken from 2.0.0 to the newest version",
        arguments: TestServer.all)
    func noWriteIsLost(server: TestServer) async throws {
        let database = try TestDatabase(on: server)
        try fill(database, 5000)
        let (isOver, written, name) = (Flag(), Counter(), database.name)
        let writer = OwnThread { try Self.write(to: name, on: server, until: isOver, counting: written) }
        defer { isOver.set() }
        try waitUntil("the writer has begun") { written.value > 5 }
        let before = written.value
        let result = try Program.run("up", on: database)
        let during = written.value - before
        try waitUntil("the writer goes on") { written.value > before + during + 3 }
        isOver.set()
        let log = try #require(try writer.value())
        #expect(result.status == 0, "\(result.errors)")
        #expect(log.failures == [])
        #expect(during > 10, "the writer must have written during the migration")
        let note = "\(during) writes during the migration; the longest took \(log.longest)\n"
        Attachment.record(note, named: "traffic.txt")
        print(note)

        let lists = try database.rows("SELECT runs FROM agno_sessions WHERE session_id LIKE 'live%'")
        let text = lists.compactMap { $0[0].string }.joined(separator: "\n")
        #expect(log.runs.filter { !text.contains("\"\($0)\"") } == [], "lost from the lists")
        // What an old program wrote after the stamp is found when somebody asks for it.
        #expect(try Program.run("up", on: database, "--force").status == 0)
        let moved = try database.rows("SELECT run_id FROM agno_runs WHERE session_id LIKE 'live%'")
        #expect(Set(moved.compactMap { $0[0].string }) == log.runs)
        #expect(try await database.manager().verify().isVerified)
    }
}
