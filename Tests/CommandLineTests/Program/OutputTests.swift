import Foundation
import LosslessJSON
import Testing

@Suite("Results on standard output, everything else on standard error")
struct OutputTests {
    @Test("Progress is on standard error, and --quiet leaves it out")
    func streams() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0", "a.db")
        try await folder.sample("2.0.0", "b.db")
        let loud = try await Program.run("up", "--db", "a.db", in: folder)
        #expect(loud.errors.contains("agno_memories 2.3.0: applied"))
        #expect(!loud.text.contains("applied"))
        #expect(!loud.errors.contains("\r"))
        let quiet = try await Program.run("up", "--db", "b.db", "--quiet", in: folder)
        #expect(quiet.errors.isEmpty)
        #expect(quiet.text.contains("agno_memories"))
        let json = try await Program.run("down", "--db", "b.db", "--target", "2.0.0", "--json", in: folder)
        #expect(json.errors.contains("applied"))
        _ = try json.document
    }

    @Test(
        "Off a terminal there are no colours, whatever the environment says", arguments: [[:], ["CLICOLOR_FORCE": "1"]])
    func noColors(environment: [String: String]) async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        for command in [["status"], ["plan"], ["up"], ["verify"], ["history"], ["versions"]] {
            let arguments = command == ["versions"] ? command : command + ["--db", "agno.db"]
            let outcome = try await Program.run(arguments, in: folder, environment: environment)
            #expect(!(outcome.text + outcome.errors).contains("\u{1B}"), "\(command)")
        }
    }

    @Test(
        "Help and version are results", arguments: [["--help"], ["-h"], ["help"], ["up", "--help"], ["help", "down"]])
    func help(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments, in: Folder())
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        #expect(outcome.text.contains("agno-migrate"))
        #expect(outcome.text.contains("--db sqlite:///agno.db"), "there is an example")
    }

    @Test(
        "Every command has help with an example",
        arguments: ["up", "down", "status", "plan", "verify", "cleanup", "history", "versions", "sample"])
    func commandHelp(command: String) async throws {
        let outcome = try await Program.run(command, "--help", in: Folder())
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("\n  agno-migrate \(command)"))
    }

    @Test("The root help lists the exit codes")
    func exitCodesInHelp() async throws {
        let text = try await Program.run("--help", in: Folder()).text
        for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "130"] {
            #expect(text.contains("\n\(code) "), "\(code)")
        }
        #expect(text.contains("143"))
    }

    @Test("The version", arguments: [["--version"], ["up", "--version"], ["--verbose", "status", "--version"]])
    func version(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments, in: Folder())
        #expect(outcome.status == 0)
        #expect(outcome.text.wholeMatch(of: /agno-migrate \d+\.\d+\.\d+\n/) != nil)
    }

    @Test("Completions know commands, options, table types and versions", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) async throws {
        let outcome = try await Program.run("--generate-completion-script", shell, in: Folder())
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        for word in ["status", "cleanup", "allow-data-loss", "schedule_runs", "2.5.6", "singlestore"] {
            #expect(outcome.text.contains(word), "\(word)")
        }
    }

    @Test("A table name with control characters cannot disturb the terminal")
    func controlCharacters() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let name = "evil\u{1B}[2J\nname"
        try folder.execute("ALTER TABLE agno_eval_runs RENAME TO \"\(name)\"")
        let outcome = try await Program.run("up", "--db", "agno.db", "--table-name", "evals=\(name)", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(!(outcome.text + outcome.errors).contains("\u{1B}"))
        #expect(outcome.text.contains("evil\\u{1b}[2J\\u{a}name"))
    }
}
