import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import PostgreSQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("Reaching a PostgreSQL server", .timeLimit(.minutes(30))) struct ConnectionTests {
    private static let secret = Program.secret

    /// A role that must give its password (scripts/servers puts it into pg_hba.conf); made once.
    private static let role: Void? = try? TestServer.driver(database: "postgres").withConnection(for: .write) {
        let found = try $0.value("SELECT 1 FROM pg_roles WHERE rolname = 'agno_password'")
        if found == nil { try $0.execute("CREATE ROLE agno_password LOGIN PASSWORD '\(secret)'") }
    }

    @Test("a host that does not exist") func host() throws {
        try Program.expectRefusal(
            "postgresql://u:\(Self.secret)@no-such-host.invalid/db", saying: "no host of that name",
            code: "cannot_connect")
    }

    @Test("a port where nothing listens") func port() throws {
        try Program.expectRefusal(
            "postgresql://u:\(Self.secret)@127.0.0.1:1/db", saying: "nothing listens on 127.0.0.1:1",
            code: "cannot_connect")
    }

    @Test("a wrong password, and none") func password() throws {
        try #require(Self.role != nil)
        let place = try TestServer.place()
        try Program.expectRefusal(
            "postgresql://agno_password:wr0ng@\(place)/postgres", saying: "refused the password of role agno_password",
            code: "not_authorised")
        try Program.expectRefusal(
            "postgresql://agno_password@\(place)/postgres", saying: "refused the password of role agno_password",
            code: "not_authorised")
    }

    @Test("the right password, in the URL, in PGPASSFILE") func rightPassword() throws {
        try #require(Self.role != nil)
        let place = try TestServer.place()
        #expect(
            try Program.run("status", "--db", "postgresql://agno_password:\(Self.secret)@\(place)/postgres").status == 0
        )
        let home = try TemporaryDirectory()
        let file = home.file(".pgpass")
        try Data("*:*:*:agno_password:\(Self.secret)\n".utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        for environment in [["PGPASSFILE": file], ["HOME": home.path]] {
            let result = try Program.run(
                "status", "--db", "postgresql+psycopg_async://agno_password@\(place)/postgres",
                environment: environment)
            #expect(result.status == 0, "\(environment.keys): \(result.errors)")
        }
    }

    @Test("a unix socket, in each of the ways to write it") func socket() throws {
        let database = try TestDatabase()
        let setting = "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)"
        let folder = try #require(database.value(setting)?.string)
        let port = try #require(DatabaseURL(TestServer.url()).port)
        let escaped = folder.replacing("/", with: "%2F")
        for place in ["/\(database.name)?host=\(folder)&port=\(port)", "\(escaped):\(port)/\(database.name)"] {
            let result = try Program.run("status", "--db", "postgresql://postgres@\(place)")
            #expect(result.status == 0, "\(place): \(result.errors)")
        }
        try Program.expectRefusal(
            "postgresql://postgres@/db?host=\(folder)&port=1", saying: "nothing listens on \(folder):1",
            code: "cannot_connect")
    }

    @Test("IPv6", .enabled(if: hasIPv6, "this machine has no ::1")) func ipv6() throws {
        let port = try #require(DatabaseURL(TestServer.url()).port)
        let result = try Program.run("status", "--db", "postgresql://postgres@[::1]:\(port)/postgres")
        #expect(result.status == 0, "\(result.errors)")
        try Program.expectRefusal(
            "postgresql://postgres@[::1]:1/postgres", saying: "nothing listens on ::1:1", code: "cannot_connect")
    }

    @Test("a database and a role that do not exist") func names() throws {
        let place = try TestServer.place()
        try Program.expectRefusal(
            "postgresql+asyncpg://postgres@\(place)/no_such_database", saying: "there is no database no_such_database",
            code: "cannot_connect")
        try Program.expectRefusal(
            "postgresql://no_such_role@\(place)/postgres", saying: "there is no role no_such_role",
            code: "not_authorised")
    }

    @Test("TLS that the server does not offer") func tls() throws {
        try Program.expectRefusal(
            TestServer.url() + "?sslmode=require", saying: "does not offer TLS", code: "cannot_connect")
    }

    @Test("an option that libpq does not know is a mistake, one of a Python driver is not") func options() throws {
        let result = try Program.run("status", "--db", TestServer.url() + "?sslmod=require")
        #expect(result.status == 2)
        #expect(result.errors.contains("unknown option 'sslmod'"))
        #expect(try Program.run("status", "--db", TestServer.url() + "?prepare_threshold=0").status == 0)
    }

    @Test("something that is not PostgreSQL") func notPostgreSQL() throws {
        // A listener that says something else to whoever comes.
        let server = try OtherServer(answer: "HTTP/1.1 400 Bad Request\r\n\r\n")
        defer { server.stop() }
        try Program.expectRefusal(
            "postgresql://u@127.0.0.1:\(server.port)/db?sslmode=disable", saying: "127.0.0.1:\(server.port)",
            code: "cannot_connect")
    }

    @Test("a role that may only read can run status, plan and verify, and up refuses it") func readOnlyRole() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let role = "reader_\(database.name)"
        try database.execute(
            "CREATE ROLE \(role) LOGIN", "GRANT USAGE ON SCHEMA ai TO \(role)",
            "GRANT SELECT ON ALL TABLES IN SCHEMA ai TO \(role)")
        defer { try? database.execute("DROP OWNED BY \(role)", "DROP ROLE \(role)") }
        let url = try "postgresql://\(role)@\(TestServer.place())/\(database.name)"
        for command in ["status", "plan", "verify"] {
            #expect(try Program.run(command, "--db", url).status == 0, "\(command)")
        }
        let result = try Program.run("up", "--db", url)
        #expect(result.status == 10)
        #expect(result.errors.contains("privileges"), "\(result.errors)")
    }

    @Test("the schema is ai unless --schema names another") func schema() throws {
        let database = try TestDatabase(schema: "mine")
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let url = try database.url()
        let elsewhere = try Program.run("status", "--db", url, "--json")
        #expect(!elsewhere.output.contains("\"exists\": true"))
        let result = try Program.run("up", "--db", url, "--schema", "mine")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try database.manager().verify().isVerified)
    }

    @Test("the own tables without steps are known, however many schemas have tables of these names") func manySchemas()
        throws
    {
        let database = try TestDatabase()
        try database.execute(
            "DO $$ BEGIN FOR i IN 1..201 LOOP EXECUTE 'CREATE SCHEMA a' || i; "
                + "EXECUTE 'CREATE TABLE a' || i || '.agno_traces (x int)'; END LOOP; END $$")
        _ = try database.manager().makeSample(version: SchemaVersion.latest)
        try database.execute("CREATE TABLE ai.agno_traces (x int)")
        #expect(try database.manager().status().knownTables == ["agno_traces"])
    }
}

/// Whether the loopback interface has an IPv6 address.
private let hasIPv6 = {
    let descriptor = Foundation.socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
        }
    }
}()
