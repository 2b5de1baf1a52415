import LosslessJSON
import Testing

@Suite("check answers whether a release of Agno may serve")
struct CheckTests {
    @Test("check ends with 3 and names table and reason if the release must not serve")
    func check() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6")
        let before = try folder.bytes(of: "agno.db")
        let fit = try await Program.run("check", "--app", "2.9.0", "--db", "agno.db", in: folder)
        #expect(fit.status == 0, "\(fit.errors)")
        #expect(fit.text.contains("Agno 2.9.0 may serve"))
        let unfit = try await Program.run("check", "--app", "3.1.10", "--db", "agno.db", "--json", in: folder)
        #expect(unfit.status == 3)
        let database = try unfit.document.at("databases.0")
        #expect(
            database.keys == [
                "id", "dialect", "server_version", "schema", "release", "release_schema_version", "may_serve", "tables",
                "warnings",
            ])
        #expect(database["may_serve"] == false)
        let metrics = try database.at("tables").first("type", "metrics")
        #expect(metrics.keys == ["type", "name", "exists", "stamp", "may_serve", "reasons"])
        #expect(try metrics.at("may_serve") == false)
        #expect(try metrics.at("reasons.0").stringValue?.contains("user_id") == true)
        let sessions = try database.at("tables").first("type", "sessions")
        #expect(try sessions.at("may_serve") == true, "3.x reads the lists of sessions that were not migrated")
        #expect(try folder.bytes(of: "agno.db") == before)
    }

    @Test("After cleanup an older release must not serve, and after down it may")
    func older() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6")
        #expect(try await Program.run("up", "--cleanup", "--db", "agno.db", in: folder).status == 0)
        let unfit = try await Program.run("check", "--app", "2.5.17", "--db", "agno.db", in: folder)
        #expect(unfit.status == 3)
        #expect(unfit.text.contains("the release refuses a table without runs"))
        #expect(try await Program.run("down", "--target", "2.5.17", "--db", "agno.db", in: folder).status == 0)
        #expect(try await Program.run("check", "--app", "2.5.17", "--db", "agno.db", in: folder).status == 0)
    }
}
