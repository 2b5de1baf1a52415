import Foundation
import LosslessJSON
import Testing

@Suite("import-v1 on the command line")
struct ImportV1Tests {
    /// A file as a program of 1.8.4 leaves it.
    private func folder(bad: Bool = false) throws -> Folder {
        let folder = try Folder()
        let run =
            #"{"run_id": "r1", "agent_id": "a", "content": "Private words", "messages": [{"role": "user", "content": "hi"}]}"#
        let runs = bad ? "[\(run), 17]" : "[\(run)]"
        try folder.execute(
            """
            CREATE TABLE agents (session_id VARCHAR NOT NULL PRIMARY KEY, user_id VARCHAR, memory JSON, session_data JSON,
            extra_data JSON, created_at INTEGER, updated_at INTEGER, agent_id VARCHAR, agent_data JSON, team_session_id VARCHAR);
            INSERT INTO agents (session_id, agent_id, memory, created_at) VALUES ('s1', 'a', '{"runs": \(runs)}', 1751328000);
            CREATE TABLE memory (id VARCHAR NOT NULL PRIMARY KEY, user_id VARCHAR, memory VARCHAR,
            created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP);
            INSERT INTO memory (id, memory) VALUES ('m1', '{''memory'': ''likes tea''}');
            """, in: "v1.db")
        return folder
    }

