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
        // Nothing may be added to what is signed, nor may a number end the program.
        let additions = [
            ("{", "{\"approved_by\": \"nobody\","), ("{", "{\"proved\": false,"),
            ("\"format\": 1", "\"format\": 1, \"source\": null"), ("\"format\": 1", "\"format\": 2"),
        ]
        for (old, new) in additions {
            let position = try #require(document.firstRange(of: old))
            try folder.write(document.replacingCharacters(in: position, with: new), to: "up.json")
            #expect(try await check(folder).status == 2, "\(new)")
        }
        try folder.write(
            document.replacing(/"rows": \d+/, with: "\"rows\": \(Int64.max)").replacing(
                /"count": \d+/, with: "\"count\": \(Int64.max)"), to: "up.json")
        #expect(try await check(folder).status == 4)
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
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link.json"), withDestinationPath: "missing/target.json")
        for file in ["missing/up.json", "", ".", "link.json", String(repeating: "n", count: 300)] {
            #expect(try await up(["--proof", file]) == 2, "\(file)")
        }
        #expect(try await up(["--proof", "new.json", "--dry-run"]) == 2)
        #expect(try await up(["--proof", "new.json", "--db", "agno.db"]) == 2)
        #expect(try await up(["--proof-key", "key.pem"]) == 2)
        #expect(try await up(["--proof", "new.json", "--proof-key", "public.pem"]) == 2)
        #expect(try await up(["--proof", "new.json", "--proof-key", "agno.db"]) == 2)
        #expect(try folder.bytes(of: "next.db") == before)
        #expect(try !folder.files.contains("new.json"))
        // One letter is a name, too, and an empty file is what a killed command leaves.
        try folder.write("", to: "x")
        #expect(try await up(["--proof", "x"]) == 0)
        #expect(try !folder.bytes(of: "x").isEmpty)
    }

    private static let journal = """
        CREATE TABLE agno_schema_versions (table_name VARCHAR NOT NULL, version VARCHAR NOT NULL, created_at VARCHAR NOT NULL,
        updated_at VARCHAR, PRIMARY KEY(table_name));
        CREATE TRIGGER other AFTER INSERT ON agno_schema_versions BEGIN
        """

    @Test(
        "What somebody else changes between the two looks is no proof",
        arguments: [
            ("UPDATE agno_memories SET created_at = 666", "agno_memories, column created_at"),
            ("DELETE FROM agno_culture", "agno_culture"), ("UPDATE agno_knowledge SET name = 'x'", "agno_knowledge"),
        ])
    func changed(_ statement: String, _ place: String) async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        try folder.execute("\(Self.journal) \(statement); END")
        let up = try await Program.run("up", "--db", "agno.db", "--proof", "up.json", in: folder)
        #expect(up.status == 4, "\(up.errors)")
        #expect(up.errors.contains("up.json is no proof: ") && up.errors.contains(place), "\(up.errors)")
    }

    @Test("Runs that get another id, or another's content, between the two looks are no proof")
    func otherRuns() async throws {
        for statement in [
            "UPDATE agno_runs SET run_id = 'x' || run_id WHERE run_id NOT LIKE 'x%'",
            "UPDATE agno_runs SET updated_at = 1, run_data = (SELECT o.run_data FROM agno_runs o WHERE o.run_id = 'run-1-1') "
                + "WHERE run_id = 'run-1-0'",
        ] {
            let folder = try Folder()
            try await folder.sample("2.0.0")
            #expect(try await Program.run("up", "--db", "agno.db", in: folder).status == 0)
            try folder.execute(
                "INSERT INTO agno_sessions (session_id, session_type, runs, created_at, updated_at) VALUES "
                    + "('new', 'agent', '[{\"run_id\":\"new-run\"}]', 1900000000, 1900000000); "
                    + "CREATE TRIGGER other AFTER INSERT ON agno_migration_journal BEGIN \(statement); END")
            let up = try await Program.run("up", "--db", "agno.db", "--proof", "up.json", in: folder)
            #expect(up.status == 4, "\(up.errors)")
            #expect(up.errors.contains("up.json is no proof: "), "\(up.errors)")
        }
    }

    @Test("A table without its key is known by whole rows, and a database without tables proves nothing")
    func noKey() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        try folder.execute(
            "CREATE TABLE c AS SELECT name, summary FROM agno_culture; DROP TABLE agno_culture; ALTER TABLE c RENAME TO agno_culture; "
                + "INSERT INTO agno_culture VALUES ('n', 's'); \(Self.journal) DELETE FROM agno_culture; END")
        let up = try await Program.run("up", "--db", "agno.db", "--proof", "up.json", in: folder)
        #expect(up.status != 0 && up.errors.contains("agno_culture"), "\(up.errors)")
        try folder.write("", to: "empty.db")
        let empty = try await Program.run("up", "--db", "empty.db", "--proof", "empty.json", in: folder)
        #expect(empty.status == 4)
    }

    @Test("A copy lists the elements that stay in the source, and says that parked values do")
    func copy() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        try folder.execute(
            "INSERT INTO agno_sessions (session_id, session_type, runs, created_at) VALUES "
                + "('odd', 'agent', '[{\"run_id\":\"x\"},{\"run_id\":\"x\"},7]', 1)")
        #expect(try await Program.run("up", "--db", "agno.db", in: folder).status == 0)
        let copy = { (name: String) in
            try await Program.run(
                "copy", "--db", "agno.db", "--to", "sqlite:///\(name).db", "--proof", "\(name).json", in: folder)
        }
        #expect(try await copy("listed").status == 0)
        let document = try JSONValue(parsing: Array(try folder.bytes(of: "listed.json")))
        let left = try #require(document["elsewhere"]?.arrayValue?.first { $0["kind"]?.stringValue == "left_out" })
        #expect(left["gone"]?["count"]?.int64Value == 2)
        try folder.execute("UPDATE agno_memories SET feedback = 'good'")
        #expect(try await Program.run("down", "--db", "agno.db", "--target", "2.0.0", "--yes", in: folder).status == 0)
        let parked = try await copy("parked")
        #expect(parked.status == 4)
        #expect(parked.errors.contains("parked values and rows stay in the source"))
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
