import AgnoMigrate
import DurabilitySupport
import Logging
import MigrationCore
import SQLiteAccess
import Synchronization
import Testing

/// Those who read a file while it is migrated.
struct FieldReadersTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    @Test(
        "Readers get in at every statement of up and down but the commits themselves", arguments: ["delete", "persist"])
    func readersGetIn(journalMode: String) throws {
        // A cache of ten pages, as the file itself asks for.
        try UglyDatabase(journalMode: journalMode).make(at: path)
        let reads = Atomic(0)
        let failures = Mutex<[String]>([])
        let file = path
        let driver = HookedDriver(SQLiteDriver(path: path)) { sql, _ in
            reads.add(1, ordering: .relaxed)
            do {
                _ = try RawDatabase(file, readOnly: true, patience: 0).int("SELECT COUNT(*) FROM agno_sessions")
            } catch {
                failures.withLock { $0.append("\(sql.prefix(60)): \(error)") }
            }
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let manager = MigrationManager(
            try Database(url: "sqlite:///\(path)"), driver: driver, options: EngineOptions(logger: logger))
        try manager.mustGoUp()
        try manager.mustGoDown()
        #expect(reads.load(ordering: .relaxed) > 100)
        #expect(failures.withLock { $0 } == [])
    }

    @Test("Status and plan answer at once while another process migrates, and name it")
    func statusNamesTheMigration() throws {
        try UglyDatabase(isSmall: true).make(at: path)
        let lock = try HeldLock(of: path, saying: "process 4711 on elsewhere (up to 3.0.0)")
        let manager = try MigrationManager.over(path)
        let status = try manager.status()
        #expect(status.warnings.contains { $0.contains("process 4711 on elsewhere (up to 3.0.0)") })
        #expect(status.hasPendingWork)
        #expect(try manager.plan().warnings.contains { $0.contains("process 4711 on elsewhere") })
        lock.release()
        #expect(try manager.status().warnings.allSatisfy { !$0.contains("4711") })
    }

    @Test("Status of a file that is locked does not wait long, and names the migration that locks it")
    func statusOfALockedFile() throws {
        try UglyDatabase(isSmall: true).make(at: path)
        let lock = try HeldLock(of: path, saying: "process 4711 on elsewhere (up to 3.0.0)")
        let other = try RawDatabase(path)
        try other.execute("BEGIN EXCLUSIVE")
        let clock = ContinuousClock()
        var message = ""
        let elapsed = try clock.measure {
            do {
                _ = try MigrationManager.over(path).status()
            } catch let error as MigrationError {
                #expect(error.code == .busy)
                message = error.message
            }
        }
        #expect(message.contains("process 4711 on elsewhere (up to 3.0.0)"), "\(message)")
        #expect(elapsed < .seconds(20), "a reader that waits for the end of a migration waits a minute")
        try other.execute("ROLLBACK")
        lock.release()
    }
}
