import AgnoMigrate
import DurabilitySupport
import Foundation
import MigrationCore
import Synchronization
import Testing

/// A 2.x program goes on writing while the tables are migrated.
@Suite(.timeLimit(.minutes(30))) struct LiveWriterTests {
    /// Tells the writer that it is over, and others how far it is.
    private final class Stop: Sendable {
        private let flag = Atomic<Bool>(false)
        var isSet: Bool { flag.load(ordering: .acquiring) }
        func set() { flag.store(true, ordering: .releasing) }

        private let counter = Atomic<Int>(0)
        /// How many writes are done.
        var written: Int { counter.load(ordering: .acquiring) }
        func count() { counter.add(1, ordering: .acquiringAndReleasing) }
    }

    /// What the writer did, for the time after it.
    private struct Log: Sendable {
        var runs: [String: String] = [:]
        var failures: [String] = []
    }

    /// Writes sessions as 2.x does until it is told to stop: whole rows, each list with every run so far.
    private static func write(to path: String, until stop: Stop) -> Log {
        var log = Log()
        var lists: [String: [String]] = [:]
        do {
            let database = try RawDatabase(path)
            var number = 0
            while !stop.isSet {
                number += 1
                // New sessions, and old ones again, also one that was there before.
                let session = number.isMultiple(of: 3) ? "live \(number)" : "live \(number % 5)"
                let run = "live run \(number)"
                lists[session, default: []].append(#"{"run_id": "\#(run)", "agent_id": "a"}"#)
                let now = Int(Date().timeIntervalSince1970)
                do {
                    try database.execute(
                        """
                        INSERT INTO agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
                        VALUES (?, 'agent', 'a', json_quote(?), \(now), \(now)) ON CONFLICT (session_id) DO UPDATE SET
                        runs = excluded.runs, updated_at = excluded.updated_at
                        """, [session, "[\(lists[session, default: []].joined(separator: ", "))]"])
                    log.runs[run] = session
                    stop.count()
                } catch {
                    log.failures.append("\(run): \(error)")
                }
                usleep(3000)
            }
        } catch {
            log.failures.append("\(error)")
        }
        return log
    }

    @Test("No write is lost and none fails", arguments: ["delete", "wal"])
    func writeLostNoneFails(journalMode: String) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("agno.db")
        try UglyDatabase(journalMode: journalMode, isSmall: true).make(at: path)
        let stop = Stop()
        let (logs, continuation) = AsyncStream.makeStream(of: Log.self)
        Thread.detachNewThread { continuation.yield(Self.write(to: path, until: stop)) }
        while stop.written < 10 { try await Task.sleep(for: .milliseconds(5)) }
        let child = try FaultRunner.start("up", path, ["pause=4000"], withOwnClock: true)
        let outcome = try await child.outcome()
        let written = stop.written
        while stop.written < written + 3 { try await Task.sleep(for: .milliseconds(5)) }
        stop.set()
        let log = try #require(await logs.first { _ in true })
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        let report = try outcome.report
        #expect(report.isSuccess, "\(report.failures)")
        #expect(log.failures == [])
        #expect(written > 10, "the writer must have written during the migration")

        let database = try RawDatabase(path)
        let inLists = try Set(
            database.texts(
                "SELECT r.value ->> 'run_id' FROM agno_sessions s, json_each(s.runs ->> '$') r WHERE session_id LIKE 'live%'"
            ))
        #expect(Set(log.runs.keys).subtracting(inLists) == [], "lost from the lists")
        let moved = try Set(database.texts("SELECT run_id FROM agno_runs WHERE session_id LIKE 'live%'"))
        #expect(!moved.isEmpty, "some must have been written before the step's end")
        // What an old program wrote after the stamp is found when somebody asks for it.
        try await FaultRunner.mustSucceed("up", path, ["force"], withOwnClock: true)
        let rows = try database.rows("SELECT run_id, session_id FROM agno_runs WHERE session_id LIKE 'live%'")
        #expect(Set(rows) == Set(log.runs.map { ["'\($0.key)'", "'\($0.value)'"] }))
        #expect(try integrityProblems(of: path) == [])
    }
}
