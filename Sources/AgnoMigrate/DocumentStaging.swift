import AgnoSchema
import AgnoV1
import DatabaseAccess
import Foundation
import MigrationCore
import SQLiteAccess

/// A database of v1 tables that holds the documents of files, for as long as an import runs.
///
/// It is a SQLite file in a folder of its own that only its owner can read, so that an import reads documents by key, in
/// pages and more than once, as it reads tables.
final class DocumentStaging {
    private static let rowsPerTransaction = 1000

    private let folder: URL
    let driver: SQLiteDriver

    /// - Parameter kind: the kind of every document; nil: each is recognised.
    /// - Throws: `usage` for a path or a document that cannot be read; `interrupted`.
    init(_ path: String, as kind: V1Kind?, options: EngineOptions) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "agno-migrate-\(UUID().uuidString)")
        driver = SQLiteDriver(path: folder.appending(path: "v1.db").path)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        try driver.withConnection(for: .create) { connection in
            try Self.fill(connection, from: DocumentFiles(path: path), as: kind, options)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static func fill(
        _ connection: any DatabaseConnection, from files: DocumentFiles, as kind: V1Kind?, _ options: EngineOptions
    ) throws {
        var tables: Set<V1Kind> = []
        var count = 0
        try connection.execute("BEGIN")
        try files.forEach { value, place in
            let document: V1Document
            do throws(DocumentError) {
                document = try V1Document(value, as: kind)
            } catch {
                throw DocumentFiles.refusal(error, place)
            }
            if tables.insert(document.kind).inserted { try make(document.kind, connection) }
            let places = (1...document.values.count).map(connection.dialect.placeholder).joined(separator: ", ")
            try connection.execute("INSERT INTO \(document.kind.rawValue) VALUES (\(places))", document.values)
            count += 1
            guard count.isMultiple(of: rowsPerTransaction) else { return }
            try connection.execute("COMMIT")
            try options.interruption.checkpoint()
            try connection.execute("BEGIN")
        }
        for table in tables {
            try connection.execute(
                "CREATE INDEX \(table.rawValue)_key ON \(table.rawValue) (\(V1Document.columns(of: table)[0]))")
        }
        try connection.execute("COMMIT")
        options.onEvent(.note("read \(count) documents from \(files.path)"))
    }

    /// A table as 1.x makes it, but for its key: files may have two documents with one, which is the import's to refuse.
    private static func make(_ kind: V1Kind, _ connection: any DatabaseConnection) throws {
        let columns = V1Document.columns(of: kind).map { column in
            "\(connection.dialect.quote(column))\(column.hasSuffix("_at") ? "" : " TEXT")"
        }
        try connection.execute("CREATE TABLE \(kind.rawValue) (\(columns.joined(separator: ", ")))")
    }
}
