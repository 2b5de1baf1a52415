import AgnoMigrate
import AgnoSchema
import DurabilitySupport
import Foundation
import ServerContract
import Testing

/// The original's own class for SingleStore, release 3.1.10, is asked on a double that lets its statements through.
///
/// The older releases have no part in it: 2.0.11 cannot store a session with a summary there, 2.3.26 stops at its own
/// second table, and the sessions table of 2.5.17 is refused.
@Suite(
    "Beside the Python original on SingleStore", .enabled(if: !TestServer.isReal),
    .enabled(if: PythonRelease.interpreter != nil, "scripts/agno-venv 3.1.10 has not been run"),
    .timeLimit(.minutes(30)))
struct ParityTests {
    /// What may differ after both went up from 2.0.0, and why.
    private static let known = [
        // The original stamps tables that are not there.
        #"^stamps > agno_\w+: only in A: "3\.0\.0"$"#,
        // It looks for tables in a database called agno, finds none, and stamps 2.3.0 all the same.
        #"^tables > agno_memories > (columns|rows > [\w-]+) > (created_at|feedback): only in B: "#,
        #"^tables > agno_memories > indexes > \(created_at\) HASH: only in B: "#,
        // It does the same with 2.5.0, and so keeps the key of 2.0.0.
        #"^tables > agno_sessions > columns > session_id > pk: 0 != 1"#,
        #"^tables > agno_sessions > indexes > PRIMARY KEY UNIQUE \(session_id\) HASH: only in B"#,
        #"^tables > agno_sessions > indexes > UNIQUE \(session_id, session_type\) HASH: only in A"#,
    ]

    private func script(_ name: String, _ arguments: String...) throws -> ChildProcess.Outcome {
        try ChildProcess(
            PythonRelease.interpreter ?? "python3", [Repository.path("Tests/Parity/\(name)")] + arguments,
            environment: ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        ).wait()
    }

    @Test("verify agrees with what it made; both ways lead to the same rows; its class reads ours")
    func oracle() throws {
        let lenient = try TestServer(switches: ["lenient": "on", "json_spelling": "plain"], offersTLS: true)
        let databases = [try TestDatabase(on: lenient), try TestDatabase(on: lenient)]
        let urls = databases.map { lenient.url($0.name, scheme: "singlestoredb+pymysql") }
        for (database, url) in zip(databases, urls) {
            let made = try script("populate.py", "--db", url, "--release", "3.1.10")
            #expect(made.exitCode == 0, "\(made.errors.suffix(2000))")
            let manager = try strict(database)
            #expect(try manager.verify().isVerified)
            #expect(try manager.status().tables.allSatisfy { $0.agrees && $0.pending.isEmpty })
            // What is parked the original does not put back; metrics with owners stay.
            let down = try manager.down(tables: TableType.allCases.filter { $0 != .metrics }, target: .baseline)
            #expect(down.isSuccess, "\(down.problems)")
            _ = try manager.dropParked()
        }
        let theirs = try script("upstream.py", "--db", urls[0], "up")
        #expect(theirs.exitCode == 0, "\(theirs.errors.suffix(2000))")
        let ours = try strict(databases[1]).up()
        #expect(ours.isSuccess, "\(ours.problems)")
        let compared = try script(
            "compare.py", urls[0], urls[1], "--ignore-now", "1750000000", "--numbers-by-value")
        let unknown = try compared.output.split(separator: "\n").filter { line in
            try !Self.known.contains { try line.firstMatch(of: Regex($0)) != nil }
        }
        #expect(compared.exitCode ?? 2 < 2, "\(compared.errors.suffix(2000))")
        #expect(unknown == [])
        let read = try script("read_back.py", "--db", urls[1])
        let found = try #require(try JSONSerialization.jsonObject(with: Data(read.output.utf8)) as? [String: Any])
        for (kind, count) in [("sessions", 26), ("runs", 67), ("memories", 12), ("evals", 4), ("knowledge", 3)] {
            let rows = try #require(found[kind] as? [String: Any], "\(kind)")
            #expect(rows.count == count && rows["error"] == nil, "\(kind): \(rows.count)")
        }
    }

    /// Ours goes through the double that lets nothing through.
    private func strict(_ database: TestDatabase) throws -> MigrationManager {
        MigrationManager(try Database(url: TestServer.shared().url(database.name)))
    }
}

/// The interpreter that can import the original, where `scripts/agno-venv` has made it.
private enum PythonRelease {
    static let interpreter: String? = {
        let path = Repository.path(".cache/agno-3.1.10/bin/python")
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()
}
