import AgnoMigrate
import AgnoMigrateServer
import DurabilitySupport
import HTTPTypes
import LosslessJSON
import Testing

@Suite("Releases and pending migrations over HTTP")
struct ReleaseTests {
    @Test("A release as target means its schema version; the answer echoes the text and has a note")
    func target() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        try await TestService.run([try database.served(as: "db")]) { service in
            let note = JSONValue("Agno 2.4.7 uses schema version 2.3.0")
            let plan = try await service.post("/databases/db/plan?target_version=2.4.7").json
            #expect(plan["note"] == note && plan["databases"]?[0]?["target"] == "2.3.0")
            #expect(try await service.post("/databases/all/plan?target_version=2.4.7").json["note"] == note)
            let answer = try await service.post("/databases/db/migrate?target_version=2.4.7")
            #expect(answer.status == 200)
            #expect(answer.message == "Database migrated successfully to version 2.4.7")
            #expect(try answer.json["note"] == note)
            let job = try await service.get("/jobs/\(answer.headers[.jobID] ?? "")").json
            #expect(job["note"] == note && job["target_version"] == "2.4.7")
            let all = try await service.post("/databases/all/migrate?target_version=2.5.6").json
            #expect(all["note"] == nil, "a schema version needs no note")
            for text in ["3.2.0", "2.4.9"] {
                let unknown = try await service.post("/databases/db/migrate?target_version=\(text)")
                #expect(unknown.status == 400 && unknown.errorID == "unknown_version")
                #expect(unknown.detail?.hasSuffix("newest known release of Agno: \(AgnoRelease.newest)") == true)
            }
        }
        #expect(try database.stamps["agno_memories"] == "2.5.6")
    }

    @Test("/readyz?app= is ready when that release may serve on every database")
    func readiness() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.5.6", in: folder)
        try await TestService.run([try database.served(as: "db")]) { service in
            let older = try await service.get("/readyz?app=2.9.0")
            #expect(older.status == 200)
            #expect(try older.json["app"] == "2.9.0" && older.json["databases"]?["ready"] == 1)
            let newer = try await service.get("/readyz?app=\(AgnoRelease.newest)")
            #expect(newer.status == 503)
            #expect(try newer.json["databases"]?["pending"] == 1)
            #expect(try await service.get("/readyz").status == 503)
            #expect(try await service.post("/databases/db/migrate").status == 200)
            #expect(try await service.get("/readyz?app=2.9.0").status == 503)
            #expect(try await service.get("/readyz?app=\(AgnoRelease.newest)").status == 200)
            let unknown = try await service.get("/readyz?app=9.9.9")
            #expect(unknown.status == 400 && unknown.errorID == "unknown_release")
        }
        let missing = ServedDatabase(id: "db", try Database(url: folder.file("missing.db")))
        try await TestService.run([missing]) { service in
            let answer = try await service.get("/readyz?app=2.9.0")
            #expect(try answer.json["databases"]?["unreachable"] == 1)
        }
    }

    @Test("Pending migrations have the shape of Agno's coming routes, and looking writes nothing")
    func pending() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.5.6", in: folder)
        let missing = ServedDatabase(id: "missing", try Database(url: folder.file("missing.db")))
        let databases = [try database.served(as: "db"), ServedDatabase(remote: "far"), missing]
        let before = try folder.bytes
        try await TestService.run(databases) { service in
            let all = try await service.get("/databases/migrations/pending")
            #expect(all.status == 200)
            let reports = try all.json["databases"]?.arrayValue ?? []
            #expect(try all.json.objectValue?.members.compactMap(\.key.value) == ["total_pending", "databases"])
            #expect(reports.map { $0["db_id"] } == ["db", "far", "missing"])
            #expect(reports.map { $0["remote"] } == [false, true, false])
            let pending = reports[0]["pending"]?.arrayValue ?? []
            #expect(try all.json["total_pending"] == JSONValue(pending.count))
            let metrics = try #require(pending.first { $0["table_type"] == "metrics" })
            #expect(
                metrics.objectValue?.members.compactMap(\.key.value) == [
                    "table_type", "table_name", "current_version", "target_version",
                ])
            #expect(metrics["table_name"] == "agno_metrics" && metrics["current_version"] == "2.5.6")
            #expect(metrics["target_version"]?.stringValue == SchemaVersion.latest.description)
            #expect(reports[1]["pending"] == [] && reports[1]["error"] == nil)
            #expect(reports[2]["pending"] == [] && reports[2]["error_id"] == "cannot_connect")

            let one = try await service.get("/databases/db/migrations/pending").json
            #expect(one["db_id"] == "db" && one["pending"] == reports[0]["pending"])
            #expect(try await service.get("/databases/far/migrations/pending").json["remote"] == true)
            #expect(try await service.get("/databases/missing/migrations/pending").status == 500)
            let unknown = try await service.get("/databases/nope/migrations/pending")
            #expect(unknown.status == 404 && unknown.detail == "No database found with id 'nope'")
        }
        #expect(try folder.bytes == before)
        try await TestService.run([try database.served(as: "db")]) { service in
            let migrated = try await service.post("/databases/db/migrate")
            #expect(migrated.status == 200)
            #expect(try await service.get("/databases/migrations/pending").json["total_pending"] == 0)
        }
    }
}
