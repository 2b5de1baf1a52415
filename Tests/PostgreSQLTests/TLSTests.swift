import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import PostgreSQLAccess
import Testing

@Suite("TLS", .timeLimit(.minutes(30))) struct TLSTests {
    private let url: String
    private let files: String

    init() throws {
        url = try TestServer.variable("AGNO_TEST_POSTGRESQL_TLS_URL", of: "postgres-tls")
        files = try TestServer.variable("AGNO_TEST_POSTGRESQL_TLS_FILES", of: "postgres-tls")
    }

    /// The same server by a name that its certificate does not have.
    private var otherName: String { url.replacing("localhost", with: "127.0.0.1") }

    @Test(
        "an encrypted connection, or a plain one, as sslmode says",
        arguments: ["disable", "require", "verify-ca", "verify-full"])
    func modes(mode: String) throws {
        let url = "\(url)?sslmode=\(mode)&sslrootcert=\(files)/ca.crt"
        let isEncrypted = try TestServer.driver(url: url).withConnection(for: .write) {
            try $0.value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        }
        #expect(isEncrypted == .integer(mode == "disable" ? 0 : 1))
        let result = try Program.run("status", "--db", url)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("a certificate of a CA that is not trusted", arguments: ["verify-ca", "verify-full"])
    func wrongAuthority(mode: String) throws {
        try Program.expectRefusal(
            "\(url)?sslmode=\(mode)&sslrootcert=\(files)/other-ca.crt",
            saying: "the certificate of localhost:", code: "cannot_connect")
        try Program.expectRefusal(
            "\(url)?sslmode=\(mode)&sslrootcert=\(files)/other-ca.crt",
            saying: "is not signed by a CA of sslrootcert", code: "cannot_connect")
    }

    @Test("a certificate for another host name, which only verify-full minds")
    func wrongName() throws {
        let options = "sslrootcert=\(files)/ca.crt"
        #expect(try Program.run("status", "--db", "\(otherName)?sslmode=verify-ca&\(options)").status == 0)
        try Program.expectRefusal(
            "\(otherName)?sslmode=verify-full&\(options)", saying: "is for another host name", code: "cannot_connect")
    }

    @Test("no file with CAs to trust", arguments: ["", "&sslrootcert=/no/such/file"])
    func noAuthority(option: String) throws {
        try Program.expectRefusal(
            "\(url)?sslmode=verify-full\(option)", saying: "there is no file with trusted CAs", code: "cannot_connect")
    }

    @Test("a whole migration over TLS, in asyncpg's word for it")
    func migration() throws {
        let driver = try TestServer.driver(url: url)
        let name = "agno_test_tls"
        try driver.withConnection(for: .write) { connection in
            try connection.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
            try connection.execute("CREATE DATABASE \(name)")
        }
        let url = String(url.dropLast("postgres".count)) + name + "?ssl=verify-full&sslrootcert=\(files)/ca.crt"
        for arguments in [["sample", "--version", "2.0.0"], ["up"], ["verify"]] {
            let result = try Program.start(arguments + ["--db", url]).wait()
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
    }
}
