import AgnoMigrate
import Foundation
import LosslessJSON
import Testing

@Suite("--json writes exactly one document, with its keys in order")
struct JSONTests {
    private static let beginning = ["schema_version", "command", "ok"]

    private func document(
        _ arguments: String..., in folder: Folder, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        let outcome = try await Program.run(arguments + ["--json"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
        let document = try outcome.document
        #expect(document["schema_version"] == 1, sourceLocation: sourceLocation)
        #expect(document["command"]?.stringValue == arguments[0], sourceLocation: sourceLocation)
        #expect(document["ok"] == true, sourceLocation: sourceLocation)
        return document
    }

    @Test("Up")
    func up() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let document = try await document("up", "--db", "sqlite:///agno.db", in: folder)
        #expect(document.keys == Self.beginning + ["databases"])
        let database = try document.at("databases.0")
        #expect(
            database.keys == [
                "id", "dialect", "server_version", "schema", "tables", "dependents", "seconds", "warnings",
            ])
        #expect(try database.at("dialect") == "sqlite")
        #expect(try database.at("schema").isNull)
        let table = try database.at("tables").first("type", "memories")
        #expect(
            table.keys == [
                "type", "name", "from", "to", "outcome", "steps", "quarantined", "quarantined_rows", "drift",
                "repaired", "parked", "restored",
            ])
        #expect(try table.at("from") == "2.0.0")
        #expect(try table.at("to").stringValue == .latest)
        let step = try table.at("steps.0")
        #expect(step.keys == ["version", "outcome", "changes", "rows", "seconds"])
        #expect(try step.at("outcome") == "applied")
        let absent = try database.at("tables").first("type", "tasks")
        #expect(try absent.at("outcome") == "absent")
        #expect(try absent.at("from").isNull)
    }

    @Test("Run elements that cannot be placed are counted and listed, and are no failure")
    func quarantine() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6")
        try folder.execute(
            """
            UPDATE agno_sessions SET runs = json('[{"agent_id": "a"}, 7]')
            WHERE session_id = (SELECT min(session_id) FROM agno_sessions)
            """)
        let document = try await document("up", "--db", "agno.db", in: folder)
        let sessions = try document.at("databases.0.tables").first("type", "sessions")
        #expect(try sessions.at("quarantined") == 2)
        #expect(try sessions.at("quarantined_rows.0").keys == ["key", "position", "reason"])
        #expect(try sessions.at("quarantined_rows.0.position") == 0)
    }

    @Test("Plan, and the dry runs that show one")
    func plan() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.0")
        let plan = try await document("plan", "--db", "agno.db", in: folder)
        #expect(plan.keys == Self.beginning + ["databases"])
        let up = try await document("up", "--dry-run", "--db", "agno.db", in: folder)
        #expect(up.keys == ["schema_version", "command", "dry_run", "ok", "databases"])
        #expect(try up.at("dry_run") == true)
        #expect(try up.at("databases") == plan.at("databases"))
        let database = try plan.at("databases.0")
        #expect(
            database.keys
                == [
                    "id", "dialect", "server_version", "schema", "direction", "target", "digest", "tables", "warnings",
                    "missing_privileges",
                ])
        #expect(try database.at("digest").stringValue?.count == 64)
        let table = try database.at("tables").first("type", "evals")
        #expect(
            table.keys == [
                "type", "name", "from", "to", "outcome", "steps", "dependents", "repairs", "parks", "phases",
            ])
        let step = try table.at("steps").first("version", "3.0.0")
        #expect(step.keys == ["version", "outcome", "changes", "skipped", "statements", "rows", "losses"])
        #expect(try step.at("statements").arrayValue?.isEmpty == false)
        let down = try await document("down", "--dry-run", "--target", "2.0.0", "--db", "agno.db", in: folder)
        #expect(try down.at("databases.0.direction") == "down")
        let alsoDown = try await document("plan", "--down", "--target", "2.0.0", "--db", "agno.db", in: folder)
        #expect(try down.at("databases") == alsoDown.at("databases"))
    }

    @Test("Plan --output writes the document to a file and the words to standard output")
    func planOutput() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.0")
        let plan = try await document("plan", "--db", "agno.db", in: folder)
        let outcome = try await Program.run("plan", "--db", "agno.db", "--output", "plan.json", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("nothing was written; digest"))
        #expect(try JSONValue(parsing: Array(folder.bytes(of: "plan.json"))) == plan)
        let impossible = try await Program.run(
            "plan", "--db", "agno.db", "--output", "nowhere/plan.json", "--json", in: folder)
        #expect(impossible.status == 1)
        #expect(try impossible.document.at("error.code") == "output")
    }

    @Test("Status")
    func status() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.0")
        let database = try await document("status", "--db", "agno.db", in: folder).at("databases.0")
        #expect(
            database.keys
                == [
                    "id", "dialect", "server_version", "schema", "pending", "known_tables", "elsewhere",
                    "parked", "newer_than_program", "tables", "warnings",
                ])
        let table = try database.at("tables").first("type", "sessions")
        #expect(table.keys == ["type", "name", "exists", "stamp", "shape", "pending", "agrees", "differences"])
        #expect(try table.at("stamp") == "2.5.0")
        #expect(try table.at("pending.1") == "3.0.0")
        let unstamped = try Folder()
        try await unstamped.sample("2.0.0")
        let old = try await document("status", "--db", "agno.db", in: unstamped)
        #expect(try old.at("databases.0.tables").first("type", "sessions").at("stamp").isNull)
    }

    @Test("Verify")
    func verify() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        let database = try await document("verify", "--db", "agno.db", in: folder).at("databases.0")
        #expect(
            database.keys == ["id", "dialect", "server_version", "schema", "verified", "tables", "warnings"])
        #expect(
            try database.at("tables.0").keys == [
                "type", "name", "exists", "version", "rows", "mismatches", "tolerated", "sql",
            ])
    }

    @Test("Cleanup")
    func cleanup() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6")
        _ = try await Program.run("up", "--db", "agno.db", in: folder)
        let document = try await document("cleanup", "--dry-run", "--db", "agno.db", in: folder)
        #expect(document.keys == ["schema_version", "command", "dry_run", "ok", "databases"])
        #expect(
            try document.at("databases.0").keys
                == [
                    "id", "dialect", "table", "outcome", "sessions", "covered", "deleted_since", "uncovered",
                    "uncovered_rows",
                ])
        #expect(try document.at("databases.0.outcome") == "would_drop")
        let done = try await self.document("cleanup", "--db", "agno.db", in: folder)
        #expect(try done.at("dry_run") == false)
        #expect(try done.at("databases.0.outcome") == "dropped")
        let again = try await self.document("cleanup", "--db", "agno.db", in: folder)
        #expect(try again.at("databases.0.outcome") == "nothing_to_do")
    }

    @Test("History")
    func history() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6")
        #expect(
            try await document("history", "--db", "agno.db", in: folder).at("databases.0.entries").arrayValue?.isEmpty
                == true)
        _ = try await Program.run("up", "--db", "agno.db", in: folder)
        let database = try await document("history", "--db", "agno.db", in: folder).at("databases.0")
        #expect(database.keys == ["id", "dialect", "entries"])
        #expect(
            try database.at("entries.0").keys
                == [
                    "run", "recorded_at", "tool", "command", "table", "version", "event", "outcome", "rows", "seconds",
                    "key", "position", "code",
                ])
    }

    @Test("Versions")
    func versions() async throws {
        let folder = try Folder()
        let document = try await document("versions", in: folder)
        #expect(document.keys == Self.beginning + ["versions"])
        #expect(
            try document.at("versions").arrayValue?.map { $0["version"]?.stringValue }
                == SchemaVersion.known.map(\.description))
        let only = try await self.document("versions", "2.3", in: folder)
        let table = try only.at("versions.0.tables").first("type", "memories")
        #expect(table.keys == ["type", "changes"])
        #expect(try table.at("changes.0").keys == ["dialects", "changes"])
    }

    @Test("Sample")
    func sample() async throws {
        let folder = try Folder()
        let document = try await document("sample", "--version", "2.3.0", "--db", "agno.db", in: folder)
        #expect(try document.at("databases.0").keys == ["id", "dialect", "version", "tables", "rows"])
        #expect(try document.at("databases.0.version") == "2.3.0")
    }

    @Test(
        "A failure is a document too",
        arguments: [
            (["up", "--db", "nowhere.db"], "up", "cannot_connect", 10), (["up", "--tagret", "3"], "up", "usage", 2),
            (["up", "--db", "x.db", "--target", "9.9.9"], "up", "usage", 2), (["statsu"], nil, "usage", 2),
            ([], nil, "usage", 2), (["status", "--config", "nowhere.toml"], "status", "configuration", 2),
            (["verify", "--db", "postgresql://u:p@h:99999/d"], "verify", "usage", 2),
            (["down", "--db", "x.db"], "down", "usage", 2),
        ] as [([String], String?, String, Int32)])
    func failures(arguments: [String], command: String?, code: String, status: Int32) async throws {
        let folder = try Folder()
        let outcome = try await Program.run(arguments + ["--json"], in: folder)
        #expect(outcome.status == status)
        let document = try outcome.document
        #expect(document.keys == ["schema_version", "command", "ok", "error", "databases"])
        #expect(document["command"]?.stringValue == command)
        #expect(document["ok"] == false)
        #expect(try document.at("error").keys == ["code", "message", "remedy"])
        #expect(try document.at("error.code").stringValue == code)
        #expect(try document.at("databases") == [])
        #expect(outcome.errors.hasPrefix("error: "))
    }
}
