import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import SQLDialects
import Testing

/// What a writer did.
private struct TrafficLog: Sendable {
    var runs: Set<String> = []
    var failures: [String] = []
    var longest = Duration.zero
}

extension ServerContract {
    func losesNoWrite() throws {
        let database = try server.database()
        _ = try database.manager().makeSample(version: .baseline)
        try database.connected { try Sessions.insert(server.trafficSessions, runs: 4, bytes: 960, $0) }
        let (isOver, written) = (Flag(), Counter())
        // Waits for locks as long as an application does.
        let writer = startWriter(through: try database.driver(patience: .application), until: isOver, counting: written)
        defer { isOver.set() }
        try waitUntil("the writer has begun") { written.value > 5 }
        let before = written.value
        let result = try database.run("up")
        let during = written.value - before
        try waitUntil("the writer continues") { written.value > before + during + 3 }
        isOver.set()
        let log = try #require(try writer.value())
        #expect(result.status == 0, "\(result.errors)")
        #expect(log.failures == [])
        #expect(during > 10, "the writer must have written during the migration")
        let note = "\(server.name): \(during) writes during the migration; the longest took \(log.longest)\n"
        Attachment.record(note, named: "traffic.txt")
        print(note)

        let (sessions, runs) = try database.connected {
            ($0.dialect.table(TableNames()[.sessions]), $0.dialect.table(TableNames()[.runs]))
        }
        let lists = try database.rows("SELECT runs FROM \(sessions) WHERE session_id LIKE 'live%'")
        let text = lists.compactMap { $0[0].string }.joined(separator: "\n")
        #expect(log.runs.filter { !text.contains("\"\($0)\"") } == [], "lost from the lists")
        // What an old program wrote after the stamp is found when somebody asks for it.
        #expect(try database.run("up", "--force").status == 0)
        let moved = try database.rows("SELECT run_id FROM \(runs) WHERE session_id LIKE 'live%'")
        #expect(Set(moved.compactMap { $0[0].string }) == log.runs)
        #expect(try database.manager().verify().isVerified)
    }

    private func startWriter(
        through driver: any DatabaseDriver, until isOver: Flag, counting written: Counter
    ) -> OwnThread<TrafficLog> {
        let server = server
        return OwnThread { try Self.write(as: server, through: driver, until: isOver, counting: written) }
    }

    /// Writes one session every 20 ms as 2.x does, whole rows with every run so far, until it is told to stop.
    private static func write(
        as server: Server, through driver: any DatabaseDriver, until isOver: Flag, counting written: Counter
    ) throws -> TrafficLog {
        var log = TrafficLog()
        var lists: [String: [String]] = [:]
        try driver.withConnection(for: .write) { application in
            while !isOver.isSet {
                let number = written.next()
                // New sessions, and old ones again.
                let session = number.isMultiple(of: 3) ? "live \(number)" : "live \(number % 5)"
                lists[session, default: []].append(#"{"run_id": "live-\#(number)", "agent_id": "a"}"#)
                let list = "[\(lists[session, default: []].joined(separator: ", "))]"
                let now = Int64(Date().timeIntervalSince1970)
                let start = ContinuousClock.now
                do {
                    try application.execute(server.write(session: session, runs: list, at: now))
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
}

/// Sessions that keep a migration busy for a while.
enum Sessions {
    /// Inserts them into a table of version 2.0.0.
    ///
    /// - Parameters:
    ///   - runs: the runs of each session.
    ///   - bytes: about the length of each run's content.
    static func insert(_ count: Int, runs: Int, bytes: Int, _ connection: any DatabaseConnection) throws {
        let table = connection.dialect.table(TableNames()[.sessions])
        for first in stride(from: 0, to: count, by: 50) {
            let rows = (first..<min(first + 50, count)).map { number -> String in
                let list = (1...runs).map { run in
                    let word = "\(number * run) "
                    let content = String(repeating: word, count: bytes / word.utf8.count)
                    return #"{"run_id": "r\#(number)-\#(run)", "agent_id": "a", "content": "\#(content)"}"#
                }
                return "('s\(number)', 'agent', 'a', '[\(list.joined(separator: ", "))]', 1700000000, 1700000000)"
            }
            try connection.execute(
                "INSERT INTO \(table) (session_id, session_type, agent_id, runs, created_at, updated_at) VALUES "
                    + rows.joined(separator: ", "))
        }
    }
}
