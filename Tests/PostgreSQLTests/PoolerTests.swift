import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

@Suite("Behind a pooler", .serialized, .timeLimit(.minutes(30))) struct PoolerTests {
    /// A test database's URL through one of the poolers.
    private func url(_ variable: String, _ database: TestDatabase) throws -> String {
        let url = try TestServer.variable(variable, of: "pgbouncer")
        return url.dropLast("postgres".count) + database.name
    }

    @Test(
        "sessions shared between transactions are refused with advice, whatever the command",
        arguments: ["up", "status", "verify"])
    func transactionMode(command: String) throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let url = try url("AGNO_TEST_PGBOUNCER_TRANSACTION_URL", database)
        try Program.expectRefusal(
            url, command: command, saying: "connect to the server itself, or to a pool in session mode",
            code: "cannot_connect")
    }

    @Test("a refused run leaves no setting of its own in sessions that the application gets next")
    func settings() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let url = try url("AGNO_TEST_PGBOUNCER_TRANSACTION_URL", database)
        for command in ["status", "up"] { #expect(try Program.run(command, "--db", url).status == 10) }
        let settings = try PoolerTests.asApplication(
            url,
            """
            SELECT current_setting('search_path'), current_setting('default_transaction_read_only'), \
            current_setting('lock_timeout')
            """)
        #expect(settings == ["\"$user\", public", "off", "0"])
    }

    @Test("a pool in session mode is as good as the server itself")
    func sessionMode() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion.baseline)
        let url = try url("AGNO_TEST_PGBOUNCER_SESSION_URL", database)
        for arguments in [["status"], ["up"], ["verify"], ["down", "--target", "2.0.0", "--yes", "--allow-data-loss"]] {
            let result = try Program.start(arguments + ["--db", url]).wait()
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
    }

    /// The first row of a query by another program, psql, which sets nothing.
    private static func asApplication(_ url: String, _ sql: String) throws -> [String] {
        let outcome = try ChildProcess("psql", ["-XAtqF", "|", "-c", sql, url]).wait()
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n")[0].split(separator: "|", omittingEmptySubsequences: false)
            .map(String.init)
    }
}
