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
}
