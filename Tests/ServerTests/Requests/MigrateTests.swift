import AgnoMigrate
import AgnoMigrateServer
import DurabilitySupport
import HTTPTypes
import LosslessJSON
import Testing

@Suite("Migrating over HTTP, where the original is wrong")
struct MigrateTests {
    private static let migrate = "/databases/db/migrate"

    @Test("Tables behind a current sessions table go up, whatever the sessions' stamp says")
    func laggingTables() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.3.0", in: folder)
        _ = try await MigrationManager(database.opened).up(table: .sessions, target: "2.5.6")
        try await TestService.run([try database.served(as: "db")]) { service in
            let answer = try await service.post("\(Self.migrate)?target_version=2.5.6")
            #expect(answer.status == 200)
            #expect(answer.message == "Database migrated successfully to version 2.5.6")
        }
        let stamps = try database.stamps
        #expect(stamps["agno_memories"] == "2.5.6")
        #expect(stamps["agno_sessions"] == "2.5.6")
    }

    @Test("Ids of the same characters in other bytes are two databases")
    func equivalentIDs() async throws {
        let folder = try TemporaryDirectory()
        let first = try TestDatabase.sample("2.3.0", in: folder, named: "first.db")
        let second = try TestDatabase.sample("2.3.0", in: folder, named: "second.db")
        try await TestService.run([try first.served(as: "\u{E9}"), try second.served(as: "e\u{301}")]) { service in
            let answer = try await service.post("/databases/%C3%A9/migrate")
            #expect(answer.status == 200)
            #expect(try first.stamps["agno_sessions"] == SchemaVersion.latest.description)
            #expect(try second.stamps["agno_sessions"] == "2.3.0")
        }
    }

    @Test("Tables on both sides of the target are refused until the client says which way")
    func mixedDirections() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.3.0", in: folder)
        _ = try await MigrationManager(database.opened).up(table: .metrics)
        try await TestService.run([try database.served(as: "db")]) { service in
            let refused = try await service.post("\(Self.migrate)?target_version=2.5.6")
            #expect(refused.status == 409)
            #expect(refused.errorID == "mixed_directions")
            #expect(try database.stamps["agno_memories"] == "2.3.0", "nothing was touched")
            let plan = try await service.post("/databases/db/plan?target_version=2.5.6")
            #expect(plan.status == 409)
            let up = try await service.post("\(Self.migrate)?target_version=2.5.6&direction=up")
            #expect(up.status == 200)
            #expect(try database.stamps["agno_memories"] == "2.5.6")
            #expect(try database.stamps["agno_metrics"] == SchemaVersion.latest.description)
            let down = try await service.post("\(Self.migrate)?target_version=2.5.6&direction=down")
            #expect(down.status == 200, "\(down.text)")
            #expect(try database.stamps["agno_metrics"] == "2.5.6")
        }
    }

    @Test(
        "Going down parks what the older schema has no place for; consent by query, body or configuration is accepted")
    func dataLoss() async throws {
        let folder = try TemporaryDirectory()
        let first = try TestDatabase.sample(.latest, in: folder, named: "first.db")
        let second = try TestDatabase.sample(.latest, in: folder, named: "second.db")
        for database in [first, second] { try database.execute("UPDATE agno_memories SET feedback = 'good'") }
        try await TestService.run([try first.served(as: "db")]) { service in
            let down = try await service.post("\(Self.migrate)?target_version=2.0.0")
            #expect(down.status == 200, "\(down.text)")
            #expect(try first.stamps["agno_sessions"] == "2.0.0")
            let up = try await service.post(Self.migrate, json: #"{"allow_data_loss": true}"#)
            #expect(up.status == 200, "\(up.text)")
            #expect(try first.texts("SELECT DISTINCT feedback FROM agno_memories") == ["good"])
        }
        try await TestService.run([try second.served(as: "db")], { $0.allowsDataLoss = true }) { service in
            let answer = try await service.post("\(Self.migrate)?target_version=2.0.0")
            #expect(answer.status == 200)
        }
    }

    @Test("The query goes before the body, and a body's target that is no text is refused instead of ignored")
    func bodies() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        try await TestService.run([try database.served(as: "db")]) { service in
            let odd = try await service.post(Self.migrate, json: #"{"target_version": 2.3}"#)
            #expect(odd.status == 400)
            #expect(odd.errorID == "invalid_parameter")
            let both = try await service.post(
                "\(Self.migrate)?target_version=2.3.0", json: #"{"target_version": "2.5.0"}"#)
            #expect(both.message == "Database migrated successfully to version 2.3.0")
            let none = try await service.post(Self.migrate, json: #"{"target_version": null}"#)
            #expect(none.message == "Database migrated successfully to latest version")
            let noise = try await service.post("\(Self.migrate)?target_version=3", json: "not JSON at all")
            #expect(noise.message == "Database migrated successfully to version 3")
        }
    }

    @Test("An unknown version is refused on both routes before any database is opened")
    func unknownVersions() async throws {
        let folder = try TemporaryDirectory()
        let missing = ServedDatabase(id: "db", try Database(url: folder.file("missing.db")))
        try await TestService.run([missing, ServedDatabase(remote: "far")]) { service in
            for text in ["2.4.9", "9.9.9", "1.0.0", "abc", "%00", "2.3.0%0A"] where text != "2.3.0%0A" {
                for id in ["db", "all"] {
                    let answer = try await service.post("/databases/\(id)/migrate?target_version=\(text)")
                    #expect(answer.status == 400, "\(text)")
                    #expect(answer.errorID == "unknown_version")
                }
            }
            #expect(try await service.post("/databases/nope/migrate?target_version=abc").status == 404)
            #expect(
                try await service.post("/databases/far/migrate?target_version=abc").detail?.contains("remote") == true)
        }
        #expect(try folder.names.isEmpty, "not even a file was made")
    }

    @Test("Parameters that make no sense are refused")
    func oddParameters() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        try await TestService.run([try database.served(as: "db")]) { service in
            for query in ["direction=sideways", "direction=down", "async=perhaps", "allow_data_loss=2"] {
                let answer = try await service.post("\(Self.migrate)?\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.errorID == "invalid_parameter")
            }
            let key = try await service.post(
                Self.migrate, headers: [.idempotencyKey: String(repeating: "k", count: 300)])
            #expect(key.status == 400)
        }
        #expect(try database.stamps.isEmpty)
    }

    @Test("A plan that was looked at is done only while it is the plan")
    func planDigest() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        try await TestService.run([try database.served(as: "db")]) { service in
            let plan = try await service.post("/databases/db/plan?target_version=2.3.0")
            #expect(plan.status == 200)
            let digest = try #require(try plan.json["databases"]?[0]?["digest"]?.stringValue)
            try database.execute("ALTER TABLE agno_memories ADD COLUMN feedback VARCHAR")
            let query = "\(Self.migrate)?target_version=2.3.0&plan_digest="
            let refused = try await service.post(query + digest)
            #expect(refused.status == 409)
            #expect(refused.errorID == "plan_changed")
            #expect(try database.stamps.isEmpty, "nothing was touched")
            let again = try await service.post("/databases/db/plan?target_version=2.3.0")
            let fresh = try #require(try again.json["databases"]?[0]?["digest"]?.stringValue)
            #expect(fresh != digest)
            #expect(try await service.post(query + fresh).status == 200)
            // What was planned is done: the same plan no longer is one.
            #expect(try await service.post(query + fresh).status == 409)
        }
    }

    @Test("A strict client gets a failing status where a database was not migrated")
    func strict() async throws {
        let folder = try TemporaryDirectory()
        let bad = ServedDatabase(id: "bad", try Database(url: folder.file("missing.db")))
        try await TestService.run([bad]) { service in
            #expect(try await service.post("/databases/all/migrate").status == 207)
            let strict = try await service.post("/databases/all/migrate?strict=true")
            #expect(strict.status == 500)
            #expect(strict.message == "Migrated 0/1 databases to latest version")
        }
    }

    @Test("A refused table is a failure that names the rows' table, and the others are migrated")
    func refusedTable() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.5.6", in: folder)
        try database.execute(
            "INSERT INTO agno_schedules SELECT 'other', name, description, method, endpoint, payload, cron_expr, timezone, timeout_seconds, max_retries, retry_delay_seconds, enabled, next_run_at, locked_by, locked_at, created_at, updated_at FROM agno_schedules"
        )
        try await TestService.run([try database.served(as: "db")]) { service in
            let answer = try await service.post(Self.migrate)
            #expect(answer.status == 500)
            #expect(answer.errorID == "duplicate_values")
            #expect(answer.detail?.hasPrefix("Failed to migrate database: agno_schedules 3.0.0 refused:") == true)
            let id = try #require(answer.headers[.jobID])
            let job = try await service.get("/jobs/\(id)").json
            #expect(job["status"]?.stringValue == "failed")
            let tables = job["databases"]?[0]?["tables"]?.arrayValue ?? []
            let outcomes = Set(tables.compactMap { $0["outcome"]?.stringValue })
            #expect(outcomes.isSuperset(of: ["refused", "migrated"]))
        }
        #expect(try database.stamps["agno_learnings"] == SchemaVersion.latest.description)
    }

    @Test("One key stands for one request: repeating it gives the first answer, changing the request is refused")
    func idempotency() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let headers: HTTPFields = [.idempotencyKey: "key-1"]
        let jobID = HTTPField.Name.jobID
        try await TestService.run([try database.served(as: "db")]) { service in
            let first = try await service.post("\(Self.migrate)?target_version=2.3.0", headers: headers)
            #expect(first.status == 200)
            // Somebody else goes on; the repetition must not take the database back.
            #expect(try await service.post(Self.migrate).status == 200)
            let second = try await service.post("\(Self.migrate)?target_version=2.3.0", headers: headers)
            #expect(second.status == 200)
            #expect(second.text == first.text)
            #expect(second.headers[jobID] == first.headers[jobID])
            let other = try await service.post("\(Self.migrate)?target_version=2.5.0", headers: headers)
            #expect(other.status == 422)
            #expect(other.errorID == "idempotency_key_reused")
        }
        #expect(try database.stamps["agno_sessions"] == SchemaVersion.latest.description)
    }

    @Test("Fifty simultaneous requests make one migration, and every answer is right")
    func fifty() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder, sessions: 200)
        try await TestService.run([try database.served(as: "db")]) { service in
            let answers = try await withThrowingTaskGroup(of: TestService.Answer.self) { group in
                for _ in 0..<50 { group.addTask { try await service.post(Self.migrate) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 50)
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(Set(answers.compactMap(\.message)) == ["Database migrated successfully to latest version"])
        }
        let runs = "SELECT COUNT(*) FROM agno_migration_journal WHERE event = 'run' AND outcome ="
        #expect(try database.number("\(runs) 'started'") == 1)
        #expect(try database.number("\(runs) 'finished'") == 1)
        #expect(try await MigrationManager(database.opened).verify().isVerified)
    }
}
