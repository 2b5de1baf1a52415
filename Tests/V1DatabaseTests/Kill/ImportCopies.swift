import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import SQLDialects

/// Databases as a kill matrix of imports handles them.
struct ImportCopies: DatabaseCopies {
    let engine: Engine
    private let directory: TemporaryDirectory

    init(_ engine: Engine) throws {
        self.engine = engine
        directory = try TemporaryDirectory()
    }

    func copy(_ original: String, as name: String) throws -> String {
        guard engine != .sqlite else { return try directory.copy(original, as: name + ".db") }
        let template = original.split(separator: "/").last ?? ""
        return try engine.copy(original, as: "\(template)_\(name)".replacing("-", with: "_"))
    }

    func remove(_ database: String) {
        guard engine == .sqlite else {
            try? engine.drop(database)
            return
        }
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(database + suffix) }
    }

    func contents(of database: String, mayHaveGoneBack: Bool) throws -> Contents {
        try engine.database(database).makeDriver().withConnection(for: .write) { try Contents(of: $0) }
    }

    func differences(_ found: Contents, from expected: Contents) -> [String] { found.differences(from: expected) }

    func problems(of database: String) throws -> [String] {
        guard engine == .sqlite else { return [] }
        return try Database(url: database).makeDriver().withConnection(for: .write) { connection in
            try connection.rows(SQLStatement("PRAGMA integrity_check")).compactMap { $0[0].string }.filter {
                $0 != "ok"
            }
        }
    }

    /// A file has a journal to roll back; a server rolled the transaction back, and the child said that there was one.
    func isUnfinished(_ database: String, after outcome: ChildProcess.Outcome) -> Bool {
        guard engine == .sqlite else { return outcome.errors.contains("transaction=open") }
        var info = stat()
        return stat(database + "-journal", &info) == 0 && info.st_size > 0
    }
}
