package import Foundation

/// A directory of a test's own, gone with the last reference to it.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        let name = "agno-migrate-durability-\(UUID().uuidString)"
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        // A test may have taken the permission to write away.
        chmod(path, 0o755)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in the directory.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The names of everything in the directory, sorted.
    package var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }

    /// A copy of a closed database under another name.
    package func copy(_ original: String, as name: String) throws -> String {
        try FileManager.default.copyItem(atPath: original, toPath: file(name))
        return file(name)
    }

    /// Every file's bytes by name, but for the shared memory of write-ahead logging, which is no content.
    ///
    /// No database of the directory may be open in this process: closing a descriptor would take its locks away.
    package var bytes: [String: Data] {
        get throws {
            var result: [String: Data] = [:]
            for name in try names {
                result[name] = name.hasSuffix("-shm") ? Data() : try Data(contentsOf: URL(fileURLWithPath: file(name)))
            }
            return result
        }
    }
}
