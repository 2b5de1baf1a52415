import AgnoMigrate
import DurabilitySupport
import Foundation
import MigrationCore
import Testing

/// One migration of a file at a time; no lock where there is nothing to do.
@Suite(.timeLimit(.minutes(30))) struct LockTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("agno.db")
        try UglyDatabase(isSmall: true).make(at: path)
    }

    /// Starts a run that does not get beyond its first statement, and waits until it has the lock.
    private func startSlowly() async throws -> ChildProcess {
        let child = try FaultRunner.start("up", path, ["pause=30000000"])
        while FileManager.default.contents(atPath: HeldLock.path(of: path))?.isEmpty ?? true {
            try await Task.sleep(for: .milliseconds(5))
        }
        return child
    }

    @Test("Of three processes at once one migrates and the others have nothing left to do")
    func threeProcessesOnceMigrates() async throws {
        let expected = try directory.copy(path, as: "expected.db")
        try await FaultRunner.mustSucceed("up", expected)
        let lock = try HeldLock(of: path)
        let children = try (1...3).map { _ in try FaultRunner.start("up", path) }
        // Long enough for a process that does not care about the lock to be through.
        try await Task.sleep(for: .seconds(2))
        let before = try RawDatabase(path, readOnly: true).int(
            "SELECT COUNT(*) FROM sqlite_master WHERE name = 'agno_runs'")
        #expect(before == 0, "nobody may migrate while the lock is held")
        lock.release()
        var migrated = 0
        for child in children {
            let outcome = try await child.outcome()
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            let report = try outcome.report
            #expect(report.isSuccess)
            if !report.names(.migrated).isEmpty { migrated += 1 }
        }
        #expect(migrated == 1)
        #expect(try DatabaseContents(of: path).differences(from: DatabaseContents(of: expected)) == [])
        let journal = try RawDatabase(path, readOnly: true)
        #expect(try journal.int("SELECT COUNT(DISTINCT run_id) FROM agno_migration_journal") == 1)
        let twice = "SELECT COUNT(*) FROM agno_migration_journal WHERE event = 'step' GROUP BY table_name, version"
        #expect(try Set(journal.texts(twice)) == ["1"])
        #expect(!FileManager.default.fileExists(atPath: HeldLock.path(of: path)))
    }

    @Test("A run that must not wait is told who holds the lock")
    func runMustWaitTold() async throws {
        let first = try await startSlowly()
        let second = try await FaultRunner.run("up", path, ["wait=0"])
        #expect(first.isRunning)
        #expect(second.exitCode == 1)
        #expect(second.errors.hasPrefix("locked: "), "\(second.errors)")
        #expect(second.errors.contains("process \(first.id) on "), "\(second.errors)")
        #expect(second.errors.contains("up to 3.0.0"), "\(second.errors)")
        first.kill()
        #expect(try await first.outcome().signal == SIGKILL)
    }

    @Test("The lock of a process that was killed is free at once and its file does no harm")
    func lockProcessKilledFree() async throws {
        let expected = try directory.copy(path, as: "expected.db")
        try await FaultRunner.mustSucceed("up", expected)
        let first = try await startSlowly()
        first.kill()
        #expect(try await first.outcome().signal == SIGKILL)
        #expect(
            FileManager.default.fileExists(atPath: HeldLock.path(of: path)), "the killed process must leave its file")
        try await FaultRunner.mustSucceed("up", path, ["wait=0"])
        #expect(try DatabaseContents(of: path).differences(from: DatabaseContents(of: expected)) == [])
        #expect(!FileManager.default.fileExists(atPath: HeldLock.path(of: path)))
    }

    @Test("A lock file that nobody holds is not a lock")
    func lockFileNobodyHolds() async throws {
        try "process 1 on elsewhere".write(toFile: HeldLock.path(of: path), atomically: false, encoding: .utf8)
        try await FaultRunner.mustSucceed("up", path, ["wait=0"])
        #expect(try directory.names == ["agno.db"])
    }

    @Test("Down and cleanup respect the lock as up does")
    func downCleanupRespectLock() async throws {
        try await FaultRunner.mustSucceed("up", path)
        // It needs the column that a clean-up drops.
        try RawDatabase(path).execute("DROP TRIGGER \"after a session's update\"")
        let lock = try HeldLock(of: path, saying: "somebody")
        for (command, arguments) in [
            ("down", KillMatrix<SQLiteCopies>.Command.down.arguments), ("cleanup", ["allow-data-loss"]),
        ] {
            let outcome = try await FaultRunner.run(command, path, arguments + ["wait=0"])
            #expect(outcome.errors.hasPrefix("locked: another migration holds the lock: somebody"), "\(outcome.errors)")
        }
        lock.release()
    }

    @Test("The lock is the file's, by whatever name the file is reached")
    func lockFileWhateverName() async throws {
        let link = directory.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        let lock = try HeldLock(of: path)
        let outcome = try await FaultRunner.run("up", link, ["wait=0"])
        #expect(outcome.exitCode == 1)
        #expect(outcome.errors.hasPrefix("locked: "), "\(outcome.errors)")
        lock.release()
    }

    @Test("A run with nothing to do takes no lock")
    func runNothingTakesLock() async throws {
        try await FaultRunner.mustSucceed("up", path)
        let lock = try HeldLock(of: path)
        let outcome = try await FaultRunner.run("up", path, ["wait=0"])
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(try outcome.report.names(.migrated) == [])
        lock.release()
    }

    @Test("A waiting run stops when it is asked to")
    func waitingRunStopsWhen() throws {
        let lock = try HeldLock(of: path)
        let interruption = Interruption()
        var options = MigrationOptions()
        options.interruption = interruption
        options.onEvent = { event in if case .waitingForLock = event { interruption.request() } }
        let manager = MigrationManager(try Database(url: "sqlite:///\(path)"), options: options)
        #expect(try errorCode { _ = try manager.up() } == "interrupted")
        lock.release()
    }
}
