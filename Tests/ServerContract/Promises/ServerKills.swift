import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import Testing

extension ServerContract where Server: KillableServer {
    func survivesTheServersEnd() throws {
        let victim = try server.victim()
        try victim.makeSample("old")
        try victim.connected(to: "old") { try Sessions.insert(4000, runs: 5, bytes: 1200, $0) }
        let up = ["up"]
        let down = ["down", "--target", "2.0.0", "--yes", "--allow-data-loss"]
        try victim.copy("old", as: "new")
        #expect(try Program.start(up + victim.options("new")).wait().status == 0)
        try victim.copy("new", as: "back")
        #expect(try Program.start(down + victim.options("back")).wait().status == 0)
        let (new, back) = try (victim.contents(of: "new"), victim.contents(of: "back"))
        let moments = victim.moments
        for moment in moments.up { try crash(victim, at: moment, of: up, on: "old", becomes: new) }
        for moment in moments.down { try crash(victim, at: moment, of: down, on: "new", becomes: back) }
    }

    /// Kills the server at the moment, starts it again, and runs the command to its end.
    private func crash(
        _ victim: Server.Victim, at moment: CrashMoment, of command: [String], on original: String,
        becomes expected: DatabaseContents
    ) throws {
        let arguments = command + victim.options("work") + ["--json"]
        let name = "\(command[0]), \(moment)"
        let query = moment.query(for: command[0], victim)
        let outcome = try victim.crash(
            name,
            start: {
                try victim.copy(original, as: "work")
                return try Program.start(arguments)
            },
            wait: { run in
                try victim.connected(to: "work") { connection in
                    // The journal does not exist from the beginning.
                    try waitUntil(name) { !run.isRunning || (try? connection.value(query)) == .integer(1) }
                }
            })
        #expect(outcome.status == 1, "\(name): \(outcome.errors)")
        #expect(outcome.errors.contains("connection"), "\(outcome.errors)")
        #expect(outcome.output.contains("\"connection_lost\""), "\(outcome.output)")
        #expect(outcome.output.contains("\"tables\": ["), "what was done must be reported: \(outcome.output)")
        let again = try Program.start(arguments).wait()
        #expect(again.status == 0, "\(name): \(again.errors)")
        #expect(try victim.contents(of: "work").differences(from: expected).prefix(5) == [], "\(name)")
    }
}

extension CrashMoment {
    /// A query whose value is true from the moment on.
    fileprivate func query(for command: String, _ victim: some ServerToKill) -> String {
        switch self {
        case .steps(let count):
            let journal = victim.table("agno_migration_journal", of: "work")
            return "SELECT COUNT(*) >= \(count) FROM \(journal) WHERE event = 'step' AND command = '\(command)' "
                + "AND outcome <> 'started'"
        case .moved(let count):
            return "SELECT COUNT(*) >= \(count) FROM \(victim.table("agno_migration_markers", of: "work"))"
        case .running(let pattern): return victim.isRunning(pattern)
        }
    }
}
