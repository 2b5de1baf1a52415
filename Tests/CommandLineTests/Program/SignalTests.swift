import Foundation
import LosslessJSON
import Testing

@Suite("Signals stop at a safe point", .timeLimit(.minutes(30)))
struct SignalTests {
    @Test(
        "The exit code names the signal, and the same command resumes afterwards",
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func interrupted(signal: Int32, status: Int32) async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let before = try folder.bytes(of: "agno.db")
        let lock = try HeldLock(of: "agno.db", in: folder)
        let child = try Child(["up", "--db", "agno.db", "--json"], in: folder)
        #expect(try await child.waits(for: "another migration holds the lock (process 1 on test-host"))
        child.send(signal)
        let outcome = try await child.outcome()
        #expect(!child.wasKilled)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains("run the same command again"))
        #expect(try outcome.document.at("error.code") == "interrupted")
        #expect(try outcome.document.at("ok") == false)
        #expect(try folder.bytes(of: "agno.db") == before)
        withExtendedLifetime(lock) {}
    }

    @Test("A signal ends a large move early; the same command resumes it")
    func earlyEnd() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6", sessions: 20_000)
        let child = try Child(["up", "--db", "agno.db", "--verbose"], in: folder)
        #expect(try await child.waits(for: "CREATE TABLE \"agno_runs\""))
        child.send(SIGTERM)
        let outcome = try await child.outcome()
        #expect(!child.wasKilled)
        #expect(outcome.status == 143, "\(outcome.errors)")
        #expect(outcome.errors.contains("stopping at the next safe point"))
        #expect(outcome.text.contains("unfinished"))
        let again = try await Program.run("up", "--db", "agno.db", in: folder)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try await Program.run("verify", "--db", "agno.db", in: folder).status == 0)
    }

    @Test("Work on later databases does not begin after a signal, and the document lists them")
    func laterDatabases() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0", "a.db")
        try await folder.sample("2.0.0", "b.db")
        let before = try folder.bytes(of: "b.db")
        let lock = try HeldLock(of: "a.db", in: folder)
        let child = try Child(["up", "--db", "a.db", "--db", "b.db", "--json"], in: folder)
        #expect(try await child.waits(for: "another migration holds the lock"))
        child.send(SIGINT)
        let outcome = try await child.outcome()
        #expect(outcome.status == 130)
        #expect(try outcome.document.at("databases.1.error.code") == "interrupted")
        #expect(try folder.bytes(of: "b.db") == before)
        withExtendedLifetime(lock) {}
    }

    @Test("A waiting process continues when the lock is released, and reports both")
    func lockGivenBack() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        var lock: HeldLock? = try HeldLock(of: "agno.db", in: folder)
        let child = try Child(["up", "--db", "agno.db"], in: folder)
        #expect(try await child.waits(for: "another migration holds the lock"))
        _ = lock.take()
        let outcome = try await child.outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("the lock is free"))
    }

    @Test("A closed pipe is not an error")
    func brokenPipe() async throws {
        let folder = try Folder()
        let shell = try Child(
            ["-c", "set -o pipefail; '\(Program.executable.path)' versions | head -n 1; echo ${PIPESTATUS[0]}"],
            in: folder,
            executable: URL(fileURLWithPath: "/bin/bash"))
        let outcome = try await shell.outcome()
        #expect(outcome.text.split(separator: "\n").last == "0")
        #expect(outcome.errors.isEmpty)
    }

    @Test("A full disk behind standard output is an error")
    func fullOutput() async throws {
        let folder = try Folder()
        let shell = try Child(
            ["-c", "'\(Program.executable.path)' versions >/dev/full"], in: folder,
            executable: URL(fileURLWithPath: "/bin/bash"))
        let outcome = try await shell.outcome()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("cannot write the result"))
    }
}
