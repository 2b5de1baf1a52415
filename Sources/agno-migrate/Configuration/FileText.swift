import AgnoMigrate
import Foundation

enum FileText {
    private static let maximumBytes = 1 << 20

    /// The whole text of a file. Throws a configuration error with the file and the reason.
    ///
    /// - Parameters:
    ///   - written: the path as its owner wrote it, where parts of it come from the environment.
    ///   - limit: the most bytes that it may have.
    static func read(
        _ path: String, as written: String? = nil, for role: String, upTo limit: Int = maximumBytes
    ) throws -> String {
        func failure(_ reason: String) -> MigrationError {
            MigrationError(
                .configuration, "\(role): '\(printable(written ?? path))' \(reason)",
                remedy: "choose a readable text file")
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw failure("does not exist")
        }
        guard !isDirectory.boolValue else { throw failure("is a directory") }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw failure("cannot be read") }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: limit + 1) ?? Data() else {
            throw failure("cannot be read")
        }
        guard data.count <= limit else { throw failure("is larger than \(limit >> 20) MB") }
        guard let text = String(validating: data, as: UTF8.self) else { throw failure("is not UTF-8 text") }
        return text
    }

    /// The secret that a file holds: its text without the trailing line feeds.
    ///
    /// - Throws: a configuration error that names the file's role and never its content.
    static func secret(_ path: String, as written: String? = nil, for role: String) throws -> String {
        let line = withoutLineFeeds(try read(path, as: written, for: role))
        guard !line.isEmpty, !line.contains(where: \.isNewline) else {
            throw MigrationError(
                .configuration, "\(role): the file must hold exactly one line",
                remedy: "write only the secret into the file")
        }
        return line
    }

    /// The text without its trailing line feeds.
    static func withoutLineFeeds(_ text: String) -> String {
        text.lastIndex { !$0.isNewline }.map { String(text[...$0]) } ?? ""
    }
}
