import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import Testing

@Suite("The server killed in the middle, MariaDB and MySQL", .serialized, .timeLimit(.minutes(30)))
struct ServerKillTests {
    /// When the server is killed: as soon as the query says true.
    struct Moment: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var query: String

        /// While the program runs a statement.
        static func running(_ pattern: String) -> Moment {
            Moment(
                testDescription: "while \(pattern) runs",
                query: "SELECT COUNT(*) > 0 FROM information_schema.PROCESSLIST WHERE COMMAND IN ('Query', 'Execute') "
                    + "AND ID <> CONNECTION_ID() AND INFO LIKE '\(pattern)'")
        }

        /// After so many steps of the command, which is not over then.
        static func after(_ steps: Int, of command: String) -> Moment {
            Moment(
                testDescription: "after \(steps) steps of \(command)",
                query: "SELECT COUNT(*) >= \(steps) FROM work.agno_migration_journal WHERE event = 'step' "
                    + "AND command = '\(command)' AND outcome <> 'started'")
        }

        /// After so many batches of the move.
        static func moved(_ rows: Int) -> Moment {
            Moment(
                testDescription: "with \(rows) sessions moved",
                query: "SELECT COUNT(*) >= \(rows) FROM work.agno_migration_markers")
        }
    }

    /// A database that keeps a migration busy for a while.
    private func fill(_ server: ThrowAwayServer) throws {
        let manager = MigrationManager(try Database(url: server.url("mysql"), schema: "old"))
        _ = try manager.makeSample(version: SchemaVersion.baseline)
        try server.connected { connection in
            for first in stride(from: 0, to: 3000, by: 50) {
                let rows = (first..<first + 50).map { number -> String in
                    let runs = (1...5).map { run in
                        let content = String(repeating: "\(number * run) ", count: 200)
                        return #"{"run_id": "r\#(number)-\#(run)", "agent_id": "a", "content": "\#(content)"}"#
                    }
                    return "('s\(number)', 'agent', 'a', '[\(runs.joined(separator: ", "))]', 1700000000, 1700000000)"
                }
                try connection.execute(
                    "INSERT INTO old.agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at) "
                        + "VALUES \(rows.joined(separator: ", "))")
            }
        }
    }

    private func copy(_ original: String, as name: String, _ server: ThrowAwayServer) throws {
        try server.connected { try DatabaseCopy.make(of: original, as: name, on: $0) }
    }

    private func contents(_ database: String, _ server: ThrowAwayServer) throws -> MySQLContents {
        try server.connected { try MySQLContents($0, of: database, hasClock: true) }
    }

    /// A command of the program on one of the databases.
    private func arguments(_ command: [String], _ database: String, _ server: ThrowAwayServer) -> [String] {
        command + ["--db", server.url("mysql"), "--schema", database, "--json"]
    }

    /// Kills the server at the moment, starts it again, and runs the command to its end.
    private func check(
        _ command: [String], on original: String, at moment: Moment, becomes expected: MySQLContents,
        _ server: ThrowAwayServer
    ) throws {
        let arguments = arguments(command, "work", server)
        let outcome = try server.crash(
            moment.testDescription,
            start: {
                try copy(original, as: "work", server)
                return try Program.start(arguments)
            },
            wait: { run in
                try server.connected { connection in
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

    @Test(
        "the run ends with exit code 1 and says so; after a restart the same command finishes",
        arguments: TestServer.all)
    func killed(kind: TestServer) throws {
        let server = try ThrowAwayServer(kind)
        try fill(server)
        let down = ["down", "--target", "2.0.0", "--yes", "--allow-data-loss"]
        try copy("old", as: "new", server)
        #expect(try Program.start(arguments(["up"], "new", server)).wait().status == 0)
        try copy("new", as: "back", server)
        #expect(try Program.start(arguments(down, "back", server)).wait().status == 0)
        let (new, back) = try (contents("new", server), contents("back", server))
        var ups = [Moment.moved(300), .running("%ALTER TABLE `work`.`agno_sessions`%PRIMARY KEY%")]
        var downs = [Moment.running("%ALTER TABLE `work`.`agno_sessions`%PRIMARY KEY%")]
        if kind == .mariadb {
            ups += [.after(1, of: "up"), .after(4, of: "up")]
            downs.append(.after(1, of: "down"))
        } else {
            ups.append(.running("%INTO `work`.`agno_runs`%JSON_TABLE%"))
        }
        for moment in ups { try check(["up"], on: "old", at: moment, becomes: new, server) }
        for moment in downs { try check(down, on: "new", at: moment, becomes: back, server) }
    }
}
