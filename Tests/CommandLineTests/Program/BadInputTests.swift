import AgnoMigrate
import Foundation
import LosslessJSON
import Testing

@Suite("Bad input gets a clear message, the right exit code, and nothing is touched")
struct BadInputTests {
    /// An error is one line, a remedy another, and nothing is on standard output.
    private func expectUsage(
        _ arguments: [String], says text: String, in folder: Folder, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await Program.run(arguments, in: folder, environment: environment)
        #expect(outcome.status == 2, sourceLocation: sourceLocation)
        #expect(outcome.text.isEmpty, sourceLocation: sourceLocation)
        #expect(outcome.errors.hasPrefix("error: "), sourceLocation: sourceLocation)
        #expect(outcome.errors.contains("\n  \u{2192} "), sourceLocation: sourceLocation)
        #expect(outcome.errors.contains(text), "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(!outcome.errors.contains("\u{1B}"), sourceLocation: sourceLocation)
    }

    @Test(
        "Usage errors end with 2",
        arguments: [
            ([], "no command given"), (["statsu"], "did you mean 'status'?"),
            (["up", "--tagret", "2.3.0"], "--target"),
            (
                ["up", "--db", "x.db", "--target", "9.9.9"],
                SchemaVersion.known.map(\.description).joined(separator: ", ")
            ),
            (["up", "--db", "x.db", "--target", "2.4.9"], "unknown schema version '2.4.9'"),
            (["up", "--db", "x.db", "--target", "1.0.0"], "unknown schema version '1.0.0'"),
            (["up", "--db", "x.db", "--target", "latest"], "unknown schema version 'latest'"),
            (["up", "--db", "x.db", "--table", "sesions"], "did you mean 'sessions'?"),
            (["up", "--db", "x.db", "--table", "runs"], "unknown table type 'runs'"),
            (["up", "--db", "x.db", "--table"], "Missing value for '--table"),
            (["up", "--db", "x.db", "--wait-timeout", "soon"], "'--wait-timeout"),
            (["up", "--db", "x.db", "--wait-timeout=-1"], "0 or more"),
            (["up", "--db", "x.db", "extra"], "extra"), (["down", "--db", "x.db"], "--target"),
            (["down", "--db", "x.db", "--target", "9.9.9"], "known versions: "),
            (["plan", "--db", "x.db", "--down"], "--down requires --target"),
            (["sample", "--db", "x.db"], "--version"),
            (["sample", "--db", "x.db", "--version"], "--version"),
            (["sample", "--db", "x.db", "--version", "2.0.0", "--sessions", "many"], "--sessions"),
            (["sample", "--db", "x.db", "--version", "2.0.0", "--sessions=-1"], "--sessions"),
            (["versions", "7"], "unknown schema version '7'"), (["status"], "no database given"),
            (["status", "--db", ""], "empty"), (["status", "--db", "oracle://host/db"], "unknown scheme 'oracle'"),
            (["status", "--db", "sqlite:agno.db", "--dialect", "sqllite"], "did you mean 'sqlite'?"),
            (
                ["status", "--db", "x.db", "--dialect", "singlestore"],
                "--dialect singlestore cannot be combined with a sqlite URL"
            ),
            (["status", "--db", "sqlite://"], "memory"), (["status", "--db", "sqlite://agno.db"], "three slashes"),
            (["status", "--db", "x.db", "--table-name", "sessions"], "sessions=my_sessions"),
            (["status", "--db", "x.db", "--table-name", "session_=x"], "did you mean 'sessions'?"),
            (["status", "--db", "x.db", "--schema", "ai"], "schema 'ai' cannot be combined with a sqlite URL"),
            (["status", "--db", "x.db", "--password-file", "nowhere"], "'nowhere' does not exist"),
            (["status", "--config", "nowhere.toml"], "'nowhere.toml' does not exist"),
            (["status", "--config", "."], "is a directory"),
        ] as [([String], String)])
    func usage(arguments: [String], text: String) async throws {
        let folder = try Folder()
        try await expectUsage(arguments, says: text, in: folder)
        #expect(try folder.files.isEmpty)
    }

