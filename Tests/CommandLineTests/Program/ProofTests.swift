import Foundation
import LosslessJSON
import Testing

@Suite("Proofs on the command line")
struct ProofTests {
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
        -----END PRIVATE KEY-----

        """
    /// That of the key above, and one of another.
    private static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=
        -----END PUBLIC KEY-----

        """
    private static let otherKey = publicKey.replacing("A6EHv", with: "A6EHw")

    private func proved() async throws -> Folder {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        try folder.write(Self.key, to: "key.pem")
        try folder.write(Self.publicKey, to: "public.pem")
        try folder.write(Self.otherKey, to: "other.pem")
        let up = try await Program.run(
            "up", "--db", "agno.db", "--proof", "up.json", "--proof-key", "key.pem", "--json", in: folder)
        #expect(up.status == 0, "\(up.errors)")
        #expect(try up.document.at("databases.0.proof") == "up.json")
        return folder
    }

    private func check(_ folder: Folder, _ more: String...) async throws -> Program.Outcome {
        try await Program.run(["check-proof", "up.json", "--db", "agno.db"] + more, in: folder)
    }

    @Test("A proof is confirmed until a row changes, and no content is in it")
    func confirmed() async throws {
        let folder = try await proved()
        let good = try await check(folder, "--proof-key", "public.pem", "--json")
        #expect(good.status == 0, "\(good.errors)")
        #expect(try good.document.at("databases.0.confirmed") == true)
        #expect(try good.document.at("databases.0.signature") == "known_key")
        let document = String(decoding: try folder.bytes(of: "up.json"), as: UTF8.self)
        for word in ["Ann", "user-", "session-0", "gpt"] { #expect(!document.contains(word), "\(word)") }
        try folder.execute("UPDATE agno_runs SET status = 'OTHER' WHERE rowid = 3")
        let changed = try await check(folder)
        #expect(changed.status == 4)
        #expect(changed.text.contains("differs: agno_runs, column status"))
    }

    @Test("A document that was changed, and one of another key, are not believed")
    func signature() async throws {
        let folder = try await proved()
        #expect(try await check(folder, "--proof-key", "other.pem").status == 4)
        let document = String(decoding: try folder.bytes(of: "up.json"), as: UTF8.self)
        try folder.write(document.replacing("\"tool_version\": \"", with: "\"tool_version\": \"x"), to: "up.json")
        let forged = try await check(folder)
        #expect(forged.status == 4)
        #expect(forged.text.contains("the signature is not that of the document"))
        for text in ["", "{}", "[1]", "{\"format\": 1}"] {
            try folder.write(text, to: "up.json")
            #expect(try await check(folder).status == 2, "\(text)")
        }
    }

    @Test("A proof that cannot be written ends the command before anything is changed")
    func refused() async throws {
        let folder = try await proved()
        try await folder.sample("2.0.0", "next.db")
        let before = try folder.bytes(of: "next.db")
        let up = { (arguments: [String]) in
            try await Program.run(["up", "--db", "next.db"] + arguments, in: folder).status
        }
        #expect(try await up(["--proof", "up.json"]) == 2)
        #expect(try await up(["--proof", "missing/up.json"]) == 2)
        #expect(try await up(["--proof", "new.json", "--dry-run"]) == 2)
        #expect(try await up(["--proof", "new.json", "--db", "agno.db"]) == 2)
        #expect(try await up(["--proof-key", "key.pem"]) == 2)
        #expect(try await up(["--proof", "new.json", "--proof-key", "public.pem"]) == 2)
        #expect(try await up(["--proof", "new.json", "--proof-key", "agno.db"]) == 2)
        #expect(try folder.bytes(of: "next.db") == before)
        #expect(try !folder.files.contains("new.json"))
    }

    @Test("What is destroyed with consent is no proof, and the document says so")
    func destroyed() async throws {
        let folder = try await proved()
        try folder.execute("UPDATE agno_memories SET feedback = 'good' WHERE rowid = 1")
        let down = try await Program.run(
            "down", "--db", "agno.db", "--target", "2.0.0", "--yes", "--discard", "--allow-data-loss", "--proof",
            "down.json", in: folder)
        #expect(down.status == 4)
        #expect(down.errors.contains("down.json is no proof: values of feedback of agno_memories were destroyed"))
        let document = try JSONValue(parsing: Array(try folder.bytes(of: "down.json")))
        #expect(try document.at("proved") == false)
    }
}
