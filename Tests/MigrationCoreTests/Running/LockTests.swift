import AgnoSchema
import DatabaseAccess
import Synchronization
import Testing

@testable import MigrationCore

@Suite("One at a time")
struct LockTests {
    private let holder = LockHolder(description: "process 7 on host h, since noon", waited: .seconds(3))

    @Test("With nothing pending no lock is taken and nothing is opened for writing")
    func idle() throws {
        let database = try TestDatabase(sample: .latest)
        let driver = FaultyDriver(database.driver, holder: holder)
        let report = try database.engine(driver).migrate(
            .up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        #expect(report.tables.allSatisfy { $0.outcome == .current || $0.outcome == .absent })
        #expect(driver.seen.locks == 0)
        #expect(driver.seen.modes == [.read])
    }

    @Test("When the time is up the error names the holder, and nothing was written")
    func timeIsUp() throws {
        let database = try TestDatabase(sample: .baseline)
        let driver = FaultyDriver(database.driver, holder: holder)
        let error = #expect(throws: MigrationError.self) {
            try database.engine(driver).migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("process 7 on host h") == true)
        #expect(error?.remedy.contains("--wait-timeout") == true)
        #expect(driver.seen.statements.isEmpty)
    }

    @Test("A waiter says so, and migrates when the lock is free")
    func waits() throws {
        let database = try TestDatabase(sample: .baseline)
        let waiting = EventLog()
        let report = try database.engine(FaultyDriver(database.driver, holder: holder)) { options in
            options.waitTimeout = .seconds(10)
            options.onEvent = { waiting.add($0) }
        }
        .migrate(.up, tables: [.memories], target: .latest, force: false, allowDataLoss: false)
        #expect(report.isSuccess)
        #expect(
            waiting.names.prefix(3) == [
                "waiting for process 7 on host h, since noon", "lock taken", "table agno_memories",
            ])
    }

    @Test("A request to stop ends the waiting")
    func interruptedWaiting() throws {
        let database = try TestDatabase(sample: .baseline)
        let interruption = Interruption()
        interruption.request()
        let error = #expect(throws: MigrationError.self) {
            try database.engine(FaultyDriver(database.driver, holder: holder)) { options in
                options.waitTimeout = .seconds(10)
                options.interruption = interruption
            }
            .migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        }
        #expect(error?.code == .interrupted)
    }

    @Test("A request to stop takes effect at the next step; what is reported as done is done")
    func interruptedRun() throws {
        let database = try TestDatabase(sample: .baseline)
        let interruption = Interruption()
        let report = try database.engine { options in
            options.interruption = interruption
            options.onEvent = { event in
                if case .stepFinished(.memories, _, let step) = event, step.version == SchemaVersion(2, 5, 0) {
                    interruption.request()
                }
            }
        }
        .migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        #expect(report.interrupted && !report.isSuccess)
        #expect(try database.stamp("agno_memories") == "2.5.0")
        #expect(try database.stamp("agno_sessions") == nil)
        let memories = try #require(report.tables.first)
        #expect(memories.to == SchemaVersion(2, 5, 0))
        #expect(try database.engine().history().last?.outcome == "interrupted")
        let again = try database.engine().migrate(.up, tables: nil, target: .latest, force: false, allowDataLoss: false)
        #expect(again.isSuccess)
    }
}

/// The events of a run as short texts.
final class EventLog: Sendable {
    private let log = Mutex<[String]>([])

    var names: [String] { log.withLock { $0 } }

    func add(_ event: MigrationEvent) {
        let name =
            switch event {
            case .waitingForLock(let holder): "waiting for \(holder.description)"
            case .lockTaken: "lock taken"
            case .tableStarted(_, let name): "table \(name)"
            case .stepStarted(_, let name, let version): "step \(name) \(version)"
            case .progress: "progress"
            case .stepFinished(_, let name, let step): "\(step.outcome.rawValue) \(name) \(step.version)"
            case .tableFinished(let table): "\(table.outcome.rawValue) \(table.name)"
            case .warning(let text): "warning \(text)"
            case .note(let text): "note \(text)"
            }
        log.withLock { $0.append(name) }
    }
}
