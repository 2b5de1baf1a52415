import Foundation
import LosslessJSON
import Testing

@Suite("import-v1 --from on the command line")
struct ImportFilesTests {
    private static let session =
        #"{"session_id": "s1", "agent_id": "a", "agent_data": null, "memory": {"runs": [{"run_id": "r1", "content": "hi"}]}}"#

    private func folder(_ text: String) throws -> Folder {
        let folder = try Folder()
        try text.write(to: folder.url.appendingPathComponent("agents.json"), atomically: true, encoding: .utf8)
        return folder
    }

    @Test("Documents are imported into --db, and the document names the file")
    func imported() async throws {
        let folder = try folder(Self.session)
        let looked = try await Program.run(
            "import-v1", "--from", "agents.json", "--db", "new.db", "--dry-run", in: folder)
        #expect(looked.status == 0 && folder.filesAreOnly("agents.json"), "\(looked.errors)")
        let done = try await Program.run("import-v1", "--from", "agents.json", "--db", "new.db", "--json", in: folder)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try done.document.at("databases.0.from").stringValue == "agents.json")
        #expect(try done.document.at("databases.0.tables.0.written").int64Value == 1)
        #expect(try await Program.run("verify", "--db", "new.db", in: folder).status == 0)
        let again = try await Program.run("import-v1", "--from", "agents.json", "--db", "new.db", "--json", in: folder)
        #expect(try again.document.at("databases.0.tables.0.already_there").int64Value == 1)
    }

    @Test("A document that is none of v1 is named by its place, and nothing is written")
    func refused() async throws {
        let folder = try folder(Self.session + "\n" + #"{"session_id": "secret", "memory": {}}"#)
        let outcome = try await Program.run("import-v1", "--from", "agents.json", "--db", "new.db", in: folder)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("agents.json, line 2") && outcome.errors.contains("--kind"))
        #expect(!outcome.errors.contains("secret") && folder.filesAreOnly("agents.json"))
        let given = try await Program.run(
            "import-v1", "--from", "agents.json", "--kind", "agent_sessions", "--db", "new.db", in: folder)
        #expect(given.status == 0, "\(given.errors)")
    }

    @Test(
        "What cannot be combined or read is a usage error",
        arguments: [
            ["--from", "agents.json", "--to", "new.db"], ["--from", "agents.json", "--agent-sessions", "a"],
            ["--kind", "memories"], ["--from", "agents.json", "--kind", "other"], ["--from", "missing.json"],
        ])
    func usage(arguments: [String]) async throws {
        let folder = try folder(Self.session)
        let outcome = try await Program.run(["import-v1", "--db", "new.db"] + arguments, in: folder)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(folder.filesAreOnly("agents.json"))
    }
}
