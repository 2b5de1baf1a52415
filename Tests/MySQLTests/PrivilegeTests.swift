import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import MigrationCore
import SQLDialects
import ServerContract
import Testing

@Suite("Users who may do little on MariaDB and MySQL", .timeLimit(.minutes(30))) struct PrivilegeTests {
    /// A database, and a user who may do what is granted and nothing else; `DB` stands for the database.
    private func database(
        on server: TestServer, _ rights: [String], at version: SchemaVersion = .baseline
    ) throws -> (database: TestDatabase, user: String) {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: version)
        let user = "u_\(UInt32.random(in: 0...UInt32.max))"
        let name = "`\(database.name)`"
        try TestUser.make(user, on: server, rights: rights.map { $0.replacing("DB", with: name) })
        return (database, user)
    }

    private func run(_ arguments: [String], on database: TestDatabase, as user: String) throws -> ChildProcess.Outcome {
        try Program.start(arguments + ["--db", database.url(of: user), "--schema", database.name]).wait()
    }

    private static let everything = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON DB.*"

    @Test("one who owns the database needs no right beyond it, up and down", arguments: TestServer.all)
    func owner(server: TestServer) throws {
        let (database, user) = try database(on: server, [Self.everything, "LOCK TABLES ON DB.*"])
        defer { TestUser.drop(user, on: server) }
        for arguments in [
            ["status"], ["plan"], ["up"], ["verify"], ["down", "--target", "2.0.0", "--yes", "--allow-data-loss"],
            ["up"], ["cleanup"],
        ] {
            let result = try run(arguments, on: database, as: user)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
    }

    @Test("cleanup needs LOCK TABLES, keeps the column without it and says so", arguments: TestServer.all)
    func cleanupLocks(server: TestServer) throws {
        let (database, user) = try database(on: server, [Self.everything], at: .latest)
        defer { TestUser.drop(user, on: server) }
        try database.execute("ALTER TABLE agno_sessions ADD COLUMN runs JSON")
        let refused = try run(["cleanup"], on: database, as: user)
        #expect(refused.status == 10, "\(refused.errors)")
        let statement = try #require(refused.errors.firstMatch(of: #/GRANT LOCK TABLES ON [^;]* TO '[^']*'@'[^']*'/#))
        #expect(try database.manager().cleanup(dryRun: true).outcome == .wouldDrop)
        _ = try server.connected { try $0.execute(String(statement.output)) }
        let result = try run(["cleanup"], on: database, as: user)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test(
        "the same over rights for a pattern of databases, and for all of them", arguments: TestServer.all,
        ["pattern", "all"])
    func wide(server: TestServer, scope: String) throws {
        let (database, user) = try database(on: server, [])
        defer { TestUser.drop(user, on: server) }
        let place = scope == "all" ? "*.*" : "`agno\\_test\\_%`.*"
        _ = try server.connected {
            try $0.execute("GRANT \(Self.everything.replacing("DB.*", with: place)) TO '\(user)'@'%'")
        }
        let result = try run(["up"], on: database, as: user)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("the same over a role", arguments: TestServer.all)
    func role(server: TestServer) throws {
        let (database, user) = try database(on: server, [])
        let role = "r_\(user)"
        defer {
            TestUser.drop(user, on: server)
            _ = try? server.connected { try $0.execute("DROP ROLE '\(role)'") }
        }
        try server.connected { connection in
            try connection.execute("CREATE ROLE '\(role)'")
            try connection.execute("GRANT \(Self.everything.replacing("DB", with: "`\(database.name)`")) TO '\(role)'")
            try connection.execute("GRANT '\(role)' TO '\(user)'@'%'")
            let end = server == .mariadb ? "'\(role)' FOR '\(user)'@'%'" : "'\(role)' TO '\(user)'@'%'"
            try connection.execute("SET DEFAULT ROLE \(end)")
        }
        let result = try run(["up"], on: database, as: user)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test(
        "one who may not change tables can run status, plan and verify; up says what lacks and changes nothing",
        arguments: TestServer.all,
        [
            ["SELECT ON DB.*"], ["SELECT, INSERT, UPDATE, DELETE ON DB.*"],
            ["SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, INDEX, REFERENCES ON DB.*"],
        ])
    func reader(server: TestServer, rights: [String]) throws {
        let (database, user) = try database(on: server, rights)
        defer { TestUser.drop(user, on: server) }
        let before = try database.contents()
        for command in ["status", "plan", "verify"] {
            let result = try run([command], on: database, as: user)
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
        let result = try run(["up", "--json"], on: database, as: user)
        #expect(result.status == 10, "\(result.errors)")
        #expect(result.errors.contains("privileges"), "\(result.errors)")
        #expect(result.errors.contains("ALTER"), "\(result.errors)")
        #expect(result.errors.contains("`\(database.name)`.*"), "\(result.errors)")
        #expect(!result.errors.contains(TestUser.password))
        #expect(result.output.contains("\"not_authorised\""))
        #expect(try database.contents().differences(from: before) == [])
        #expect(
            try database.value(
                "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'agno\\_migration%'"
            )
                == .integer(0))
        #expect(try database.manager().up().isSuccess)
    }

    @Test("what a refused user is told to run is what makes it work", arguments: TestServer.all)
    func advice(server: TestServer) throws {
        let (database, user) = try database(on: server, ["SELECT ON DB.*"])
        defer { TestUser.drop(user, on: server) }
        let result = try run(["up"], on: database, as: user)
        let statement = try #require(result.errors.firstMatch(of: #/GRANT [^;.]*\.\* TO '[^']*'@'[^']*'/#)?.output)
        _ = try server.connected { try $0.execute(String(statement)) }
        let again = try run(["up"], on: database, as: user)
        #expect(again.status == 0, "\(statement): \(again.errors)")
        #expect(try database.manager().verify().isVerified)
    }

    @Test("one who may not even look into the database gets exit code 10", arguments: TestServer.all)
    func nothing(server: TestServer) throws {
        let (database, user) = try database(on: server, [])
        defer { TestUser.drop(user, on: server) }
        for command in ["status", "up"] {
            let result = try run([command], on: database, as: user)
            #expect(result.status == 10, "\(command): \(result.output) \(result.errors)")
        }
    }
}
