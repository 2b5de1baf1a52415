import LosslessJSON
import Testing

@Suite("The names of Agno's own command line")
struct AgnoNamesTests {
    @Test("db status shows what status shows")
    func status() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let plain = try await Program.run("status", "--db", "agno.db", "--json", in: folder).document
        let alias = try await Program.run("db", "status", "--url", "agno.db", "--json", in: folder).document
        #expect(alias["command"] == "db status")
        #expect(alias["databases"] == plain["databases"])
    }

    @Test("db migrate goes up or down, and its dry run writes nothing")
    func migrate() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        let before = try folder.bytes(of: "agno.db")
        let dry = try await Program.run("db", "migrate", "--dry-run", "--url", "agno.db", "--json", in: folder)
        #expect(dry.status == 0)
        let plan = try await Program.run("plan", "--db", "agno.db", "--json", in: folder)
        #expect(try dry.document["databases"] == plan.document["databases"])
        #expect(try dry.document["command"] == "db migrate")
        #expect(try folder.bytes(of: "agno.db") == before)
        #expect(try await Program.run("db", "migrate", "--url", "agno.db", in: folder).status == 0)
        #expect(try folder.texts("SELECT DISTINCT version FROM agno_schema_versions") == [.latest])
        let down = try await Program.run(
            "db", "migrate", "--url", "agno.db", "--target-version", "2.5.0", "--json", in: folder)
        #expect(down.status == 0, "\(down.errors)")
        #expect(try folder.texts("SELECT DISTINCT version FROM agno_schema_versions") == ["2.5.0"])
    }

    @Test("--db-id selects one of the configured databases")
    func selection() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0", "one.db")
        try await folder.sample("2.3.0", "two.db")
        try folder.write(
            """
            [[database]]
            id = "one"
            url = "sqlite:///one.db"
            [[database]]
            id = "two"
            url = "sqlite:///two.db"
            """, to: "agno-migrate.toml")
        let before = try folder.bytes(of: "one.db")
        let outcome = try await Program.run("db", "migrate", "--db-id", "two", "--json", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.document["databases"]?.arrayValue?.count == 1)
        #expect(try folder.bytes(of: "one.db") == before)
        let unknown = try await Program.run("db", "status", "--db-id", "three", in: folder)
        #expect(unknown.status == 2 && unknown.errors.contains("known ids: one, two"))
        let address = try await Program.run("db", "status", "--url", "http://localhost:7777", in: folder)
        #expect(address.status == 2 && address.errors.contains("not of an AgentOS"))
    }

    @Test("up --force below a stamp is refused, and nothing is touched")
    func forcedDown() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        #expect(try await Program.run("up", "--db", "agno.db", in: folder).status == 0)
        let before = try folder.bytes(of: "agno.db")
        for dry in [[], ["--dry-run"]] {
            let outcome = try await Program.run(
                ["up", "--force", "--target", "2.3.0", "--db", "agno.db"] + dry, in: folder)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("down --target 2.3.0"))
        }
        #expect(try folder.bytes(of: "agno.db") == before)
        #expect(try await Program.run("up", "--force", "--db", "agno.db", in: folder).status == 0)
    }

    @Test("Stamps whose times have a zone are read")
    func zones() async throws {
        let folder = try Folder()
        try await folder.sample("2.3.0")
        #expect(try await Program.run("up", "--target", "2.5.0", "--db", "agno.db", in: folder).status == 0)
        let time = "2026-11-23T00:51:26.018555+00:00"
        try folder.execute("UPDATE agno_schema_versions SET created_at = '\(time)', updated_at = '\(time)'")
        let status = try await Program.run("status", "--db", "agno.db", "--json", in: folder).document
        #expect(try status.at("databases.0.tables").first("type", "memories").at("stamp") == "2.5.0")
        for command in [["up"], ["verify"], ["down", "--target", "2.5.0"], ["verify"]] {
            let outcome = try await Program.run(command + ["--db", "agno.db"], in: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        let kept = try folder.texts(
            "SELECT DISTINCT created_at FROM agno_schema_versions WHERE table_name <> 'agno_runs'")
        #expect(kept == [time], "the time at which a stamp was made stays")
        let copy = try await Program.run("copy", "--db", "agno.db", "--to", "copy.db", in: folder)
        #expect(copy.status == 0, "\(copy.errors)")
    }
}
