import Foundation
import Testing

@Suite("On a terminal", .timeLimit(.minutes(30)))
struct TerminalTests {
    @Test("There are colours, unless they are not wanted")
    func colors() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let status = ["status", "--db", "agno.db"]
        #expect(try await Terminal(status, in: folder).outcome().text.contains("\u{1B}["))
        #expect(try await !Terminal(status + ["--no-color"], in: folder).outcome().text.contains("\u{1B}["))
        #expect(
            try await !Terminal(status, in: folder, environment: ["NO_COLOR": "1"]).outcome().text.contains("\u{1B}["))
        #expect(
            try await !Terminal(status, in: folder, environment: ["TERM": "dumb"]).outcome().text.contains("\u{1B}["))
    }

    @Test("A dumb terminal gets lines instead of a bar")
    func dumb() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let outcome = try await Terminal(["up", "--db", "agno.db"], in: folder, environment: ["TERM": "dumb"]).outcome()
        #expect(outcome.status == 0)
        #expect(!outcome.text.contains("\u{1B}"))
        #expect(outcome.text.contains("agno_memories 2.3.0: applied"))
    }

    @Test("The bar goes away")
    func bar() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let outcome = try await Terminal(["up", "--db", "agno.db"], in: folder).outcome()
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("\r\u{1B}[K"))
        #expect(!outcome.text.contains("2.3.0: applied"))
    }

    @Test("Down asks; anything but yes does nothing", arguments: ["n", "", "yep"])
    func declined(answer: String) async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        let before = try folder.bytes(of: "agno.db")
        let terminal = try Terminal(["down", "--db", "agno.db", "--target", "2.0.0"], in: folder)
        terminal.type(answer)
        let outcome = await terminal.outcome()
        #expect(outcome.status == 1)
        #expect(outcome.text.contains("Migrate down? [y/N]"))
        #expect(outcome.text.contains("nothing was changed"))
        #expect(try folder.bytes(of: "agno.db") == before)
    }

    @Test("Down asks once for several databases and continues after yes")
    func confirmed() async throws {
        let folder = try Folder()
        try await folder.sample(.latest, "a.db")
        try await folder.sample(.latest, "b.db")
        let terminal = try Terminal(["down", "--db", "a.db", "--db", "b.db", "--target", "2.0.0"], in: folder)
        terminal.type("y")
        let outcome = await terminal.outcome()
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.text.components(separatedBy: "Migrate down?").count == 2)
    }

    @Test("Down does not ask with --yes, in a dry run, or when there is nothing to do")
    func notAsked() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        let down = ["down", "--db", "agno.db", "--target", "2.0.0"]
        for arguments in [down + ["--dry-run"], down + ["--yes"], down] {
            let outcome = try await Terminal(arguments, in: folder).outcome()
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(!outcome.text.contains("[y/N]"))
        }
    }
}
