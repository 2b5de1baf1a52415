import AgnoMigrate
import DurabilitySupport
import Foundation
import MigrationCore
import Testing

/// Whatever only looks leaves every byte as it was, and no file behind.
struct ReadsWriteNothingTests {
    /// What can be asked of a database without changing it.
    enum Question: String, CaseIterable, Sendable {
        case status, plan, planDown = "plan-down", verify, history, up

        var arguments: [String] { self == .planDown ? ["target=2.0.0"] : [] }

        func ask(_ path: String) throws {
            let manager = try MigrationManager.over(path, wait: .zero)
            switch self {
            case .status: _ = try manager.status()
            case .plan: _ = try manager.plan()
            case .planDown: _ = try manager.plan(.down, target: .baseline)
            case .verify: _ = try manager.verify()
            case .history: _ = try manager.history()
            case .up: try manager.mustGoUp()
            }
        }
    }

    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func make(journalMode: String, isCurrent: Bool) throws {
        try UglyDatabase(journalMode: journalMode, isSmall: true).make(at: path)
        if isCurrent { try MigrationManager.over(path).mustGoUp() }
        try #require(try directory.names == ["agno.db"])
    }

    private func check(_ question: Question, _ ask: (Question) throws -> Void) throws {
        let before = try directory.bytes
        try ask(question)
        #expect(try directory.bytes == before, "\(question.rawValue) must not change a byte")
    }

    @Test("A current database stays as it is", arguments: ["delete", "truncate", "persist", "wal"], Question.allCases)
    func currentDatabaseStays(journalMode: String, question: Question) throws {
        try make(journalMode: journalMode, isCurrent: true)
        try check(question) { try $0.ask(path) }
    }

    @Test("An old database stays as it is", arguments: ["delete", "wal"], Question.allCases.filter { $0 != .up })
    func oldDatabaseStays(journalMode: String, question: Question) throws {
        try make(journalMode: journalMode, isCurrent: false)
        try check(question) { try $0.ask(path) }
    }

    @Test("A database whose log somebody else has open stays as it is", arguments: Question.allCases)
    func databaseLogSomebodyElse(question: Question) throws {
        try make(journalMode: "wal", isCurrent: true)
        let other = try RawDatabase(path)
        try other.execute("UPDATE agno_memories SET input = 'in the log'")
        try #require(try directory.names == ["agno.db", "agno.db-shm", "agno.db-wal"])
        try check(question) { try $0.ask(path) }
        #expect(try other.text("PRAGMA journal_mode") == "wal")
    }