    @Test("Alone it finds the tables, names them, imports them, and has nothing to do the second time")
    func alone() async throws {
        let folder = try folder()
        let first = try await Program.run("import-v1", "--db", "sqlite:///v1.db", in: folder)
        #expect(first.status == 0, "\(first.errors)")
        #expect(
            first.errors.contains("found agents: v1 agent sessions")
                && first.errors.contains("found memory: v1 memories"))
        #expect(first.text.contains("every row is accounted for"))
        let second = try await Program.run("import-v1", "--db", "v1.db", "--json", in: folder)
        #expect(second.status == 0)
        let tables = try second.document.at("databases.0.tables")
        #expect(tables.arrayValue?.map { $0["already_there"]?.int64Value } == [1, 1])
        #expect(tables.arrayValue?.map { $0["written"]?.int64Value } == [0, 0])
        #expect(try await Program.run("verify", "--db", "v1.db", in: folder).status == 0)
    }

    @Test("Its document has the members that are promised, in a dry run too")
    func document() async throws {
        let folder = try folder(bad: true)
        let before = try folder.bytes(of: "v1.db")
        let looked = try await Program.run("import-v1", "--db", "v1.db", "--dry-run", "--json", in: folder)
        #expect(looked.status == 6)
        #expect(try folder.bytes(of: "v1.db") == before)
        #expect(folder.filesAreOnly("v1.db"))
        let done = try await Program.run("import-v1", "--db", "v1.db", "--json", in: folder)
        #expect(done.status == 6)
        for (outcome, isDry) in [(looked, true), (done, false)] {
            let document = try outcome.document
            #expect(document["command"]?.stringValue == "import-v1" && document["dry_run"]?.boolValue == isDry)
            #expect(document["ok"]?.boolValue == false)
            let table = try document.at("databases.0.tables.0")
            #expect(table["table"]?.stringValue == "agents" && table["kind"]?.stringValue == "agent_sessions")
            for (member, count) in [
                ("read", 1), ("written", 1), ("already_there", 0), ("quarantined", 0), ("quarantined_parts", 1),
            ] {
                #expect(table[member]?.int64Value == Int64(count), "\(member)")
            }
            let row = try #require(table["quarantined_rows"]?[0])
            #expect(row["key"]?.stringValue == "s1" && row["part"]?.stringValue == "memory.runs[1]")
            #expect(row["reason"]?.stringValue == "not_an_object")
        }
    }

    @Test("No output holds row contents")
    func contents() async throws {
        let folder = try folder(bad: true)
        for more in [["--dry-run"], ["--verbose"], ["--json"]] {
            let outcome = try await Program.run(["import-v1", "--db", "v1.db"] + more, in: folder)
            #expect(!(outcome.text + outcome.errors).contains("Private"), "\(more)")
        }
        let history = try await Program.run("history", "--db", "v1.db", in: folder)
        #expect(history.text.contains("import-v1") && !history.text.contains("Private"))
    }

    @Test("Another file can be written into, and is made")
    func otherFile() async throws {
        let folder = try folder()
        let before = try folder.bytes(of: "v1.db")
        let looked = try await Program.run(
            "import-v1", "--db", "v1.db", "--to", "sqlite:///new.db", "--dry-run", in: folder)
        #expect(looked.status == 0, "\(looked.errors)")
        #expect(try folder.files == ["v1.db"])
        let done = try await Program.run(
            "import-v1", "--db", "v1.db", "--to", "sqlite:///new.db", "--table-name", "sessions=mine", "--json",
            in: folder)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try done.document.at("databases.0.target.dialect").stringValue == "sqlite")
        #expect(try folder.bytes(of: "v1.db") == before)
        let status = try await Program.run("status", "--db", "new.db", "--table-name", "sessions=mine", in: folder)
        #expect(status.text.contains("mine") && status.text.contains("agno_memories"))
    }

    @Test("Memories inside sessions are reported as imported or, beside a table of memories, as not imported")
    func userMemories() async throws {
        let folder = try folder()
        try folder.execute(
            """
            UPDATE agents SET memory = '{"memories": {"u": {"m2": {"memory": "Private words"}}}, "runs": []}'
            """, in: "v1.db")
        let left = try await Program.run("import-v1", "--db", "v1.db", "--to", "sqlite:///left.db", in: folder)
        #expect(left.status == 0 && (left.text + left.errors).contains("inside sessions, not imported: 1"))
        try folder.execute("DROP TABLE memory", in: "v1.db")
        let brought = try await Program.run("import-v1", "--db", "v1.db", "--to", "sqlite:///new.db", in: folder)
        #expect(brought.status == 0 && (brought.text + brought.errors).contains("inside sessions, imported: 1"))
        #expect(!(brought.text + brought.errors).contains("Private"))
        let again = try await Program.run("import-v1", "--db", "v1.db", "--to", "sqlite:///new.db", in: folder)
        #expect(again.status == 0 && !(again.text + again.errors).contains("inside sessions"))
    }

    @Test("A file that can only be read is good enough for a look")
    func readOnly() async throws {
        let folder = try folder()
        chmod(folder.path("v1.db"), 0o444)
        chmod(folder.url.path, 0o555)
        let outcome = try await Program.run("import-v1", "--db", "v1.db?mode=ro", "--dry-run", in: folder)
        let plain = try await Program.run("import-v1", "--db", "sqlite:///file:v1.db?mode=ro", "--dry-run", in: folder)
        #expect(plain.status == 0, "\(plain.errors)")
        #expect(outcome.status == 10, "a question mark belongs to a path")
    }

    @Test("Wrong use is a usage error and touches nothing")
    func usage() async throws {
        let folder = try folder()
        let before = try folder.bytes(of: "v1.db")
        for arguments in [
            ["--batch-size", "0"], ["--batch-size", "-3"], ["--agent-sessions", "nothing"],
            ["--team-sessions", "agents"],
            ["--table-name", "sessions=agents"], ["--v1-schema", "x"], ["--to", "nonsense://x"],
        ] {
            let outcome = try await Program.run(["import-v1", "--db", "v1.db"] + arguments, in: folder)
            #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
        }
        #expect(try folder.bytes(of: "v1.db") == before)
    }

    @Test("Without v1 tables the import changes nothing and warns")
    func nothing() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        let outcome = try await Program.run("import-v1", "--db", "agno.db", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("no tables of Agno 1.x or phidata 2.x found"))
    }

    @Test("A missing source is an error and creates no target")
    func noSource() async throws {
        let folder = try Folder()
        let outcome = try await Program.run("import-v1", "--db", "none.db", "--to", "new.db", in: folder)
        #expect(outcome.status == 10)
        #expect(try folder.files == [])
    }

    @Test("A signal stops it at a safe point, and the same command finishes")
    func interrupted() async throws {
        // On a busy machine the import can end before the signal comes.
        for _ in 1..<5 where try await isInterrupted() { return }
        #expect(try await isInterrupted())
    }

    /// Whether the signal came while the import was at work.
    private func isInterrupted() async throws -> Bool {
        let folder = try folder()
        try folder.execute(
            """
            WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60000)
            INSERT INTO agents (session_id, agent_id, memory, created_at)
            SELECT 'more' || n, 'a', replace('{"runs": [{"run_id": "x", "agent_id": "a", "content": "c"}]}', '"x"', '"x' || n || '"'), 5
            FROM n
            """, in: "v1.db")
        let child = try Child(["import-v1", "--db", "v1.db", "--batch-size", "50"], in: folder)
        #expect(try await child.waits(for: "found agents"))
        try await Task.sleep(for: .milliseconds(100))
        child.send(SIGINT)
        let outcome = try await child.outcome()
        if outcome.status == 0 { return false }
        #expect(outcome.status == 130, "\(outcome.errors)")
        #expect(outcome.errors.contains("run the same command again"))
        let again = try await Program.run("import-v1", "--db", "v1.db", "--json", in: folder)
        #expect(again.status == 0, "\(again.errors)")
        let table = try again.document.at("databases.0.tables.0")
        #expect(table["read"]?.int64Value == 60_001 && (table["written"]?.int64Value ?? 0) > 0)
        return true
    }

    @Test("Neither URL's password is ever printed")
    func secrets() async throws {
        let folder = try folder()
        let secret = "s3cr3t-Pa55"
        let server = "postgresql://app:\(secret)@127.0.0.1:1/agno"
        for arguments in [
            ["--db", "v1.db", "--to", server], ["--db", server, "--to", "new.db"], ["--db", server],
            ["--db", "v1.db", "--to", "postgresql://app:\(secret)@127.0.0.1:port/agno"],
            ["--db", "v1.db", "--too", server], ["--db", "v1.db", "--to" + server],
            ["--db", "v1.db", "--to" + server + "?sslmode=disable"], ["--db", "v1.db", server],
        ] {
            for more in [["--verbose"], ["--json"]] {
                let outcome = try await Program.run(["import-v1"] + arguments + more, in: folder)
                #expect(outcome.status != 0)
                #expect(!(outcome.text + outcome.errors).contains("cr3t"), "\(outcome.text)\(outcome.errors)")
            }
        }
    }
}

extension Folder {
    func filesAreOnly(_ name: String) -> Bool { (try? files) == [name] }
}
