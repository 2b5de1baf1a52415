import AgnoMigrate
import AgnoMigrateServer
import DurabilitySupport
import Foundation
import HTTPTypes
import LosslessJSON
import Testing

@Suite("What the service says of itself")
struct ServiceTests {
    @Test("The OpenAPI document has every route, and of the original's two routes everything that was recorded")
    func openAPI() async throws {
        let recorded = try JSONValue(parsing: Fixture.text("agno-3.1.10.json"))["openapi"]
        try await TestService.run { service in
            let api = try await service.get("/openapi.json").json
            #expect(api["openapi"] == "3.1.0")
            #expect(api["info"]?["title"] == "My OS")
            let pages = ["/", "/openapi.json", "/docs", "/redoc", "/ui"]
            let wanted = Set(
                service.service.routes.filter { !pages.contains($0.path) }.map { "\($0.method) \($0.path)" })
            var found: Set<String> = []
            for path in api["paths"]?.objectValue?.members ?? [] {
                for operation in path.value.objectValue?.members ?? [] {
                    found.insert("\(operation.key.value?.uppercased() ?? "") \(path.key.value ?? "")")
                }
            }
            #expect(found == wanted)
            for path in ["/databases/all/migrate", "/databases/{db_id}/migrate"] {
                let ours = try #require(api["paths"]?[path]?["post"])
                let theirs = try #require(recorded?["paths"]?[path]?["post"])
                for key in ["tags", "summary", "operationId", "security"] {
                    #expect(ours[key] == theirs[key], "\(path) \(key)")
                }
                for parameter in theirs["parameters"]?.arrayValue ?? [] {
                    let same = ours["parameters"]?.arrayValue?.first { $0["name"] == parameter["name"] }
                    for key in ["in", "required", "schema"] { #expect(same?[key] == parameter[key], "\(path) \(key)") }
                }
                for response in theirs["responses"]?.objectValue?.members ?? [] {
                    let status = response.key.value ?? ""
                    let schema = ours["responses"]?[status]?["content"]?["application/json"]?["schema"]
                    #expect(schema == response.value["content"]?["application/json"]?["schema"], "\(path) \(status)")
                }
            }
            for name in [
                "BadRequestResponse", "UnauthenticatedResponse", "NotFoundResponse", "InternalServerErrorResponse",
            ] {
                #expect(api["components"]?["schemas"]?[name] == recorded?["schemas"]?[name], "\(name)")
            }
            #expect(api["components"]?["securitySchemes"] == recorded?["securitySchemes"])
        }
    }

    @Test("Every reference of the OpenAPI document leads somewhere")
    func references() async throws {
        try await TestService.run { service in
            let answer = try await service.get("/openapi.json")
            let schemas = try #require(try answer.json["components"]?["schemas"]?.objectValue)
            for piece in answer.text.split(separator: "#/components/schemas/").dropFirst() {
                let name = String(piece.prefix { $0 != "\"" })
                #expect(schemas[name] != nil, "\(name)")
            }
        }
    }

    @Test("The pages need nothing from elsewhere, and their policies allow nothing else", arguments: ["/ui", "/docs"])
    func pages(path: String) async throws {
        try await TestService.run { service in
            let page = try await service.get(path)
            #expect(page.status == 200)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("script-src 'sha256-"))
            #expect(!policy.contains("unsafe"))
            for foreign in ["http://", "https://", "src=", "@import", "innerHTML", " style=", " onclick="] {
                #expect(!page.text.contains(foreign), "\(foreign)")
            }
            #expect(try await service.send(.head, path).status == 200)
        }
    }

    @Test("Status shows the stamp beside the shape, per table")
    func status() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        try await TestService.run([try database.served(as: "db"), ServedDatabase(remote: "far")]) { service in
            let list = try await service.get("/databases").json
            #expect(list["databases"]?[0]?["id"] == "db")
            #expect(list["databases"]?[1]?["remote"] == true)
            #expect(list["latest_version"]?.stringValue == SchemaVersion.latest.description)
            let status = try await service.get("/databases/db/status").json
            #expect(status["databases"]?[0]?["pending"] == true)
            let memories = status["databases"]?[0]?["tables"]?.arrayValue?.first { $0["type"] == "memories" }
            #expect(memories?["stamp"] == .null)
            #expect(memories?["shape"] == "2.0.0")
            #expect(memories?["pending"]?[0] == "2.3.0")
            #expect(try await service.get("/databases/far/status").status == 400)
            #expect(try await service.get("/databases/nope/status").status == 404)
            #expect(try await service.get("/databases/db/history?limit=0").status == 400)
        }
    }

