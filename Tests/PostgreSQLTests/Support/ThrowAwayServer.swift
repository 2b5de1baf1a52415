import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import PostgreSQLAccess
import SQLDialects
import ServerContract

/// A server of a test's own that writes through to the disk and may be killed.
final class ThrowAwayServer: ServerToKill {
    private let port: Int
    private let directory: TemporaryDirectory
    private let binaries: String
    private var process: ChildProcess?

    init() throws {
        directory = try TemporaryDirectory()
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let version = versions.compactMap({ Int($0) }).max() else {
            throw TestServer.Missing(
                description: "there is no \(root): run scripts/servers up postgres, which installs it")
        }
        binaries = "\(root)/\(version)/bin"
        port = try FreePort.find()
        if getuid() == 0 {
            try FileManager.default.setAttributes([.ownerAccountName: "postgres"], ofItemAtPath: directory.path)
        }
        let outcome = try spawn(
            "initdb", ["-D", directory.file("data"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]
        ).wait()
        guard outcome.exitCode == 0 else { throw FaultRunner.Failure(description: "initdb: \(outcome.errors)") }
        try start()
    }

    deinit { try? crash() }

    /// A program of the server's, which refuses to run as root.
    private func spawn(_ program: String, _ arguments: [String]) throws -> ChildProcess {
        let words = ["\(binaries)/\(program)"] + arguments
        guard getuid() == 0 else { return try ChildProcess(words[0], arguments) }
        return try ChildProcess("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups"] + words)
    }

    private func url(_ database: String) -> String { "postgresql://postgres@127.0.0.1:\(port)/\(database)" }

    func connected<Result>(
        to database: String, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try TestServer.driver(url: url(database)).withConnection(for: .write, body)
    }

    /// Runs a statement that belongs to no database.
    private func execute(_ statement: String) throws {
        _ = try connected(to: "postgres") { try $0.execute(statement) }
    }

    func makeSample(_ database: String) throws {
        try execute("CREATE DATABASE \(database)")
        _ = try MigrationManager(Database(url: url(database))).makeSample(version: .baseline)
    }

    func copy(_ original: String, as name: String) throws {
        try execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        try execute("CREATE DATABASE \(name) TEMPLATE \(original)")
    }

    func options(_ database: String) -> [String] { ["--db", url(database)] }

    func table(_ name: String, of database: String) -> String { "ai.\(name)" }

    func contents(of database: String) throws -> DatabaseContents {
        try connected(to: database) { try DatabaseContents(postgreSQL: $0, hasClock: true) }
    }

    func isRunning(_ pattern: String) -> String {
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() "
            + "AND query LIKE '\(pattern)' AND now() - query_start > '20 ms')"
    }

    var moments: (up: [CrashMoment], down: [CrashMoment]) {
        let alteration = #"%ALTER TABLE "ai"."agno_sessions"%"#
        return (
            [.steps(1), .steps(4), .running(alteration), .running(#"%INTO "ai"."agno_runs"%"#)],
            [.steps(1), .steps(3), .running(alteration)]
        )
    }

    /// Starts it and waits until it answers, which after a crash is when it has recovered.
    func start() throws {
        let settings = [
            "port=\(port)", "track_activity_query_size=16384", "listen_addresses=127.0.0.1",
            "unix_socket_directories=\(directory.path)",
        ]
        process = try spawn("postgres", ["-D", directory.file("data")] + settings.flatMap { ["-c", $0] })
        try waitUntil("the server answers") { (try? connected(to: "postgres") { try $0.value("SELECT 1") }) != nil }
    }

    /// Kills the server and its children where they are, as the end of the power supply would.
    func crash() throws {
        guard let process else { return }
        self.process = nil
        let children = Self.children(of: process.id)
        process.kill()
        for child in children { kill(child, SIGKILL) }
        _ = try process.wait()
        try waitUntil("the server's children are gone") { children.allSatisfy(Self.isGone) }
    }

    /// The third and fourth field of `/proc/ID/stat`, after the name in parentheses: the state and the parent.
    private static func state(of id: pid_t) -> (state: Substring, parent: pid_t)? {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[end...].dropFirst(2).split(separator: " ")
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        return (fields[0], parent)
    }

    private static func children(of id: pid_t) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { state(of: $0)?.parent == id }
    }

    private static func isGone(_ id: pid_t) -> Bool { state(of: id).map { $0.state == "Z" } ?? true }
}