    @Test(
        "A log that a killed process left behind is read and left there",
        arguments: Question.allCases.filter { $0 != .up })
    func logKilledProcessLeft(question: Question) async throws {
        try make(journalMode: "wal", isCurrent: false)
        // Killed late: the steps before are only in the log.
        let outcome = try await FaultRunner.run("up", path, ["kill-at=60"])
        try #require(outcome.signal == SIGKILL)
        try #require(try directory.bytes["agno.db-wal"]?.isEmpty == false)
        try check(question) { try $0.ask(path) }
        let status = try await MigrationManager.over(path).status()
        #expect(
            status.tables.first { $0.type == .memories }?.stamp == SchemaVersion.latest.description,
            "what is in the log counts")
    }

    @Test("A log without its shared memory is read and stays as it is")
    func logWithoutSharedMemory() async throws {
        try make(journalMode: "wal", isCurrent: false)
        try #require(try await FaultRunner.run("up", path, ["kill-at=60"]).signal == SIGKILL)
        // SQLite makes the shared memory anew, and only the last writer may take it away.
        let before = try directory.bytes
        try FileManager.default.removeItem(atPath: path + "-shm")
        try Question.status.ask(path)
        #expect(try directory.bytes == before)
        let status = try await MigrationManager.over(path).status()
        #expect(
            status.tables.first { $0.type == .memories }?.stamp == SchemaVersion.latest.description,
            "what is in the log counts")
    }

    @Test("Through a symbolic link the log counts as well")
    func throughSymbolicLinkLog() async throws {
        try make(journalMode: "wal", isCurrent: false)
        try #require(try await FaultRunner.run("up", path, ["kill-at=60"]).signal == SIGKILL)
        let link = directory.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        let status = try await MigrationManager.over(link).status()
        #expect(
            status.tables.first { $0.type == .memories }?.stamp == SchemaVersion.latest.description,
            "what is in the log counts")
    }

    @Test(
        "A file that cannot be written, where nothing can be written, can be asked everything",
        arguments: ["delete", "wal"], Question.allCases)
    func fileCannotWrittenNothing(
        journalMode: String, question: Question
    ) async throws {
        try make(journalMode: journalMode, isCurrent: true)
        let before = try directory.bytes
        chmod(path, 0o444)
        chmod(directory.path, 0o555)
        let outcome = try await Unprivileged.run(question.rawValue, path, question.arguments + ["wait=0"])
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(try directory.bytes == before)
        // The same process must not be able to do more than that: otherwise nothing was proved.
        let more = try await Unprivileged.run(
            "down", path, KillMatrix<SQLiteCopies>.Command.down.arguments + ["wait=0"])
        #expect(more.errors.hasPrefix("read_only: ") || more.errors.hasPrefix("not_authorised: "), "\(more.errors)")
        #expect(try directory.bytes == before)
    }

    @Test("A log on a file that cannot be written is read")
    func logFileCannotWritten() async throws {
        try make(journalMode: "wal", isCurrent: false)
        try #require(try await FaultRunner.run("up", path, ["kill-at=60"]).signal == SIGKILL)
        for name in try directory.names { chmod(directory.file(name), 0o444) }
        chmod(directory.path, 0o555)
        let outcome = try await Unprivileged.run("status", path)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        let status: DatabaseStatus = try outcome.decoded()
        #expect(
            status.tables.first { $0.type == .memories }?.stamp == SchemaVersion.latest.description,
            "what is in the log counts")
    }

    // MARK: A journal that has to be rolled back

    /// Leaves the file and the journal of a transaction that had to write into the file already, as a process that is
    /// killed in a commit, or that is not this program, leaves them.
    private func makeHotJournal() throws {
        let original = directory.file("original.db")
        try UglyDatabase(isSmall: true).make(at: original)
        let writer = try RawDatabase(original)
        try writer.execute(
            "PRAGMA cache_spill = 2; BEGIN; UPDATE agno_sessions SET metadata = hex(zeroblob(4000)); DROP TABLE agno_metrics"
        )
        for suffix in ["", "-journal"] {
            try FileManager.default.copyItem(atPath: original + suffix, toPath: path + suffix)
        }
        try writer.execute("ROLLBACK")
        try FileManager.default.removeItem(atPath: original)
        // A journal whose header was synchronised is one that the next reader has to roll back.
        let journal = try #require(FileManager.default.contents(atPath: path + "-journal"))
        try #require(journal.starts(with: [0xd9, 0xd5]))
    }

    @Test(
        "A journal that a killed process left behind is rolled back and the file can be read",
        arguments: [Question.status, .plan, .verify])
    func journalKilledProcessLeft(
        question: Question
    ) async throws {
        try makeHotJournal()
        let copy = try directory.copy(path, as: "copy.db")
        try FileManager.default.copyItem(atPath: path + "-journal", toPath: copy + "-journal")
        #expect(try integrityProblems(of: copy) == [])
        let rolledBack = try DatabaseContents(of: copy)
        let outcome = try await FaultRunner.run(question.rawValue, path)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(try DatabaseContents(of: path).differences(from: rolledBack) == [])
        #expect(try integrityProblems(of: path) == [])
        #expect(!(try directory.names).contains("agno.db-journal"))
    }

    @Test("A journal that cannot be rolled back for want of permission is reported")
    func journalCannotRolledBack() async throws {
        try makeHotJournal()
        for name in try directory.names { chmod(directory.file(name), 0o444) }
        chmod(directory.path, 0o555)
        let before = try directory.bytes
        let outcome = try await Unprivileged.run("status", path)
        #expect(outcome.exitCode == 1)
        #expect(outcome.errors.hasPrefix("read_only: "), "\(outcome.errors)")
        #expect(try directory.bytes == before)
    }
}
