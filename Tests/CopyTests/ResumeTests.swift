import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import MigrationCore
import SQLDialects
import Testing

/// A copy that was stopped at any moment is finished by the same command, and ends as one that was not.
@Suite("Copies that are stopped and resumed", .serialized, .timeLimit(.minutes(10)))
struct ResumeTests {
    @Test("An interruption between batches is reported, and the next run copies the rest")
    func interrupted() throws {
        let (source, target) = (try Place(.sqlite, sample: .latest, sessions: 200), try Place(.postgresql))
        let interruption = Interruption()
        let writes = Counter()
        let driver = HookedDriver(try target.database().makeDriver()) { sql, _ in
            if sql.hasPrefix("INSERT"), sql.contains("agno_sessions"), writes.next() == 3 { interruption.request() }
        }
        let report = try source.copy(to: target, driver: driver) {
            $0.interruption = interruption
            $0.batchBytes = 4000
        }.run()
        #expect(report.interrupted && !report.isSuccess)
        let sessions = try #require(report.table("sessions"))
        #expect(sessions.outcome == .incomplete && sessions.copied > 0 && sessions.copied < 200)
        #expect(try target.count("agno_sessions") == sessions.copied)
        let again = try source.copy(to: target).run()
        #expect(again.shortcomings == [])
        #expect(again.table("sessions")?.alreadyThere == sessions.copied)
        #expect(again.table("sessions")?.copied == 200 - sessions.copied)
        #expect(try target.contents().differences(from: source.contents()) == [])
    }

    @Test(
        "A copy that was killed before a statement is finished by the next",
        arguments: [(Server.sqlite, 13), (.postgresql, 23), (.mariadb, 17)])
    func killed(_ server: Server, _ stride: Int) async throws {
        let source = try Place(.sqlite, sample: .latest, sessions: 8)
        let places = Targets(server: server)
        let (empty, done) = (try places.copy("", as: "empty"), try places.copy("", as: "done"))
        defer {
            places.remove(empty)
            places.remove(done)
        }
        let command = KillMatrix<Targets>.Command("copy", ["from=\(source.url)"])
        let statements = try await FaultRunner.mustSucceed("copy", done, command.arguments)
        let matrix = try KillMatrix(
            places, of: empty, command: command, then: [command], becomes: done, statements: statements,
            .before(stride: stride, from: 1))
        #expect(try await matrix.run().prefix(20) == [])
    }
}

/// Empty databases for a kill matrix of copies.
private struct Targets: DatabaseCopies {
    let server: Server
    private let directory = try? TemporaryDirectory()

    init(server: Server) { self.server = server }

    func copy(_ original: String, as name: String) throws -> String {
        guard server != .sqlite else { return directory?.file("\(name).db") ?? "" }
        var generator = SystemRandomNumberGenerator()
        return try server.create("agno_copy_kill_" + String(generator.next(), radix: 36))
    }

    func remove(_ database: String) {
        guard server == .sqlite else {
            try? server.drop(database)
            return
        }
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(database + suffix) }
    }

    func contents(of database: String, mayHaveGoneBack: Bool) throws -> Contents {
        try server.database(database).makeDriver().withConnection(for: .create) { try Contents(of: $0) }
    }

    func differences(_ found: Contents, from expected: Contents) -> [String] {
        Set(found.lines.keys) == Set(expected.lines.keys)
            ? found.differences(from: expected) : ["the tables are \(found.lines.keys.sorted())"]
    }

    func problems(of database: String) throws -> [String] { [] }

    func isUnfinished(_ database: String, after outcome: ChildProcess.Outcome) -> Bool {
        guard server == .sqlite else { return outcome.errors.contains("transaction=open") }
        var info = stat()
        return stat(database + "-journal", &info) == 0 && info.st_size > 0
    }
}
