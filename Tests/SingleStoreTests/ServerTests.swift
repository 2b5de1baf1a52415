import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("A server that is SingleStore", .timeLimit(.minutes(30))) struct ServerTests {
    private struct Status: Decodable {
        var dialect: String
        var schema: String?
    }

    @Test(
        "is found out behind every URL form that Agno's users have",
        arguments: [
            "mysql", "mysql+pymysql", "mariadb", "singlestore", "singlestoredb", "singlestoredb+mysql", "memsql",
        ])
    func forms(scheme: String) throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 2)
        let url = database.server.url(database.name, scheme: scheme)
        let result = try Program.run("up", "--db", url, "--json")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("\"singlestore\""), "\(result.output)")
        // The tables are in the connection's own database, not in one that is called ai.
        #expect(try database.count("agno_runs") ?? 0 > 0)
        #expect(try Program.run("verify", "--db", url).status == 0)
    }

    @Test("takes the tables of another database where it is named")
    func schema() throws {
        let (database, other) = (try TestDatabase(), try TestDatabase())
        _ = try other.manager().makeSample(version: .baseline, sessions: 2)
        let result = try Program.run("up", "--db", database.url(), "--schema", other.name)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try other.count("agno_runs") ?? 0 > 0)
        #expect(
            try database.rows("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()") == [])
    }

    @Test("is not what a MariaDB is, whatever --dialect says", .enabled(if: !TestServer.isReal))
    func wrongDialect() throws {
        let url = try #require(ProcessInfo.processInfo.environment["AGNO_TEST_MARIADB_URL"])
        for arguments in [
            ["--db", url, "--dialect", "singlestore"], ["--db", url.replacing("mariadb:", with: "singlestore:")],
        ] {
            let result = try Program.start(["status"] + arguments).wait()
            #expect(result.status == 10)
            #expect(
                result.errors.contains("is MariaDB") && result.errors.contains("not SingleStore"), "\(result.errors)")
        }
    }

    @Test("may be older than the dialect knows; then it is refused", .enabled(if: !TestServer.isReal))
    func old() throws {
        let server = try TestServer(switches: ["memsql_version": "7.3.9"])
        let result = try Program.run("status", "--db", server.url())
        #expect(result.status == 10)
        #expect(result.errors.contains("SingleStore 7.3.9, which is older than 7.5"), "\(result.errors)")
    }

    @Test(
        "answers otherwise by version and setting, and every step works", .enabled(if: !TestServer.isReal),
        arguments: [
            ["shard_index_name": "__SHARDKEY", "primary_key_spelling": "primary", "json_spelling": "plain"],
            ["collation": "bin", "column_collations": "hidden"],
            ["strict": "off", "invalid_json": "null", "memsql_version": "9.1.1"],
            ["audit": "on", "shared_tier": "on", "memsql_version": "7.5.0"],
        ])
    func answers(switches: [String: String]) throws {
        let server = try TestServer(switches: switches)
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline, sessions: 5)
        try database.insertSession("nan", runs: #""[{\"run_id\": \"n1\", \"c\": NaN}]""#)
        let (facts, contents) = try (database.facts(), database.contents())
        let up = try manager.up()
        #expect(up.isSuccess, "\(up.problems)")
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        let down = try manager.down(target: .baseline, allowDataLoss: true)
        #expect(down.isSuccess, "\(down.problems)")
        #expect(try database.facts() == facts)
        #expect(
            try database.contents().differences(from: contents).filter { !$0.contains("agno_schema_versions") } == [])
    }

    @Test("is sent no prepared statement, by no command", .enabled(if: !TestServer.isReal))
    func textProtocol() throws {
        let server = try TestServer(switches: [:])
        let database = try TestDatabase(on: server)
        func run(_ command: String, _ arguments: String...) throws {
            let result = try Program.start([command, "--db", database.url()] + arguments).wait()
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
        try run("sample", "--version", "2.0.0")
        for command in ["status", "plan", "up", "verify", "history", "cleanup"] { try run(command) }
        try run("down", "--target", "2.0.0", "--allow-data-loss")
        #expect(try database.value("SELECT @@singlestore_double_prepared_statements") == .integer(0))
    }

    @Test(
        "gives back every text that was bound",
        arguments: [
            "", "it's \"quoted\" ?1 $1 \\ \\' %s", "Grüße 世界 👩‍🚀", "'; DROP TABLE x; --", "line\nfeed\ttab\u{1a}\u{0}",
            "/* ? */ -- #",
        ])
    func values(text: String) throws {
        let database = try TestDatabase()
        try database.execute("CREATE TABLE t (id BIGINT, s LONGTEXT, SHARD KEY (id))")
        try database.connected { connection in
            try connection.execute("INSERT INTO t VALUES (?1, ?2)", [.integer(1), .text(text)])
            #expect(
                try connection.rows(SQLStatement("SELECT id, s FROM t WHERE s = ?1", [.text(text)])) == [
                    [.integer(1), .text(text)]
                ])
        }
    }

    @Test("refuses to write on a connection for reading")
    func reading() throws {
        let database = try TestDatabase()
        #expect {
            try database.server.driver(database.name).withConnection(for: .read) {
                try $0.execute("CREATE TABLE t (id BIGINT)")
            }
        } throws: { ($0 as? DatabaseError)?.condition == .readOnly }
        #expect(try !database.has("t"))
    }
}
