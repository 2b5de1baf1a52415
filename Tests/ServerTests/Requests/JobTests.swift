import AgnoMigrate
import AgnoMigrateServer
import DurabilitySupport
import HTTPTypes
import LosslessJSON
import Testing

@Suite("Jobs")
struct JobTests {
    private static let migrate = "/databases/db/migrate"

    @Test("An asynchronous migration is answered with a job, whose events tell it to its end")
    func asynchronous() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder, sessions: 50)
        try await TestService.run([try database.served(as: "db")]) { service in
            let accepted = try await service.post("\(Self.migrate)?async=true&target_version=\(SchemaVersion.latest)")
            #expect(accepted.status == 202)
            let id = try #require(try accepted.json["id"]?.stringValue)
            #expect(accepted.headers[.location] == "/jobs/\(id)")
            // The stream ends with the job: no waiting here.
            let events = try await service.get("/jobs/\(id)/events")
            #expect(events.headers[.contentType] == "text/event-stream")
            let names = events.text.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { $0.dropFirst(7) }
            #expect(names.first == "queued")
            #expect(names.last == "finished")
            #expect(
                Set(names).isSuperset(of: ["started", "table_started", "step_started", "step_finished", "progress"]))
            let numbers = events.text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.compactMap {
                Int($0.dropFirst(4))
            }
            #expect(numbers == Array(1...numbers.count))
            let job = try await service.get("/jobs/\(id)").json
            #expect(job["status"]?.stringValue == "succeeded")
            #expect(job["databases"]?[0]?["ok"] == true)
            #expect(job["databases"]?[0]?["tables"]?[0]?["to"]?.stringValue == SchemaVersion.latest.description)
            // Who lost the connection goes on where he was.
            let rest = try await service.get(
                "/jobs/\(id)/events", headers: [.lastEventID: "\(numbers.count - 1)"])
            #expect(rest.text.hasPrefix("id: \(numbers.count)\nevent: finished\n"))
            let list = try await service.get("/jobs").json
            #expect(list["jobs"]?[0]?["id"]?.stringValue == id)
        }
    }

    @Test("A job that was asked for a proof has one for each database, signed if there is a key")
    func proof() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        try await TestService.run([try database.served(as: "db")]) { service in
            let plain = try #require(try await service.post("\(Self.migrate)?target_version=2.5.6").headers[.jobID])
            #expect(try await service.get("/jobs/\(plain)/proof").status == 404)
            #expect(try await service.get("/jobs/0123abcd/proof").status == 404)
            let id = try #require(try await service.post("\(Self.migrate)?proof=true").headers[.jobID])
            let answer = try await service.get("/jobs/\(id)/proof")
            #expect(answer.status == 200)
            let proof = try #require(try answer.json["databases"]?[0]?["proof"])
            #expect(proof["proved"] == true)
            #expect(proof["run"]?.stringValue == id)
            #expect(proof["signature"] == nil)
            #expect(try answer.json["databases"]?[0]?["id"]?.stringValue == "db")
        }
    }

    @Test("A job is known to a later life of the service, from the database's journal")
    func journal() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let other = try TestDatabase.sample("2.0.0", in: folder, named: "other.db")
        let databases = [try database.served(as: "db"), try other.served(as: "other")]
        nonisolated(unsafe) var id = ""
        try await TestService.run(databases) { service in
            let answer = try await service.post("/databases/all/migrate")
            id = try #require(answer.headers[.jobID])
        }
        let known = id
        try await TestService.run(databases) { service in
            let job = try await service.get("/jobs/\(known)")
            #expect(job.status == 200)
            #expect(try job.json["status"]?.stringValue == "succeeded")
            #expect(try job.json["database_ids"] == ["db", "other"])
            let journal = try #require(try job.json["databases"]?[0]?["journal"]?.arrayValue)
            #expect(journal.allSatisfy { $0["run"]?.stringValue == known })
            #expect(try await service.get("/jobs/\(known)/events").status == 409)
            #expect(try await service.get("/jobs/\(known)/proof").status == 409)
            #expect(try await service.send(.delete, "/jobs/\(known)").status == 409)
            let history = try await service.get("/databases/db/history?limit=1").json
            #expect(history["databases"]?[0]?["entries"]?.arrayValue?.count == 1)
            #expect(history["databases"]?[0]?["entries"]?[0]?["outcome"]?.stringValue == "finished")
            for unknown in ["0123abcd", "nothing", "%2e%2e", String(repeating: "a", count: 100)] {
                #expect(try await service.get("/jobs/\(unknown)").status == 404)
            }
        }
    }

    @Test("A run whose end the journal does not have is unfinished, not a success")
    func unfinished() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        var options = MigrationOptions()
        options.runID = "feed"
        _ = try await MigrationManager(database.opened, options: options).up()
        try database.execute("DELETE FROM agno_migration_journal WHERE event = 'run' AND outcome = 'finished'")
        try await TestService.run([try database.served(as: "db")]) { service in
            let job = try await service.get("/jobs/feed").json
            #expect(job["status"]?.stringValue == "unfinished")
            #expect(job["finished_at"] == .null)
        }
    }

    @Test("A job that waits for its turn can be cancelled, and the one before it is not disturbed")
    func cancelWaiting() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        // Another process's lock keeps the first job waiting for as long as the test needs.
        let lock = try HeldLock(of: database.path)
        try await TestService.run([try database.served(as: "db")]) { service in
            func submit() async throws -> String {
                try #require(try await service.post("\(Self.migrate)?async=true").json["id"]?.stringValue)
            }
            let (first, second) = (try await submit(), try await submit())
            #expect(try await service.send(.delete, "/jobs/\(second)").status == 202)
            _ = try await service.get("/jobs/\(second)/events")
            #expect(try await service.get("/jobs/\(second)").json["status"]?.stringValue == "cancelled")
            #expect(try await service.get("/jobs/\(first)").json["status"]?.stringValue == "running")
            #expect(try await service.send(.delete, "/jobs/\(second)").status == 409)
            lock.release()
            _ = try await service.get("/jobs/\(first)/events")
            #expect(try await service.get("/jobs/\(first)").json["status"]?.stringValue == "succeeded")
        }
    }

    @Test("When the service ends, waiting and running jobs say that they were interrupted, and clients are told")
    func interrupted() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let lock = try HeldLock(of: database.path)
        try await TestService.run([try database.served(as: "db")]) { service in
            async let waiting = service.post(Self.migrate)
            let id = try #require(try await service.post("\(Self.migrate)?async=true").json["id"]?.stringValue)
            while try await service.get("/jobs").json["jobs"]?.arrayValue?.count != 2 { await Task.yield() }
            await service.service.close()
            let answer = try await waiting
            #expect(answer.status == 503)
            #expect(answer.errorID == "interrupted")
            #expect(try await service.get("/jobs/\(id)").json["status"]?.stringValue == "interrupted")
            let late = try await service.post(Self.migrate)
            #expect(late.status == 503)
            #expect(late.errorID == "shutting_down")
            #expect(try await service.get("/readyz").status == 503)
        }
        lock.release()
        #expect(try database.stamps.isEmpty, "nothing was begun")
    }

    @Test("A lock that another process holds for too long is a conflict, and nothing was touched")
    func locked() async throws {
        let folder = try TemporaryDirectory()
        let database = try TestDatabase.sample("2.0.0", in: folder)
        let lock = try HeldLock(of: database.path)
        try await TestService.run([try database.served(as: "db")], { $0.limits.waitTimeout = .zero }) { service in
            let answer = try await service.post(Self.migrate)
            #expect(answer.status == 409)
            #expect(answer.errorID == "locked")
            #expect(!answer.text.contains("test-host"), "nothing about the other process")
        }
        lock.release()
    }
}
