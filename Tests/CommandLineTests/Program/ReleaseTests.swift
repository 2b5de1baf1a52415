import AgnoMigrate
import Foundation
import LosslessJSON
import Testing

@Suite("Releases of Agno on the command line")
struct ReleaseTests {
    @Test(
        "A release as target means its schema version, with a note on standard error and in the document",
        arguments: [["up"], ["plan"], ["up", "--dry-run"], ["db", "migrate"]])
    func target(_ command: [String]) async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let option = command == ["db", "migrate"] ? "--target-version" : "--target"
        let outcome = try await Program.run(command + ["--db", "agno.db", option, "2.4.7", "--json"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("note: Agno 2.4.7 uses schema version 2.3.0"))
        let document = try outcome.document
        #expect(document["notes"] == ["Agno 2.4.7 uses schema version 2.3.0"])
        #expect(document.keys.suffix(2) == ["notes", "databases"])
        let memories = try document.at("databases.0.tables").first("type", "memories")
        #expect(try memories.at("to") == "2.3.0")
    }

    @Test("A schema version as target keeps its meaning, without a note")
    func version() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let outcome = try await Program.run("up", "--db", "agno.db", "--target", "2.5.6", "--json", in: folder)
        #expect(outcome.status == 0 && outcome.errors.contains("note") == false)
        #expect(try outcome.document["notes"] == nil)
        let memories = try outcome.document.at("databases.0.tables").first("type", "memories")
        #expect(try memories.at("to") == "2.5.6")
    }

    @Test("Down goes to the schema of a release")
    func down() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        let outcome = try await Program.run("down", "--db", "agno.db", "--target", "2.9.0", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("note: Agno 2.9.0 uses schema version 2.5.6"))
        #expect(try folder.texts("SELECT DISTINCT version FROM agno_schema_versions") == ["2.5.6"])
    }

    @Test("An unknown release is refused with the newest known one", arguments: ["3.2.0", "2.4.9"])
    func unknown(_ text: String) async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let before = try folder.bytes(of: "agno.db")
        for command in [["up", "--target"], ["check", "--app"]] {
            let outcome = try await Program.run(command + [text, "--db", "agno.db"], in: folder)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("newest known release"))
            #expect(outcome.errors.contains("3.1.10"))
        }
        #expect(try folder.bytes(of: "agno.db") == before)
    }

    @Test("versions --releases lists them, also as JSON")
    func releases() async throws {
        let folder = try Folder()
        let text = try await Program.run("versions", "--releases", in: folder)
        #expect(text.status == 0)
        #expect(text.text.contains("2.5.6"))
        let document = try await Program.run("versions", "--releases", "--json", in: folder).document
        #expect(document.keys == ["schema_version", "command", "ok", "releases"])
        let releases = document["releases"]?.arrayValue ?? []
        #expect(releases.count == ReleaseRange.all.count)
        #expect(releases.first?.keys == ["first", "last", "schema_version", "stamp"])
        #expect(releases.first?["stamp"] == .null)
        #expect(releases.last?["last"] == "3.1.10")
        #expect(try await Program.run("versions", "2.4.0", "--json", in: folder).document["notes"] != nil)
        #expect(try await Program.run("versions", "2.3.0", "--releases", in: folder).status == 2)
    }
}
