import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import PostgreSQLAccess
import SQLDialects
import Testing

@Suite("Under traffic", .timeLimit(.minutes(30))) struct TrafficTests {
    /// What the writer did.
    private struct Log: Sendable {
        var runs: Set<String> = []
        var failures: [String] = []
        var longest = Duration.zero
    }

    /// Writes one session every 20 ms as 2.x does, whole rows with every run so far, until it is told to stop.
    private static func write(to database: String, until isOver: Flag, counting written: Counter) throws -> Log {
        var log = Log()
        var lists: [String: [String]] = [:]
        // No limit on waiting for a lock, as in an application.
        let driver = try TestServer.driver(database: database, lockTimeout: 0)
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
                    // The casts are those that SQLAlchemy writes for the 2.x columns.
                    try application.execute(
                        """
                        INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
                        VALUES ($1::VARCHAR, 'agent', 'a', $2::JSON, $3::BIGINT, $3::BIGINT) ON CONFLICT (session_id) DO
                        UPDATE SET runs = excluded.runs, updated_at = excluded.updated_at
                        """, [.text(session), .text(list), now])
                    log.runs.insert("live-\(number)")
                } catch {
                    log.failures.append("\(number): \(error)")
                }
                log.longest = max(log.longest, start.duration(to: .now))
                usleep(20_000)
            }
        }
        return log
    }

    @Test(
        "no write of a 2.x program is lost and none fails while its tables are taken from 2.0.0 to the newest version")
    func noWriteIsLost() async throws {
        let database = try TestDatabase()
        _ = try await database.manager().makeSample(version: SchemaVersion.baseline)
        try database.execute(
            """
            INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
            SELECT 's' || i, 'agent', 'a', (SELECT json_agg(json_build_object('run_id', 'r' || i || '-' || j,
            'content', repeat(md5((i * j)::text), 30))) FROM generate_series(1, 4) j), 1700000000, 1700000000
            FROM generate_series(1, 20000) i
            """)
        let (isOver, written, name) = (Flag(), Counter(), database.name)
        let (logs, continuation) = AsyncThrowingStream.makeStream(of: Log.self)
        Thread.detachNewThread {
            continuation.yield(with: Result { try Self.write(to: name, until: isOver, counting: written) })
        }
        defer { isOver.set() }
        try waitUntil("the writer has begun") { written.value > 5 }
        let before = written.value
        let result = try Program.start(["up", "--db", database.url()]).wait()
        let during = written.value - before
        try waitUntil("the writer goes on") { written.value > before + during + 3 }
        isOver.set()
        let log = try #require(try await logs.first { _ in true })
        #expect(result.status == 0, "\(result.errors)")
        #expect(log.failures == [])
        #expect(during > 10, "the writer must have written during the migration")
        let note = "\(during) writes during the migration; the longest took \(log.longest)\n"
        Attachment.record(note, named: "traffic.txt")
        print(note)

        let inLists = try database.rows(
            "SELECT e ->> 'run_id' FROM ai.agno_sessions s, jsonb_array_elements(s.runs) e WHERE session_id LIKE 'live%'"
        )
        #expect(log.runs.subtracting(inLists.compactMap { $0.first?.string }) == [], "lost from the lists")
        // What an old program wrote after the stamp is found when somebody asks for it.
        #expect(try Program.run("up", "--force", "--db", database.url()).status == 0)
        let moved = try database.rows("SELECT run_id FROM ai.agno_runs WHERE session_id LIKE 'live%'")
        #expect(Set(moved.compactMap { $0.first?.string }) == log.runs)
        #expect(try await database.manager().verify().isVerified)
    }
}
