import DurabilitySupport
import Foundation

/// Files in one directory, as a kill matrix copies them and looks at them.
struct SQLiteCopies: DatabaseCopies {
    let directory: TemporaryDirectory

    func copy(_ original: String, as name: String) throws -> String { try directory.copy(original, as: name + ".db") }

    func remove(_ database: String) { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(database + suffix) } }

    /// A way there and back leaves behind what the owner's triggers noted, and lists that are encoded as 2.0 wants them
    /// although they were not before.
    func contents(of database: String, mayHaveGoneBack: Bool) throws -> DatabaseContents {
        try DatabaseContents(
            of: database, ignoring: mayHaveGoneBack ? [UglyDatabase.notesTable, "sqlite_sequence"] : [],
            hasGoneBack: mayHaveGoneBack)
    }

    func differences(_ found: DatabaseContents, from expected: DatabaseContents) -> [String] {
        found.differences(from: expected)
    }

    func problems(of database: String) throws -> [String] { try integrityProblems(of: database) }

    /// There is a journal to roll back, or a log to read, before anything else.
    func isUnfinished(_ database: String, after outcome: ChildProcess.Outcome) -> Bool {
        ["-journal", "-wal"].contains { suffix in
            var info = stat()
            return stat(database + suffix, &info) == 0 && info.st_size > 0
        }
    }
}
