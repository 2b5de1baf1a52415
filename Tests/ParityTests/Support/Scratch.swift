import Foundation

/// A directory that goes away with its last user, or with the process.
final class Scratch: Sendable {
    let directory: URL

    private static let root: URL = {
        atexit { try? FileManager.default.removeItem(at: Scratch.root) }
        return FileManager.default.temporaryDirectory.appending(path: "agno-parity-\(UUID().uuidString)")
    }()

    init() throws {
        directory = Self.root.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// A path for a file that is not there yet.
    func path(_ name: String) -> String { directory.appending(path: name).path }

    func emptyFile(_ name: String) throws -> URL {
        let url = directory.appending(path: name)
        try Data().write(to: url)
        return url
    }

    /// A file of no bytes, which SQLite takes for a database without tables.
    func emptyDatabase(_ name: String) throws -> String { try emptyFile(name).path }

    /// A copy of a database that nobody has open.
    func copy(_ path: String, as name: String = "copy.db") throws -> String {
        let copy = self.path(name)
        guard !FileManager.default.fileExists(atPath: path + "-wal") else {
            throw SetUpFailure(description: "\(name): the database to be copied is still open")
        }
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        return copy
    }
}

/// A file's bytes, and whether a journal lies beside it.
struct FileState: Equatable {
    let bytes: Data
    let companions: [String]

    init(_ path: String) throws {
        bytes = try Data(contentsOf: URL(filePath: path))
        companions = ["-wal", "-shm", "-journal"].filter { FileManager.default.fileExists(atPath: path + $0) }
    }
}
