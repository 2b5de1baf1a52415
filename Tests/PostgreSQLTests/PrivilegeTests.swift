import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

@Suite("Roles that may do little", .timeLimit(.minutes(30))) struct PrivilegeTests {
    /// A database, and a role that may do what the statements say of it (`ROLE`) and nothing else.
    private func database(
        _ rights: [String], at version: SchemaVersion = .baseline
    ) throws -> (database: TestDatabase, role: String, url: String) {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: version)
        let role = "role_\(database.name)"
        try database.execute("CREATE ROLE \(role) LOGIN", "GRANT USAGE ON SCHEMA ai TO \(role)")
        try database.connected { connection in
            for statement in rights { try connection.execute(statement.replacing("ROLE", with: role)) }
        }
        return (database, role, try "postgresql://\(role)@\(TestServer.place())/\(database.name)")
    }

    private func drop(_ role: String, in database: TestDatabase) {
        try? database.execute("DROP OWNED BY \(role)", "DROP ROLE \(role)")
    }

    private static let tables = ["memories", "sessions", "metrics", "eval_runs", "knowledge", "culture"]
    private static let owns = tables.map { "ALTER TABLE ai.agno_\($0) OWNER TO ROLE" }
    private static let readsAndWrites = ["GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ai TO ROLE"]
    private static let mayCreateTables = ["GRANT CREATE ON SCHEMA ai TO ROLE"]

    private func contents(_ database: TestDatabase) throws -> DatabaseContents {
        try database.connected { try DatabaseContents(postgreSQL: $0) }
    }

    @Test("the owner of schema and tables needs no right to create schemas, up and down")
    func owner() throws {
        let (database, role, url) = try database(Self.owns + Self.mayCreateTables)
        defer { drop(role, in: database) }
        let mayCreate = "SELECT has_database_privilege('\(role)', current_database(), 'CREATE')"
        try #require(try database.value(mayCreate) == .integer(0))
        for arguments in [
            ["status"], ["plan"], ["up"], ["verify"], ["down", "--target", "2.0.0", "--yes", "--allow-data-loss"],
            ["up"],
        ] {
            let result = try Program.start(arguments + ["--db", url]).wait()
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
    }

    @Test("a role that may write rows but not change tables is refused with exit code 10, and nothing is changed")
    func writer() throws {
        let (database, role, url) = try database(Self.readsAndWrites)
        defer { drop(role, in: database) }
        let before = try contents(database)
        for command in ["status", "plan", "verify"] {
            #expect(try Program.run(command, "--db", url).status == 0, "\(command)")
        }
        try Program.expectRefusal(url, command: "up", saying: "privileges", code: "not_authorised")
        #expect(try contents(database).differences(from: before) == [])
    }

    @Test(
        "tables of other owners are named, and nothing is changed, not even the tables that the role owns",
        arguments: [[], owns])
    func otherOwner(rights: [String]) throws {
        let (database, role, url) = try database(
            rights + Self.mayCreateTables + ["ALTER TABLE ai.agno_memories OWNER TO CURRENT_USER"] + Self.readsAndWrites
        )
        defer { drop(role, in: database) }
        let before = try contents(database)
        let result = try Program.run("up", "--db", url)
        #expect(result.status == 10, "\(result.errors)")
        #expect(result.errors.contains("agno_memories") && result.errors.contains("privileges"), "\(result.errors)")
        #expect(result.errors.contains("agno_sessions") == rights.isEmpty, "\(result.errors)")
        #expect(try contents(database).differences(from: before) == [])
        #expect(try database.manager().up().isSuccess)
    }

    @Test("a role that may not even look into the schema gets exit code 10")
    func nothing() throws {
        let (database, role, url) = try database(["REVOKE USAGE ON SCHEMA ai FROM ROLE"], at: SchemaVersion(2, 5, 6))
        defer { drop(role, in: database) }
        for command in ["status", "up"] {
            let result = try Program.run(command, "--db", url)
            #expect(result.status == 10, "\(command): \(result.output) \(result.errors)")
        }
    }
}
