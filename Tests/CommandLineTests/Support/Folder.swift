import AgnoMigrate
import Foundation
import GRDB
import Testing

/// A folder of its own for one test; it goes away with the value.
final class Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("agno-migrate-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // A test may have taken the permissions away.
        chmod(url.path, 0o755)
        try? FileManager.default.removeItem(at: url)
    }

    /// A file in the folder.
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// An empty file outside the way of the tests' own.
    func scratch() -> URL {
        let file = url.appendingPathComponent(".scratch-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        return file
    }

    /// Writes a text file.
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }

    /// The bytes of a file.
    func bytes(of name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }

    /// The names of all files but scratch files.
    var files: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: url.path).filter { !$0.hasPrefix(".scratch-") }.sorted()
        }
    }

    /// Makes a database of a schema version with the program itself.
    func sample(_ version: String, _ name: String = "agno.db", sessions: Int = 5) async throws {
        let outcome = try await Program.run(
            "sample", "--db", name, "--version", version, "--sessions", "\(sessions)", in: self)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    /// Changes a database behind the program's back.
    func execute(_ sql: String, in name: String = "agno.db") throws {
        let queue = try DatabaseQueue(path: path(name))
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// The first column of a query.
    func texts(_ sql: String, in name: String = "agno.db") throws -> [String] {
        let queue = try DatabaseQueue(path: path(name))
        defer { try? queue.close() }
        return try queue.read { try String.fetchAll($0, sql: sql) }
    }
}

extension String {
    /// The newest schema version.
    static let latest = SchemaVersion.latest.description
}
