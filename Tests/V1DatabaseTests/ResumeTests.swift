import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import MigrationCore
import SQLDialects
import Synchronization
import Testing

/// Runs that did not come to their end, and programs that write meanwhile.
@Suite(.timeLimit(.minutes(10))) struct ResumeTests {
    private func place(_ engine: Engine, sessions: Int) throws -> TestPlace {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        for number in 100..<(100 + sessions) {
            try V1Rows.addSession("s\(number)", in: place, runs: ["r\(number)", "q\(number)"])
        }
        return place
    }

    @Test("A run that was stopped resumes without reading what is imported", arguments: Engine.allCases)
    func runStoppedGoneWithout(engine: Engine) async throws {
        let place = try place(engine, sessions: 40)
        let whole = try TestPlace(engine)
        _ = try await place.v1Import(into: whole).run()
        let stop = Interruption()
        let first = try await place.v1Import {
            $0.batchBytes = 1000
            $0.interruption = stop
            $0.onEvent = { if case .progress(_, _, _, let progress) = $0, progress.done >= 20 { stop.request() } }
        }.run()
        #expect(first.interrupted)
        let written = first.tables[0].written
        #expect(written >= 20 && written < 40)
        // What v1 changed below the place where it stopped is found, since its time says so.
        try place.execute(
            "UPDATE \(place.name("agent_sessions")) SET updated_at = 1700000500 WHERE session_id = 's103'")
        try place.execute("DELETE FROM \(place.name("agent_sessions")) WHERE session_id = 's104'")

        let counter = CountingDriver(database: try place.database())
        let second = try await place.v1Import(driver: counter) { $0.batchBytes = 1000 }.run()
        #expect(second.tables[0].written == 40 - written + 1)
        #expect(second.tables[0].alreadyThere == written - 2)
        #expect(second.tables[0].read == 39)
        let times = try place.texts(
            "SELECT session_id FROM \(place.name("agno_sessions")) WHERE updated_at = 1700000500")
        #expect(times == ["s103"])
        let third = try await place.v1Import().run()
        #expect(third.tables[0].alreadyThere == 39)
        let runs = "SELECT run_id, session_id, run_data FROM"
        #expect(
            try place.texts("\(runs) \(place.name("agno_runs"))").sorted()
                == whole.texts("\(runs) \(whole.name("agno_runs"))").sorted())
    }

    @Test("The batch size bounds the rows of a transaction", arguments: Engine.allCases)
    func batchSizeBoundsRows(engine: Engine) async throws {
        let place = try place(engine, sessions: 10)
        let counter = CountingDriver(database: try place.database())
        _ = try await place.v1Import(driver: counter).run(batchSize: 3)
        #expect(counter.mostSessions == 3)
        #expect(try place.texts("SELECT COUNT(*) FROM \(place.name("agno_sessions"))") == ["10"])
    }

    @Test("Every batch leaves a checkpoint in the journal, which is a detail of its import", arguments: Engine.allCases)
    func checkpoints(engine: Engine) async throws {
        let place = try place(engine, sessions: 10)
        _ = try await place.v1Import().run(batchSize: 3)
        let history = try await place.manager().history()
        #expect(history.filter { $0.event == "checkpoint" }.count == 4)
        #expect(
            history.filter { !$0.isDetail }.map { "\($0.event) \($0.outcome)" } == [
                "run started", "imported finished", "run finished",
            ])
    }

    @Test("A program of 1.x may continue writing, and the next run takes what it wrote", arguments: Engine.allCases)
    func program1XMay(engine: Engine) async throws {
        let place = try place(engine, sessions: 30)
        let stop = Stop()
        let (ends, continuation) = AsyncStream.makeStream(of: [String].self)
        Thread.detachNewThread { continuation.yield(Self.write(in: place, until: stop)) }
        while stop.written < 3 { try await Task.sleep(for: .milliseconds(5)) }
        let report = try await place.v1Import { $0.batchBytes = 1000 }.run()
        let written = stop.written
        while stop.written < written + 3 { try await Task.sleep(for: .milliseconds(5)) }
        stop.set()
        let failures = try #require(await ends.first { _ in true })
        #expect(failures == [])
        #expect(report.tables[0].error == nil, "\(report.tables[0].error?.description ?? "")")
        let second = try await place.v1Import().run()
        #expect(second.tables[0].written > 0, "something was written after the first run's moment")
        let (old, new) = (place.name("agent_sessions"), place.name("agno_sessions"))
        let missing = try place.texts(
            "SELECT o.session_id FROM \(old) o LEFT JOIN \(new) n ON n.session_id = o.session_id AND n.updated_at = o.updated_at WHERE n.session_id IS NULL"
        )
        #expect(missing == [])
        #expect(
            try place.texts("SELECT COUNT(*) FROM \(place.name("agno_runs")) WHERE run_id LIKE 'live%'") == [
                "\(stop.written)"
            ])
    }

    private final class Stop: Sendable {
        private let flag = Atomic<Bool>(false)
        private let counter = Atomic<Int>(0)
        var isSet: Bool { flag.load(ordering: .acquiring) }
        func set() { flag.store(true, ordering: .releasing) }
        var written: Int { counter.load(ordering: .acquiring) }
        func count() { counter.add(1, ordering: .acquiringAndReleasing) }
    }

    /// Writes sessions before and behind the place where the import is, as 1.x does; returns what failed.
    private static func write(in place: TestPlace, until stop: Stop) -> [String] {
        var number = 0
        do {
            while !stop.isSet {
                let key = number.isMultiple(of: 2) ? "a\(number)" : "z\(number)"
                try V1Rows.addSession(key, in: place, runs: ["live\(number)"], updatedAt: 1_700_001_000 + Int64(number))
                stop.count()
                number += 1
                usleep(2000)
            }
            return []
        } catch {
            return ["\(error)"]
        }
    }
}

/// Counts the sessions that are inserted in one transaction.
private final class CountingDriver: DatabaseDriver {
    private struct State {
        var sessions = 0
        var most = 0
    }

    private let base: any DatabaseDriver
    private let state = Mutex(State())

    init(database: Database) { base = database.makeDriver() }

    var mostSessions: Int { state.withLock { $0.most } }

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try base.withConnection(for: access) { try body(Connection(base: $0, driver: self)) }
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try base.withLock(purpose, waiting: waiting, body)
    }

    func cancelRunningStatement() { base.cancelRunningStatement() }

    private struct Connection: DatabaseConnection {
        let base: any DatabaseConnection
        let driver: CountingDriver
        var dialect: any Dialect { base.dialect }

        func execute(_ statement: SQLStatement) throws -> Int {
            let count = try base.execute(statement)
            driver.state.withLock { state in
                if statement.sql == "COMMIT" {
                    state.most = max(state.most, state.sessions)
                    state.sessions = 0
                } else if statement.sql.hasPrefix("INSERT INTO"),
                    statement.sql.contains(dialect.quote("agno_sessions") + " (")
                {
                    state.sessions += count
                }
            }
            return count
        }

        func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
            try base.forEachRow(statement, body)
        }
    }
}
