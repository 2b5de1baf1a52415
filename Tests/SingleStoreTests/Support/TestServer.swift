import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MySQLAccess
import SQLDialects
import Testing

/// A server that is SingleStore, or that answers as its documentation says: the real one of `AGNO_TEST_SINGLESTORE_URL`
/// where somebody has one, otherwise the double that `scripts/servers up singlestore-double` started.
final class TestServer: Sendable {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// A URL whose database is there already.
    private let address: String
    private let process: ChildProcess?
    /// Holds the certificate of a double that offers TLS.
    private let files: TemporaryDirectory?

    /// Whether the tests run on a real server: what only the double can do or count is left out then.
    static let isReal = variable("AGNO_TEST_SINGLESTORE_URL") != nil

    private static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

    static func shared() throws -> TestServer {
        guard let url = variable("AGNO_TEST_SINGLESTORE_URL") ?? variable("AGNO_TEST_SINGLESTORE_DOUBLE_URL") else {
            throw Missing(
                description:
                    "AGNO_TEST_SINGLESTORE_DOUBLE_URL is not set: run scripts/servers up singlestore-double and "
                    + "eval \"$(scripts/servers env singlestore-double)\"")
        }
        return TestServer(url)
    }

    private init(_ address: String) {
        self.address = address
        process = nil
        files = nil
    }

    /// Another double in front of the same MariaDB, which answers otherwise where the documentation is open or where
    /// versions differ.
    ///
    /// - Parameter offersTLS: the original's connections insist on it, and check nothing.
    init(switches: [String: String], offersTLS: Bool = false) throws {
        guard let url = Self.variable("AGNO_TEST_MARIADB_URL"), let back = try DatabaseURL(url).port else {
            throw Missing(
                description: "AGNO_TEST_MARIADB_URL is not set: run scripts/servers up mariadb and "
                    + "eval \"$(scripts/servers env mariadb)\"")
        }
        let files = offersTLS ? try TemporaryDirectory() : nil
        var tls: [String] = []
        if let files {
            let (key, certificate) = (files.file("server.key"), files.file("server.crt"))
            let made = try ChildProcess(
                "openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out",
                    certificate,
                ]
            ).wait()
            guard made.exitCode == 0 else { throw Missing(description: "openssl: \(made.errors)") }
            tls = ["--tls-certificate", certificate, "--tls-key", key]
        }
        self.files = files
        let port = try FreePort.find()
        let process = try ChildProcess(
            "python3",
            ["-m", "singlestore_double", "--port", "\(port)", "--mariadb-port", "\(back)"] + tls
                + switches.flatMap { ["--\($0.replacing("_", with: "-"))", $1] },
            environment: ProcessInfo.processInfo.environment.merging([
                "PYTHONPATH": Repository.path("Tests/SingleStoreDouble"), "PYTHONDONTWRITEBYTECODE": "1",
            ]) { $1 })
        self.process = process
        address = "singlestore://root@127.0.0.1:\(port)/memsql"
        try waitUntil("the double answers") {
            guard process.isRunning else {
                throw Missing(description: "the double ended: \(try process.wait().errors)")
            }
            do {
                return try connected { try $0.value("SELECT 1") } != nil
            } catch let error as DatabaseError {
                // A version that is refused has answered as well.
                return error.message.contains("is older than")
            }
        }
    }

    deinit {
        process?.kill()
        _ = try? process?.wait()
    }

    /// The URL of a database, under any scheme.
    func url(_ database: String? = nil, scheme: String = "singlestore") -> String {
        guard let end = address.firstRange(of: "://")?.upperBound, let slash = address.lastIndex(of: "/") else {
            return address
        }
        let name = database.map { "/\($0)" } ?? String(address[slash...])
        return scheme + "://" + address[end..<slash] + name
    }

    func driver(_ database: String? = nil, schema: String? = nil, lockTimeout: Int = 1) throws -> MySQLDriver {
        MySQLDriver(
            try MySQLParameters(DatabaseURL(url(database))), schema: schema,
            versionsTable: TableNames().versions, lockTimeout: lockTimeout)
    }

    func connected<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try driver(lockTimeout: 30).withConnection(for: .write, body)
    }
}

enum Repository {
    static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: name).path
    }
}
