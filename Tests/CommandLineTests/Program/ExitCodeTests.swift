import Foundation
import LosslessJSON
import Testing

@Suite("Exit codes of the program")
struct ExitCodeTests {
    @Test("0: done, and nothing to do the second time")
    func done() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let first = try await Program.run("up", "--db", "agno.db", in: folder)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.text.contains("migrated"))
        let second = try await Program.run("up", "--db", "agno.db", in: folder)
        #expect(second.status == 0)
        #expect(second.text.contains("nothing to do"))
        #expect(second.errors.isEmpty)
        for command in ["verify", "status", "plan", "history"] {
            #expect(try await Program.run(command, "--db", "agno.db", in: folder).status == 0)
        }
    }

    @Test("0: down and up again")
    func downAndUp() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        for command in [["down", "--target", "2.0.0"], ["up"], ["verify"]] {
            let outcome = try await Program.run(command + ["--db", "agno.db"], in: folder)
            #expect(outcome.status == 0, "\(command) \(outcome.errors)")
        }
    }

    @Test("A target may be written in three ways", arguments: ["2.5.0", "v2.5.0", "2.5"])
    func targets(text: String) async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        let document = try await Program.run(
            "up", "--db", "agno.db", "--target", text, "--table", "Memory", "--json", in: folder
        ).document
        #expect(try document.at("databases.0.tables").arrayValue?.count == 1)
        #expect(try document.at("databases.0.tables.0.to") == "2.5.0")
    }

    @Test("3: status --exit-code with something pending, 0 without the flag and when nothing is")
    func pending() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        #expect(try await Program.run("status", "--db", "agno.db", in: folder).status == 0)
        let pending = try await Program.run("status", "--db", "agno.db", "--exit-code", "--json", in: folder)
        #expect(pending.status == 3)
        #expect(try pending.document.at("ok") == true)
        _ = try await Program.run("up", "--db", "agno.db", in: folder)
        #expect(try await Program.run("status", "--db", "agno.db", "--exit-code", in: folder).status == 0)
    }

    @Test("4: verification finds a missing index")
    func drift() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        try folder.execute("DROP INDEX idx_agno_eval_runs_user_id")
        let outcome = try await Program.run("verify", "--db", "agno.db", "--json", in: folder)
        #expect(outcome.status == 4, "\(outcome.text) \(outcome.errors)")
        #expect(try outcome.document.at("ok") == false)
        #expect(try outcome.document.at("databases.0.verified") == false)
    }

    @Test("0: a wait timeout may be longer than any duration")
    func endlessWait() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let outcome = try await Program.run("up", "--db", "agno.db", "--wait-timeout", "1e300", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("5: the lock is taken, and the time to wait is up")
    func locked() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let lock = try HeldLock(of: "agno.db", in: folder)
        let outcome = try await Program.run("up", "--db", "agno.db", "--wait-timeout", "0", in: folder)
        #expect(outcome.status == 5, "\(outcome.errors)")
        #expect(outcome.errors.contains("process 1 on test-host"))
        withExtendedLifetime(lock) {}
    }

    @Test("6: a table is refused because of its rows, with their keys")
    func refused() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6")
        let columns =
            "name, method, endpoint, cron_expr, timezone, timeout_seconds, max_retries, "
            + "retry_delay_seconds, enabled, created_at"
        try folder.execute(
            "INSERT INTO agno_schedules (id, \(columns)) SELECT 'twin', \(columns) FROM agno_schedules")
        let outcome = try await Program.run(
            "up", "--db", "agno.db", "--table", "schedules", "--table", "evals", "--json", in: folder)
        #expect(outcome.status == 6, "\(outcome.errors)")
        #expect(outcome.errors.contains("error: sqlite:///agno.db: agno_schedules 3.0.0 refused: "))
        let schedules = try outcome.document.at("databases.0.tables").first("type", "schedules")
        #expect(try schedules.at("outcome") == "refused")
        let step = try schedules.at("steps.0")
        #expect(
            step.keys == ["version", "outcome", "changes", "rows", "seconds", "code", "message", "remedy", "row_keys"])
        #expect(try step.at("row_keys").arrayValue?.isEmpty == false)
        let evals = try outcome.document.at("databases.0.tables").first("type", "evals")
        #expect(try evals.at("outcome") == "migrated")
        let dryRun = try await Program.run(
            "up", "--db", "agno.db", "--table", "schedules", "--dry-run", in: folder)
        #expect(dryRun.status == 6)
    }

    @Test("1: a table fails and nothing succeeds; the error is on standard error, the outcome is a result")
    func failed() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6")
        try folder.execute(
            "CREATE TRIGGER no BEFORE DELETE ON agno_metrics BEGIN SELECT RAISE(ABORT, 'no'); END;"
                + "UPDATE agno_metrics SET completed = 0")
        let outcome = try await Program.run("up", "--db", "agno.db", "--table", "metrics", in: folder)
        #expect(outcome.status == 1, "\(outcome.text) \(outcome.errors)")
        #expect(outcome.errors.contains("error: sqlite:///agno.db: agno_metrics 3.0.0 failed: "))
        #expect(outcome.text.contains("failed"))
        let json = try await Program.run("up", "--db", "agno.db", "--table", "metrics", "--json", in: folder)
        #expect(json.errors.contains("error: "))
        #expect(try json.document.at("databases.0.tables.0.outcome") == "failed")
        let partial = try await Program.run(
            "up", "--db", "agno.db", "--table", "metrics", "--table", "evals", in: folder)
        #expect(partial.status == 7)
    }

    @Test("7: one database fails, another succeeds")
    func partial() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let outcome = try await Program.run(
            "up", "--db", "nowhere.db", "--db", "agno.db", "--json", in: folder)
        #expect(outcome.status == 7)
        let document = try outcome.document
        #expect(try document.at("ok") == false)
        #expect(document["error"] == nil)
        let failed = try document.at("databases.0")
        #expect(failed.keys == ["id", "dialect", "error", "tables"])
        #expect(try failed.at("error").keys == ["code", "message", "remedy"])
        #expect(try failed.at("tables").arrayValue?.isEmpty == true)
        #expect(try document.at("databases.1.tables.0.outcome") == "migrated")
    }

    @Test("All databases fail: their code if they agree, else 1")
    func allFail() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        try folder.execute("UPDATE agno_schema_versions SET version = '9.0.0'")
        let same = try await Program.run("up", "--db", "a.db", "--db", "b.db", in: folder)
        #expect(same.status == 10)
        let different = try await Program.run("up", "--db", "a.db", "--db", "agno.db", in: folder)
        #expect(different.status == 1)
    }

    @Test("8: values would be lost; they are listed, and nothing is touched without consent")
    func dataLoss() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        try folder.execute("UPDATE agno_memories SET feedback = 'good' WHERE rowid <= 2")
        let before = try folder.bytes(of: "agno.db")
        let refused = try await Program.run("down", "--db", "agno.db", "--target", "2.0.0", "--discard", in: folder)
        #expect(refused.status == 8)
        #expect(refused.errors.contains("would be lost: values of feedback in 2 rows of agno_memories"))
        let document = try await Program.run(
            "down", "--db", "agno.db", "--target", "2.0.0", "--discard", "--json",
            in: folder
        ).document
        #expect(document.keys == ["schema_version", "command", "ok", "error", "databases"])
        #expect(try document.at("error.code") == "data_loss_not_allowed")
        #expect(try document.at("error.losses.0").keys == ["table", "what", "rows"])
        #expect(try document.at("error.losses.0.rows") == 2)
        #expect(try folder.bytes(of: "agno.db") == before)
        let allowed = try await Program.run(
            "down", "--db", "agno.db", "--target", "2.0.0", "--discard", "--allow-data-loss", in: folder)
        #expect(allowed.status == 0, "\(allowed.errors)")
    }

    @Test("10: no permission", .disabled(if: getuid() == 0, "root may read everything"))
    func noPermission() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        chmod(folder.path("agno.db"), 0)
        #expect(try await Program.run("status", "--db", "agno.db", in: folder).status == 10)
    }
}
