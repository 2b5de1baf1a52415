import AgnoMigrate
import DurabilitySupport
import Foundation
import LosslessJSON
import Testing

@Suite("The service in a process of its own", .serialized, .timeLimit(.minutes(5)))
struct ProcessTests {
    private static func configuration(_ database: TestDatabase, _ more: String = "") -> String {
        """
        \(more)
        [[database]]
        id = "db"
        url = "sqlite:///\(database.path)"
        """
    }

    @Test("SIGTERM stops a job, its client gets an answer, and the process exits with 0")
    func termination() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let lock = try HeldLock(of: database.path)
        let service = try await ServiceProcess(configuration: Self.configuration(database), in: folder)
        async let waiting = service.send("POST", "/databases/db/migrate")
        while try await service.json("GET", "/jobs")["jobs"]?.arrayValue?.isEmpty != false {}
        service.process.send(SIGTERM)
        let answer = try await waiting
        #expect(answer.status == 503)
        #expect(answer.text.contains("\"interrupted\""))
        let outcome = try await service.process.outcome()
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("status=interrupted"))
        lock.release()
        #expect(try database.stamps.isEmpty)
    }

    @Test("A service that was killed during a job knows it afterwards as unfinished, and the next request finishes it")
    func kill() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder, sessions: 4000)
        let first = try await ServiceProcess(configuration: Self.configuration(database), in: folder)
        let accepted = try await first.json("POST", "/databases/db/migrate?async=true")
        let id = try #require(accepted["id"]?.stringValue)
        // The first thing that a run commits is that it has begun.
        func entries() -> Int {
            (try? database.number("SELECT COUNT(*) FROM agno_migration_journal WHERE event = 'step'")) ?? 0
        }
        while entries() == 0 { try #require(first.process.isRunning) }
        first.process.kill()
        #expect(try await first.process.outcome().signal == SIGKILL)

        let second = try await ServiceProcess(configuration: Self.configuration(database), in: folder)
        let job = try await second.json("GET", "/jobs/\(id)")
        #expect(job["status"]?.stringValue == "unfinished")
        #expect(try await second.send("GET", "/readyz").status == 503)
        #expect(try await second.send("POST", "/databases/db/migrate").status == 200)
        #expect(try await second.send("GET", "/jobs/\(id)").text.contains("unfinished"), "it did not finish it")
        second.process.send(SIGTERM)
        #expect(try await second.process.outcome().exitCode == 0)
        #expect(try await MigrationManager(database.opened).verify().isVerified)
    }

    @Test("Secrets are in neither the log nor the answers, and the right key is needed")
    func secrets() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let configuration = Self.configuration(database, "[auth]\nsecurity_key = \"${KEY}\"")
        let service = try await ServiceProcess(
            configuration: configuration, in: folder, environment: ["KEY": "sesame-open"])
        #expect(try await service.send("GET", "/databases").status == 401)
        #expect(try await service.send("GET", "/databases?token=sesame-open").status == 401)
        #expect(try await service.json("GET", "/info")["auth_mode"] == "security_key")
        service.process.send(SIGINT)
        let outcome = try await service.process.outcome()
        #expect(outcome.exitCode == 0)
        #expect(!outcome.errors.contains("sesame"))
        #expect(outcome.errors.contains("route=/databases status=401"))
    }

    @Test(
        "What is wrong with the configuration ends the program with 2 before it listens",
        arguments: [
            ("[server]\nhost = \"0.0.0.0\"", "without authentication"),
            ("[server]\nprt = 1", "unknown key 'server.prt'; did you mean 'port'?"),
            ("[server]\nkey_file = \"key.pem\"", "certificate_file"),
            ("[server]\ncertificate_file = \"none.pem\"\nkey_file = \"none.pem\"", "certificate"),
            ("[auth.jwt]\nalgorithm = \"HS256\"", "auth.jwt.key is missing"),
            ("[auth.jwt]\nalgorithm = \"none\"\nkey = \"sesame\"", "unknown algorithm"),
            ("[auth.jwt]\nkey = \"sesame\"", "the key is not valid for RS256"),
            ("[cors]\norigins = \"https://example.org\"", "must be a list"),
        ])
    func configuration(text: String, words: String) async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("agno-migrate.toml")
        let database = TestDatabase(path: folder.file("agno.db"))
        try Data(Self.configuration(database, text).utf8).write(to: URL(fileURLWithPath: file))
        let process = try ChildProcess(
            ServiceProcess.executable, ["serve", "--config", file, "--port", "0"], environment: [:], limit: .seconds(60)
        )
        let outcome = try await process.outcome()
        #expect(outcome.exitCode == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(!outcome.errors.contains("sesame"))
        #expect(!outcome.errors.contains("listening"))
    }

    @Test("A port in use ends the program with 2 and an error")
    func takenPort() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let first = try await ServiceProcess(configuration: Self.configuration(database), in: folder)
        let port = try #require(first.base.split(separator: ":").last)
        let second = try ChildProcess(
            ServiceProcess.executable,
            ["serve", "--config", folder.file("agno-migrate.toml"), "--port", String(port), "--json"], environment: [:],
            limit: .seconds(60))
        let outcome = try await second.outcome()
        #expect(outcome.exitCode == 2)
        #expect(outcome.errors.contains("cannot listen on"))
        #expect(try JSONValue(parsing: outcome.output)["ok"] == false, "one document, also on failure")
    }
}
