import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import PostgreSQLAccess
import SQLDialects
import Testing

@Suite("The server killed in the middle", .serialized, .timeLimit(.minutes(30))) struct ServerKillTests {
    /// When the server is killed: as soon as the query says true.
    struct Moment: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var query: String

        /// While the program runs a statement.
        static func running(_ pattern: String) -> Moment {
            Moment(
                testDescription: "while \(pattern) runs",
                query: "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() "
                    + "AND query LIKE '\(pattern)' AND now() - query_start > '20 ms')")
        }

        /// After so many steps of the command, which is not over then.
        static func after(_ steps: Int, of command: String) -> Moment {
            Moment(
                testDescription: "after \(steps) steps of \(command)",
                query: "SELECT COUNT(*) >= \(steps) FROM ai.agno_migration_journal WHERE event = 'step' "
                    + "AND command = '\(command)'")
        }
    }

    /// A database that keeps a migration busy for a while.
    private func fill(_ server: ThrowAwayServer) throws {
        try server.execute("CREATE DATABASE old")
        let manager = MigrationManager(try Database(url: server.url("old")))
        _ = try manager.makeSample(version: SchemaVersion.baseline)
        _ = try server.connected("old") { connection in
            try connection.execute(
                """
                INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
                SELECT 's' || i, 'agent', 'a', (SELECT json_agg(json_build_object('run_id', 'r' || i || '-' || j,
                'content', (SELECT string_agg(md5((i * j * k)::text), ' ') FROM generate_series(1, 40) k)))
                FROM generate_series(1, 5) j), 1700000000, 1700000000 FROM generate_series(1, 4000) i
                """)
        }
    }

    private func copy(_ original: String, as name: String, _ server: ThrowAwayServer) throws {
        try server.execute("CREATE DATABASE \(name) TEMPLATE \(original)")
    }

    private func contents(_ database: String, _ server: ThrowAwayServer) throws -> PostgreSQLContents {
        try server.connected(database) { try PostgreSQLContents($0, hasClock: true) }
    }

    /// Kills the server at the moment, starts it again, and runs the command to its end.
    private func check(
        _ command: [String], on original: String, at moment: Moment, becomes expected: PostgreSQLContents,
        _ server: ThrowAwayServer
    ) throws {
        let arguments = command + ["--db", server.url("work"), "--json"]
        let outcome = try server.crash(
            moment.testDescription,
            start: {
                try server.execute("DROP DATABASE IF EXISTS work WITH (FORCE)")
                try copy(original, as: "work", server)
                return try Program.start(arguments)
            },
            wait: { run in
                try server.connected("work") { connection in
                    // The journal is not there from the beginning.
                    try waitUntil(moment.testDescription) {
                        !run.isRunning || (try? connection.value(moment.query)) == .integer(1)
                    }
                }
            })
        #expect(outcome.status == 1, "\(moment.testDescription): \(outcome.errors)")
        #expect(outcome.errors.contains("connection"), "\(outcome.errors)")
        #expect(outcome.output.contains("\"connection_lost\""), "\(outcome.output)")
        #expect(outcome.output.contains("\"tables\": ["), "what was done must be reported: \(outcome.output)")
        let again = try Program.start(arguments).wait()
        #expect(again.status == 0, "\(moment.testDescription): \(again.errors)")
        let differences = try contents("work", server).differences(from: expected).prefix(5)
        #expect(differences == [], "\(moment.testDescription)")
    }

    @Test("the run ends with exit code 1 and says so; after a restart the same command finishes")
    func killed() throws {
        let server = try ThrowAwayServer()
        try fill(server)
        let down = ["down", "--target", "2.0.0", "--yes", "--allow-data-loss"]
        try copy("old", as: "new", server)
        #expect(try Program.run("up", "--db", server.url("new")).status == 0)
        try copy("new", as: "back", server)
        #expect(try Program.start(down + ["--db", server.url("back")]).wait().status == 0)
        let (new, back) = try (contents("new", server), contents("back", server))
        for moment in [
            Moment.after(1, of: "up"), .after(4, of: "up"), .running("%ALTER TABLE \"ai\".\"agno_sessions\"%"),
            .running("%INTO \"ai\".\"agno_runs\"%"),
        ] {
            try check(["up"], on: "old", at: moment, becomes: new, server)
        }
        for moment in [
            Moment.after(1, of: "down"), .after(3, of: "down"), .running("%ALTER TABLE \"ai\".\"agno_sessions\"%"),
        ] {
            try check(down, on: "new", at: moment, becomes: back, server)
        }
    }
}