    @Test("An unknown version touches nothing", arguments: [["up"], ["down"], ["plan"], ["plan", "--down"]])
    func unknownVersionTouchesNothing(command: [String]) async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let before = try folder.bytes(of: "agno.db")
        let outcome = try await Program.run(command + ["--db", "agno.db", "--target", "9.9.9"], in: folder)
        #expect(outcome.status == 2)
        #expect(try folder.bytes(of: "agno.db") == before)
        #expect(try folder.files == ["agno.db"])
    }

    private static let commands = [
        ["up"], ["down", "--target", "2.0.0"], ["status"], ["plan"], ["verify"], ["cleanup"], ["history"],
        ["up", "--dry-run"],
    ]

    @Test("A file that is not there is not made", arguments: commands)
    func missingFile(command: [String]) async throws {
        let folder = try Folder()
        let outcome = try await Program.run(command + ["--db", "sqlite:///nowhere.db"], in: folder)
        #expect(outcome.status == 10)
        #expect(outcome.text.isEmpty)
        #expect(outcome.errors.contains("no file nowhere.db"))
        #expect(try folder.files.isEmpty)
    }

    @Test("A directory is not a database", arguments: commands)
    func directory(command: [String]) async throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.path("agno.db"), withIntermediateDirectories: false)
        let outcome = try await Program.run(command + ["--db", "agno.db"], in: folder)
        #expect(outcome.status == 10)
        #expect(outcome.errors.contains("is a directory"))
        #expect(try folder.files == ["agno.db"])
    }

    @Test("A file that is something else stays as it is", arguments: commands)
    func notADatabase(command: [String]) async throws {
        let folder = try Folder()
        try folder.write(String(repeating: "This is a letter, not a database.\n", count: 100), to: "agno.db")
        let before = try folder.bytes(of: "agno.db")
        let outcome = try await Program.run(command + ["--db", "agno.db"], in: folder)
        #expect(outcome.status == 10)
        #expect(outcome.errors.contains("not a SQLite database"))
        #expect(try folder.bytes(of: "agno.db") == before)
        #expect(try folder.files == ["agno.db"])
    }

    @Test("A truncated file is found out and stays as it is", arguments: [["up"], ["verify"]])
    func truncated(command: [String]) async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0", sessions: 200)
        let whole = try folder.bytes(of: "agno.db")
        let cut = whole.prefix(whole.count / 4096 / 2 * 4096)
        try cut.write(to: folder.url.appendingPathComponent("agno.db"))
        let outcome = try await Program.run(command + ["--db", "agno.db"], in: folder)
        #expect([1, 7, 10].contains(outcome.status), "\(outcome.status) \(outcome.errors) \(outcome.text)")
        #expect(!(outcome.errors + outcome.text).isEmpty)
        #expect(try folder.bytes(of: "agno.db").count == cut.count)
    }

    @Test("An empty file has nothing to migrate and stays empty", arguments: commands)
    func emptyFile(command: [String]) async throws {
        let folder = try Folder()
        try folder.write("", to: "agno.db")
        let outcome = try await Program.run(command + ["--db", "agno.db"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try folder.bytes(of: "agno.db").isEmpty)
        #expect(try folder.files == ["agno.db"])
    }

    @Test("A newer database is shown by status and left alone by everything else")
    func newerDatabase() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        try folder.execute("UPDATE agno_schema_versions SET version = '9.0.0' WHERE table_name = 'agno_sessions'")
        let before = try folder.bytes(of: "agno.db")
        for command in [["up"], ["down", "--target", "2.0.0"], ["up", "--force"], ["cleanup"]] {
            let outcome = try await Program.run(command + ["--db", "agno.db"], in: folder)
            #expect(outcome.status == 9, "\(command) \(outcome.errors)")
            #expect(outcome.errors.contains("9.0.0"))
        }
        let status = try await Program.run("status", "--db", "agno.db", "--exit-code", in: folder)
        #expect(status.status == 0)
        #expect(status.text.contains("newer than this program"))
        let document = try await Program.run("status", "--db", "agno.db", "--json", in: folder).document
        #expect(try document.at("databases.0.newer_than_program") == true)
        #expect(try folder.bytes(of: "agno.db") == before)
    }

    @Test("A sample is not made where Agno's tables are")
    func sampleTwice() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let before = try folder.bytes(of: "agno.db")
        let outcome = try await Program.run("sample", "--db", "agno.db", "--version", "2.3.0", in: folder)
        #expect(outcome.status != 0)
        #expect(try folder.bytes(of: "agno.db") == before)
    }
}
