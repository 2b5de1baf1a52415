import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import SQLDialects
import Synchronization
import Testing

extension ServerContract {
    func letsOneOfThreeMigrate() throws {
        let database = try server.database()
        _ = try database.manager().makeSample(version: .baseline, sessions: 200)
        let programs = try (0..<3).map { _ in try database.start("up", "--json") }
        let results = try programs.map { try $0.wait() }
        #expect(results.map(\.status) == [0, 0, 0], "\(results.map(\.errors))")
        #expect(try database.manager().verify().isVerified)
        let journal = try table("agno_migration_journal", of: database)
        let started = "SELECT COUNT(*) FROM \(journal) WHERE event = 'run' AND outcome = 'started'"
        #expect(try database.value(started) == .integer(1))
    }

    /// Holds the lock as a run would, until the body ends.
    private func holding(_ database: Server.TestDatabase, _ body: () throws -> Void) throws {
        try database.driver().withLock("test", waiting: { _ in false }, body)
    }

    func table(_ name: String, of database: Server.TestDatabase) throws -> String {
        try database.connected { $0.dialect.table(name) }
    }

    func namesTheHolder() throws {
        let database = try server.database()
        _ = try database.manager().makeSample(version: .baseline)
        let before = try database.contents()
        try holding(database) {
            let result = try database.run("up", "--wait-timeout", "0")
            #expect(result.status == 5, "\(result.errors)")
            for words in server.holderWords { #expect(result.errors.contains(words), "\(result.errors)") }
            #expect(try database.contents().differences(from: before) == [])
        }
        #expect(try database.run("up", "--wait-timeout", "0").status == 0)
    }

    func locksNoNeighbours() throws {
        let database = try server.database()
        let neighbours = try server.neighbours(of: database)
        for neighbour in neighbours { _ = try neighbour.manager().makeSample(version: .baseline, sessions: 1) }
        let held = try database.driver()
        let others =
            try neighbours.map { try $0.driver() }
            + [try database.driver(versionsTable: "other versions", patience: .little)]
        try holding(database) {
            for other in others { try other.withLock("test", waiting: { _ in false }) {} }
            #expect(throws: LockUnavailable.self) { try held.withLock("test", waiting: { _ in false }) {} }
            for neighbour in neighbours {
                let up = try neighbour.manager().up()
                #expect(up.isSuccess, "\(up.problems)")
            }
        }
        try holding(database) {}
    }

    func readsBesideTheHolder() throws {
        let database = try server.database()
        _ = try database.manager().makeSample(version: .baseline, sessions: 1)
        try holding(database) {
            let (status, plan) = try (database.manager().status(), database.manager().plan())
            #expect(status.tables.contains { $0.exists })
            #expect(plan.tables.contains { $0.outcome == .migrate })
        }
    }

    func stopsWaitingOnASignal() throws {
        let database = try server.database()
        _ = try database.manager().makeSample(version: .baseline, sessions: 1)
        try holding(database) {
            let waiting = try database.start("up", "--wait-timeout", "100")
            usleep(2_000_000)
            kill(waiting.id, SIGINT)
            #expect(try waiting.wait().status == 130)
        }
    }

    // MARK: Tables that an application keeps

    func namesTheBlocker() throws {
        let blocker = server.blocker
        let database = try server.database()
        let manager = try database.manager(lockAttempts: 2)
        _ = try manager.makeSample(version: blocker.version)
        let name = TableNames()[blocker.type]
        let facts = try database.facts().filter { $0.hasPrefix(name) }
        let before = try database.contents()
        try database.connected { application in
            try application.execute(application.dialect.beginStatement)
            try blocker.lock(application)
            expectBlocked(try manager.up(tables: [blocker.type]), blocker)
            let differences = try database.contents().differences(from: before).withoutStamps
            #expect(differences == [])
            let report = try manager.up()
            expectBlocked(report, blocker)
            #expect(report[.sessions]?.outcome == .migrated)
            try application.execute("ROLLBACK")
        }
        #expect(try database.facts().filter { $0.hasPrefix(name) } == facts)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    private func expectBlocked(_ report: MigrationReport, _ blocker: Blocker) {
        #expect(report[blocker.type]?.outcome == .failed)
        let error = report[blocker.type]?.steps.last?.error
        #expect(error?.code == .busy, "\(report.problems)")
        for words in server.blockerWords {
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    func waitsForATable() throws {
        let blocker = server.blocker
        let database = try server.database()
        _ = try database.manager().makeSample(version: blocker.version)
        let (isLocked, isKeptOut) = (Flag(), Flag())
        let driver = try database.driver()
        let application = OwnThread {
            try driver.withConnection(for: .write) { application in
                try application.execute(application.dialect.beginStatement)
                try blocker.lock(application)
                isLocked.set()
                try waitUntil("the migration is kept out") { isKeptOut.isSet }
                try application.execute("ROLLBACK")
            }
        }
        try waitUntil("the table is locked") { isLocked.isSet }
        // A statement on the table that is tried again was kept out before.
        let seen = Mutex<Set<String>>([])
        let name = TableNames()[blocker.type]
        let watched = HookedDriver(try database.driver()) { sql, _ in
            guard sql.contains(name) else { return }
            if seen.withLock({ !$0.insert(sql).inserted }) { isKeptOut.set() }
        }
        let outcome = Result { try database.manager(lockAttempts: 100, driver: watched).up() }
        #expect(isKeptOut.isSet, "the application's lock kept the migration out")
        // Whatever came of it, the application must not be waited for in vain.
        isKeptOut.set()
        let report = try outcome.get()
        #expect(report.isSuccess, "\(report.problems)")
        try application.value()
    }

    func movesLateRuns() throws {
        let sessions = 150
        let database = try server.database()
        let manager = try database.manager(lockAttempts: 15)
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: sessions)
        let (isOver, hasEnded, written) = (Flag(), Flag(), Counter())
        let server = server
        let driver = try database.driver(patience: .application)
        let writer = OwnThread {
            defer { hasEnded.set() }
            try driver.withConnection(for: .write) { application in
                while !isOver.isSet {
                    let number = written.next()
                    try application.execute(
                        server.append(run: "late-\(number)", toSession: "session-\(number % sessions)"))
                }
            }
        }
        try waitUntil("the writer has begun") { written.value >= 5 || hasEnded.isSet }
        let report = try manager.up(tables: [.sessions])
        isOver.set()
        try writer.value()
        #expect(report.isSuccess, "\(report.problems)")
        // Those written after the stamp wait for the next look; nothing before it was overlooked.
        #expect(try manager.up(tables: [.sessions], force: true).isSuccess)
        let runs = try table(TableNames()[.runs], of: database)
        #expect(
            try database.value("SELECT COUNT(*) FROM \(runs) WHERE run_id LIKE 'late-%'")
                == .integer(Int64(written.value)))
        // Every run of every list is in the table, and so are those that were there before.
        let moved = Set(try database.rows("SELECT run_id FROM \(runs)").compactMap { $0[0].string })
        let lists = try database.rows("SELECT runs FROM \(table(TableNames()[.sessions], of: database))")
        let listed = try lists.compactMap { $0[0].string }.flatMap(Self.runIDs)
        #expect(listed.count > written.value)
        #expect(Set(listed).subtracting(moved) == [])
        #expect(try manager.verify().isVerified)
    }

    /// The ids of a list's runs.
    private static func runIDs(_ list: String) throws -> [String] {
        let elements = try JSONSerialization.jsonObject(with: Data(list.utf8), options: .fragmentsAllowed) as? [Any]
        return (elements ?? []).compactMap { ($0 as? [String: Any])?["run_id"] as? String }
    }

    func movesWhatSlowClocksWrite() throws {
        let database = try server.database()
        let version = SchemaVersion(2, 5, 6)
        _ = try database.manager().makeSample(version: version, sessions: 3)
        let sessions = try table(TableNames()[.sessions], of: database)
        let runs = try table(TableNames()[.runs], of: database)
        let markers = try table(Markers.table, of: database)
        let list = server.write(session: "session-1", runs: #"[{"run_id": "slow"}]"#, at: 5)
        try writing(list, to: database, once: "SELECT 1 FROM \(markers) WHERE row_key = 'session-1'") {
            try $0.up(tables: [.sessions])
        }
        #expect(try database.value("SELECT COUNT(*) FROM \(runs) WHERE run_id = 'slow'") == .integer(1))
        #expect(try database.manager().cleanup().outcome == .dropped)
        let run = SQLStatement(
            "INSERT INTO \(runs) (run_id, session_id, run_type, run_index, run_data, created_at, updated_at) "
                + #"VALUES ('late', 'session-1', 'agent', 9, '{"run_id": "late"}', 5, 5)"#)
        let isJoined = "SELECT 1 FROM \(sessions) WHERE session_id = 'session-1' AND runs IS NOT NULL"
        try writing(run, to: database, once: isJoined) {
            try $0.down(tables: [.sessions], target: version, allowDataLoss: true)
        }
        let lists = try database.rows("SELECT runs FROM \(sessions)").compactMap { $0[0].string }
        #expect(lists.flatMap { (try? Self.runIDs($0)) ?? [] }.contains("late"), "\(lists)")
    }

    /// Goes through a migration, and has another program write as soon as a batch that makes the query find something is
    /// committed.
    private func writing(
        _ statement: SQLStatement, to database: Server.TestDatabase, once query: String,
        _ migrate: (MigrationManager) throws -> MigrationReport
    ) throws {
        let hasWritten = Flag()
        let application = try database.driver()
        let hooked = HookedDriver(try database.driver()) { sql, connection in
            let begin = [connection.dialect.beginStatement] + connection.dialect.beginBatch
            guard begin.contains(sql), !hasWritten.isSet else { return }
            try application.withConnection(for: .write) { application in
                guard (try? application.value(query)) != nil else { return }
                hasWritten.set()
                _ = try application.execute(statement)
            }
        }
        let report = try migrate(try database.manager(driver: hooked))
        #expect(report.isSuccess, "\(report.problems)")
        #expect(hasWritten.isSet, "the other program has written between two transactions")
    }

    // MARK: Children that are slowed down

    func takesTheLockOfAKilledProcess() throws {
        let database = try server.database()
        _ = try database.manager().makeSample(version: .baseline, sessions: 4)
        // Slow enough for the second to come in the middle of its run.
        let first = try database.startFaulty("up", "pause=300000")
        try waitUntil("the first has the lock") { try database.has("agno_migration_journal") }
        #expect(throws: LockUnavailable.self) { try holding(database) {} }
        let second = try database.start("up", "--json", "--wait-timeout", "120")
        usleep(1_500_000)
        #expect(second.isRunning)
        #expect(first.isRunning)
        first.kill()
        #expect(try first.wait().signal == SIGKILL)
        let result = try second.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(try database.manager().verify().isVerified)
    }

    func migratesNeighboursAtTheSameTime() throws {
        let database = try server.database()
        let all = [database] + (try server.neighbours(of: database))
        for one in all { _ = try one.manager().makeSample(version: .baseline) }
        let runs = try all.map { try $0.startFaulty("up", "pause=15000", "wait=0") }
        // Each makes its journal under its lock.
        try waitUntil("all hold their locks") { try all.allSatisfy { try $0.has("agno_migration_journal") } }
        #expect(runs.allSatisfy { $0.isRunning })
        for (one, run) in zip(all, runs) {
            let outcome = try run.wait()
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            #expect(try one.manager().verify().isVerified)
        }
    }
}