    @Test("The history without details has no entries per row or batch, however many are newer than the others")
    func historyWithoutDetails() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        _ = try await MigrationManager(database.opened).up()
        for event in ["archive", "checkpoint", "quarantine", "renamed"] {
            try database.execute(
                """
                INSERT INTO agno_migration_journal (id, run_id, event, outcome)
                WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20)
                SELECT (SELECT MAX(id) FROM agno_migration_journal) + n, 'later', '\(event)', 'kept' FROM n
                """)
        }
        try await TestService.run([try database.served(as: "db")]) { service in
            let path = "/databases/db/history?limit=10"
            let all = try await service.get(path).json["databases"]?[0]?["entries"]?.arrayValue ?? []
            #expect(all.count == 10 && all.allSatisfy { $0["event"] == "renamed" })
            let brief = try await service.get("\(path)&details=false").json["databases"]?[0]?["entries"]?.arrayValue
            #expect(brief?.count == 10)
            #expect(brief?.last?["event"] == "run" && brief?.last?["outcome"] == "finished")
            #expect(brief?.allSatisfy { ["run", "step"].contains($0["event"]?.stringValue) } == true)
            #expect(try await service.get("\(path)&details=perhaps").errorID == "invalid_parameter")
        }
    }

    @Test("A plan of all databases has an entry for each, also for one that cannot be opened, and writes nothing")
    func planAll() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let missing = ServedDatabase(id: "missing", try Database(url: folder.file("missing.db")))
        let before = try folder.bytes
        try await TestService.run([try database.served(as: "db"), missing]) { service in
            let plans = try await service.post("/databases/all/plan?target_version=2.3.0").json
            #expect(plans["databases"]?[0]?["pending"] == true)
            #expect(plans["databases"]?[0]?["target"] == "2.3.0")
            #expect(plans["databases"]?[1]?["error"]?["code"] == "cannot_connect")
        }
        #expect(try folder.bytes == before)
    }

    @Test("It is ready when every database is at the newest version")
    func readiness() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        try await TestService.run([try database.served(as: "db")]) { service in
            let before = try await service.get("/readyz")
            #expect(before.status == 503)
            #expect(try before.json["databases"]?["pending"] == 1)
            #expect(try await service.post("/databases/db/migrate").status == 200)
            // At once, although an answer holds for a few seconds otherwise.
            let after = try await service.get("/readyz")
            #expect(after.status == 200)
            #expect(try after.json["status"] == "ready")
        }
        let missing = ServedDatabase(id: "db", try Database(url: folder.file("missing.db")))
        try await TestService.run([missing]) { service in
            let answer = try await service.get("/readyz")
            #expect(answer.status == 503)
            #expect(try answer.json["databases"]?["unreachable"] == 1)
            #expect(!answer.text.contains("missing"), "counts only")
        }
    }

    @Test("Metrics count requests by route and jobs by outcome, and hold no path that a client made up")
    func metrics() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        try await TestService.run([try database.served(as: "db")]) { service in
            _ = try await service.post("/databases/db/migrate")
            _ = try await service.get("/no-such-path")
            let text = try await service.get("/metrics").text
            let lines = Set(text.split(separator: "\n").map(String.init))
            #expect(lines.contains("# TYPE agno_migrate_http_requests_total counter"))
            #expect(
                lines.contains(
                    #"agno_migrate_http_requests_total{method="POST",route="/databases/{db_id}/migrate",status="200"} 1"#
                ))
            #expect(lines.contains(#"agno_migrate_jobs_total{status="succeeded"} 1"#))
            #expect(lines.contains("agno_migrate_jobs_in_progress 0.0"))
            #expect(lines.contains(#"agno_migrate_job_duration_seconds_bucket{status="succeeded",le="+Inf"} 1"#))
            #expect(!text.contains("no-such-path"))
            #expect(text.hasSuffix("\n"))
        }
    }

    @Test("Configured names of tables are in the configuration, and ids appear once")
    func configuration() async throws {
        let folder = try TemporaryDirectory()
        let (one, two) = (TestDatabase(path: folder.file("1.db")), TestDatabase(path: folder.file("2.db")))
        let names = TableNames([.sessions: "my_sessions"])
        let databases = [try one.served(as: "same", tables: names), try two.served(as: "same")]
        try await TestService.run(databases) { service in
            let config = try await service.get("/config").json
            #expect(config["databases"] == ["same"])
            #expect(config["session"]?["dbs"]?[0]?["tables"] == ["my_sessions", "agno_sessions"])
            #expect(config["os_id"] == "my-os")
        }
    }

    @Test("A body that is too large, and one request more than the limit, are refused")
    func limits() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let lock = try HeldLock(of: database.path)
        let change: (inout ServiceConfiguration) -> Void = {
            $0.limits.maximumBodyBytes = 1000
            $0.limits.maximumRequests = 1
        }
        try await TestService.run([try database.served(as: "db")], change) { service in
            let large = try await service.post("/databases/db/migrate", json: String(repeating: " ", count: 2000))
            #expect(large.status == 413)
            async let waiting = service.post("/databases/db/migrate")
            var refused = try await service.get("/info")
            while refused.status == 200 { refused = try await service.get("/info") }
            #expect(refused.status == 503)
            #expect(refused.errorID == "too_many_requests")
            #expect(refused.headers[.retryAfter] == "1")
            #expect(try await service.get("/health").status == 200, "health does not count")
            lock.release()
            #expect(try await waiting.status == 200)
        }
    }

    @Test("No answer holds the path of a file, SQL or a driver's words")
    func noDetails() async throws {
        let folder = try TemporaryDirectory()
        try "not a database at all, but long enough to be looked at".write(
            toFile: folder.file("broken.db"), atomically: true, encoding: .utf8)
        let broken = ServedDatabase(id: "db", try Database(url: folder.file("broken.db")))
        try await TestService.run([broken]) { service in
            for answer in [
                try await service.post("/databases/db/migrate"), try await service.post("/databases/all/migrate"),
                try await service.get("/databases/db/status"), try await service.post("/databases/db/plan"),
            ] {
                #expect(answer.text.contains("not_a_database"))
                #expect(answer.text.contains("request_id"))
                #expect(!answer.text.contains(folder.path))
                #expect(!answer.text.lowercased().contains("pragma") && !answer.text.contains("SQLite 26"))
            }
        }
    }
}
