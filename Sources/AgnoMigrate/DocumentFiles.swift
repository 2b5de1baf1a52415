import AgnoV1
import Foundation
import LosslessJSON
import MigrationCore

/// The documents in a file, or in the files of a folder.
///
/// A file is BSON if its name ends in `.bson`, otherwise JSON: one document per line, a list, or one document.
struct DocumentFiles {
    /// What exports write beside their documents.
    private static let others = ["prelude.json", "manifest-summary.json", "manifest-files.json"]
    private static let chunkBytes = 1 << 20

    let path: String

    /// Passes on every document with the place it is from, in the order of the files' names.
    ///
    /// - Throws: `usage` for a path that is missing or cannot be read, and for a file that is neither JSON nor BSON.
    func forEach(_ body: (JSONValue, _ place: String) throws -> Void) throws {
        for file in try files() {
            do {
                if file.pathExtension.lowercased() == "bson" {
                    try forEachOfBSON(file, body)
                } else {
                    try forEachOfJSON(file, body)
                }
            } catch let error as DocumentError {
                throw Self.refusal(error, file.lastPathComponent)
            }
        }
    }

    static func refusal(_ error: DocumentError, _ place: String) -> MigrationError {
        MigrationError(.usage, "\(place) \(error.message)", remedy: error.remedy)
    }

    /// The files with documents, sorted by their paths.
    private func files() throws -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw MigrationError(.usage, "\(path) does not exist", remedy: "check the path. Nothing was imported.")
        }
        let root = URL(filePath: path)
        guard isFolder.boolValue else { return [root] }
        let found = FileManager.default.enumerator(
            at: root, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
        let files = (found?.allObjects ?? []).compactMap { $0 as? URL }.filter { url in
            let name = url.lastPathComponent.lowercased()
            return ["json", "jsonl", "ndjson", "bson"].contains(url.pathExtension.lowercased())
                && !name.hasSuffix(".metadata.json") && !Self.others.contains(name)
        }
        guard !files.isEmpty else {
            throw MigrationError(
                .usage, "\(path) has no files with the endings .json, .jsonl, .ndjson or .bson",
                remedy: "name the folder or the file of an export. Nothing was imported.")
        }
        return files.sorted { $0.path < $1.path }
    }

    // MARK: JSON

    private func forEachOfJSON(_ file: URL, _ body: (JSONValue, String) throws -> Void) throws {
        let handle = try open(file)
        defer { try? handle.close() }
        var lines = LineReader(handle, chunkBytes: Self.chunkBytes)
        let name = file.lastPathComponent
        guard let first = try lines.next() else { return }
        guard DocumentText.isLines(firstLine: first) else {
            // One document over many lines, or a list of them.
            var text = first
            while let line = try lines.next() { text += [UInt8(ascii: "\n")] + line }
            let documents = DocumentText.documents(in: try Self.parsed(text, name))
            for (index, document) in documents.enumerated() { try body(document, "\(name), document \(index + 1)") }
            return
        }
        var line: [UInt8]? = first
        while let bytes = line {
            let number = lines.number
            for document in DocumentText.documents(in: try Self.parsed(bytes, "\(name), line \(number)")) {
                try body(document, "\(name), line \(number)")
            }
            line = try lines.next()
        }
    }

    private static func parsed(_ bytes: [UInt8], _ place: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw refusal(DocumentError(error), place)
        }
    }

    // MARK: BSON

    private func forEachOfBSON(_ file: URL, _ body: (JSONValue, String) throws -> Void) throws {
        let handle = try open(file)
        defer { try? handle.close() }
        var number = 0
        while let head = try handle.read(upToCount: 4), !head.isEmpty {
            let length = try BSONReader.length(head)
            let rest = try handle.read(upToCount: length - head.count) ?? Data()
            number += 1
            try body(
                .object(BSONReader.document(Array(head) + Array(rest))), "\(file.lastPathComponent), document \(number)"
            )
        }
    }

    private func open(_ file: URL) throws -> FileHandle {
        guard let handle = FileHandle(forReadingAtPath: file.path) else {
            throw MigrationError(
                .usage, "\(file.path) cannot be read", remedy: "check its permissions. Nothing was imported.")
        }
        return handle
    }
}

/// The lines of a file that have something in them; no more than one of them is in memory, and a part of the next.
private struct LineReader {
    private let handle: FileHandle
    private let chunkBytes: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// The number of the line that came last.
    private(set) var number = 0

    init(_ handle: FileHandle, chunkBytes: Int) { (self.handle, self.chunkBytes) = (handle, chunkBytes) }

    mutating func next() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[start..<end])
                start = end + 1
                number += 1
                guard Self.isBlank(line) else { return line }
                searched = start
                continue
            }
            buffer.removeFirst(start)
            start = 0
            searched = buffer.count
            guard let chunk = try handle.read(upToCount: chunkBytes), !chunk.isEmpty else {
                defer { buffer = [] }
                number += 1
                return Self.isBlank(buffer) ? nil : buffer
            }
            buffer += chunk
        }
    }

    private static func isBlank(_ line: [UInt8]) -> Bool { line.allSatisfy { $0 <= 0x20 } }
}
