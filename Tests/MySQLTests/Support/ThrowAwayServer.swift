import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import MySQLAccess
import SQLDialects
import ServerContract

/// A server of a test's own that writes through to the disk and may be killed.
final class ThrowAwayServer: ServerToKill {
    private let kind: TestServer
    private let port: Int
    private let directory: TemporaryDirectory
    private let program: String
    private let log: [String]
    private var process: ChildProcess?

    /// - Parameter log: what its log of changes is told.
    init(_ kind: TestServer, log: [String] = ["--skip-log-bin"]) throws {
        self.kind = kind
        self.log = log
        directory = try TemporaryDirectory()
        program =
            kind == .mysql ? try TestServer.variable("AGNO_TEST_MYSQL_PROGRAM", of: "mysql") : try Self.find("mariadbd")
        port = try FreePort.find()
        if getuid() == 0 {
            try FileManager.default.setAttributes([.ownerAccountName: "mysql"], ofItemAtPath: directory.path)
        }
        let data = "--datadir=\(directory.file("data"))"
        let maker: ChildProcess
        switch kind {
        case .mariadb:
            maker = try ChildProcess(
                Self.find("mariadb-install-db"),
                ["--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"] + Self.user)
        case .mysql:
            maker = try ChildProcess(
                program,
                Self.user + [data, "--initialize-insecure", "--innodb-data-file-path=ibdata1:5M:autoextend"])
        }
        let outcome = try maker.wait()
        guard outcome.exitCode == 0 else { throw FaultRunner.Failure(description: "\(kind): \(outcome.errors)") }
        try start()
    }

    deinit { try? crash() }

    private static var user: [String] { getuid() == 0 ? ["--user=mysql"] : [] }

    private static func find(_ program: String) throws -> String {
        guard
            let folder = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"]
                .first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") })
        else {
            throw TestServer.Missing(
                description: "there is no \(program): run scripts/servers up mariadb, which installs it")
        }
        return "\(folder)/\(program)"
    }

    func url(_ database: String) -> String { "\(kind.rawValue)://root@127.0.0.1:\(port)/\(database)" }

    func connected<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try TestServer.driver(url: url("mysql"), schema: "mysql", lockTimeout: 60).withConnection(for: .write, body)
    }

    /// - Parameter database: the one whose tables the connection's dialect names.
    func connected<Result>(
        to database: String, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try TestServer.driver(url: url("mysql"), schema: database, lockTimeout: 60).withConnection(for: .write, body)
    }

    func makeSample(_ database: String) throws {
        _ = try MigrationManager(Database(url: url("mysql"), schema: database)).makeSample(version: .baseline)
    }

    func copy(_ original: String, as name: String) throws {
        try connected { try DatabaseCopy.make(of: original, as: name, on: $0) }
    }

    func options(_ database: String) -> [String] { ["--db", url("mysql"), "--schema", database] }

    func table(_ name: String, of database: String) -> String { "\(database).\(name)" }

    func contents(of database: String) throws -> DatabaseContents {
        try connected { try DatabaseContents(mySQL: $0, of: database, hasClock: true) }
    }

    func isRunning(_ pattern: String) -> String {
        "SELECT COUNT(*) > 0 FROM information_schema.PROCESSLIST WHERE COMMAND IN ('Query', 'Execute') "
            + "AND ID <> CONNECTION_ID() AND INFO LIKE '\(pattern)'"
    }

    var moments: (up: [CrashMoment], down: [CrashMoment]) {
        let alteration = CrashMoment.running("%ALTER TABLE `work`.`agno_sessions`%PRIMARY KEY%")
        switch kind {
        case .mariadb: return ([.moved(300), alteration, .steps(1), .steps(4)], [alteration, .steps(1)])
        case .mysql:
            return ([.moved(300), alteration, .running("%INTO `work`.`agno_runs`%JSON_TABLE%")], [alteration])
        }
    }

    /// Starts it and waits until it answers, which after a crash is when it has recovered.
    func start() throws {
        var settings =
            [
                "--datadir=\(directory.file("data"))", "--socket=\(directory.file("s.sock"))", "--port=\(port)",
                "--bind-address=127.0.0.1", "--pid-file=\(directory.file("pid"))",
                // Its own: at its start a server deletes the temporary tables that it finds, also those of another server.
                "--tmpdir=\(directory.file("data"))",
                "--innodb-flush-log-at-trx-commit=1",
            ] + log
        switch kind {
        case .mariadb: settings.insert("--no-defaults", at: 0)
        case .mysql:
            settings += [
                "--mysqlx=OFF", "--performance-schema=OFF", "--innodb-buffer-pool-size=64M",
                "--innodb-data-file-path=ibdata1:5M:autoextend",
            ]
        }
        let process = try ChildProcess(program, settings + Self.user)
        self.process = process
        try waitUntil("the server answers") {
            guard process.isRunning else { throw FaultRunner.Failure(description: "the server ended at once") }
            return (try? connected { try $0.value("SELECT 1") }) != nil
        }
    }

    /// Kills the server where it is, as the end of the power supply would.
    func crash() throws {
        guard let process else { return }
        self.process = nil
        process.kill()
        _ = try process.wait()
    }
}
