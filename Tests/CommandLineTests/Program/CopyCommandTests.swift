import Foundation
import LosslessJSON
import Testing

@Suite("copy on the command line")
struct CopyCommandTests {
    @Test("It copies a file, says so, and has nothing to do the second time")
    func plain() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        let before = try folder.bytes(of: "agno.db")
        let first = try await Program.run("copy", "--db", "sqlite:///agno.db", "--to", "sqlite:///new.db", in: folder)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.text.contains("every row is in the target") && first.text.contains("agno_runs"))
        let second = try await Program.run("copy", "--db", "agno.db", "--to", "new.db", "--json", in: folder)
        #expect(second.status == 0)
        let document = try second.document
        #expect(document["command"]?.stringValue == "copy" && document["ok"]?.boolValue == true)
        let database = try document.at("databases.0")
        #expect(database["version"]?.stringValue == .latest)
        #expect(try database.at("target.dialect").stringValue == "sqlite")
        let tables = try #require(database["tables"]?.arrayValue)
        #expect(tables.count == 15)
        for table in tables {
            #expect(
                table.keys == [
                    "type", "name", "outcome", "rows", "copied", "already_there", "refused", "refused_rows", "changed",
                    "changed_rows", "only_in_target", "left_out", "reason", "seconds",
                ])
            #expect(table["outcome"]?.stringValue == "copied" && table["copied"]?.int64Value == 0)
            #expect(table["already_there"]?.int64Value == table["rows"]?.int64Value)
        }
        #expect(try folder.bytes(of: "agno.db") == before)
        #expect(try await Program.run("verify", "--db", "new.db", in: folder).status == 0)
        let history = try await Program.run("history", "--db", "new.db", in: folder)
        #expect(history.text.contains("copy"))
    }

    @Test("A dry run writes nothing")
    func dryRun() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        let outcome = try await Program.run("copy", "--db", "agno.db", "--to", "new.db", "--dry-run", in: folder)
        #expect(
            outcome.status == 0 && outcome.text.contains("nothing was written") && outcome.text.contains("would copy"))
        #expect(try folder.files == ["agno.db"])
    }

    @Test("A row that differs is listed by key and column, without its contents, and the exit code is 6")
    func refused() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        _ = try await Program.run("copy", "--db", "agno.db", "--to", "new.db", in: folder)
        try folder.execute("UPDATE agno_memories SET input = 'Private words'", in: "new.db")
        for more in [[], ["--json"], ["--verbose"], ["--dry-run"]] {
            let outcome = try await Program.run(["copy", "--db", "agno.db", "--to", "new.db"] + more, in: folder)
            #expect(outcome.status == 6, "\(outcome.errors)")
            #expect(outcome.text.contains("memory-1") && outcome.text.contains("differs"))
            #expect(!(outcome.text + outcome.errors).contains("Private"))
        }
    }

    @Test("What cannot be copied is refused with its remedy, and no target is made")
    func refusals() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        _ = try await Program.run("up", "--db", "agno.db", "--table", "memories", in: folder)
        let mixed = try await Program.run("copy", "--db", "agno.db", "--to", "new.db", in: folder)
        #expect(mixed.status == 4 && mixed.errors.contains("not at one version"))
        #expect(mixed.errors.contains("run agno-migrate up"))
        let same = try await Program.run("copy", "--db", "agno.db", "--to", "sqlite:///./agno.db", in: folder)
        #expect(same.status == 2 && same.errors.contains("same database"))
        let missing = try await Program.run("copy", "--db", "none.db", "--to", "new.db", in: folder)
        #expect(missing.status == 10)
        for arguments in [
            ["--db", "agno.db"], ["--db", "agno.db", "--db", "x.db", "--to", "y.db"],
            ["--db", "agno.db", "--to", "nonsense://x"], ["--db", "agno.db", "--to", "new.db", "--to-schema", "x"],
        ] {
            #expect(try await Program.run(["copy"] + arguments, in: folder).status == 2, "\(arguments)")
        }
        #expect(try folder.files == ["agno.db"])
    }

    @Test("Neither URL's password is ever printed")
    func secrets() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        let server = "postgresql://app:s3cr3t-Pa55@127.0.0.1:1/agno"
        for arguments in [["--db", "agno.db", "--to", server], ["--db", server, "--to", "new.db"], ["--to", server]] {
            for more in [["--verbose"], ["--json"]] {
                let outcome = try await Program.run(["copy"] + arguments + more, in: folder)
                #expect(outcome.status != 0 && !(outcome.text + outcome.errors).contains("cr3t"))
            }
        }
    }

    @Test("A signal stops it at a safe point, and the same command finishes")
    func interrupted() async throws {
        for _ in 1..<5 where try await isInterrupted() { return }
        #expect(try await isInterrupted())
    }

    /// Whether the signal came while the copy was at work.
    private func isInterrupted() async throws -> Bool {
        let folder = try Folder()
        try await folder.sample(.latest, sessions: 5000)
        let child = try Child(["copy", "--db", "agno.db", "--to", "new.db"], in: folder)
        try await Task.sleep(for: .milliseconds(500))
        child.send(SIGINT)
        let outcome = try await child.outcome()
        if outcome.status == 0 { return false }
        #expect(outcome.status == 130 && outcome.errors.contains("run the same command again"), "\(outcome.errors)")
        let again = try await Program.run("copy", "--db", "agno.db", "--to", "new.db", "--json", in: folder)
        #expect(again.status == 0, "\(again.errors)")
        return true
    }
}
