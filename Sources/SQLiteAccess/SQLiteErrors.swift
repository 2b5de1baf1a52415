import DatabaseAccess
import GRDB
import GRDBSQLite

/// Maps SQLite's result codes to conditions (rescode.html).
enum SQLiteErrors {
    static func opening(_ path: String, _ error: GRDB.DatabaseError) -> DatabaseAccess.DatabaseError {
        make(code: error.extendedResultCode.rawValue, text: error.message ?? "", path: path, sql: nil)
    }

    static func make(code: Int32, text: String, path: String, sql: String?) -> DatabaseAccess.DatabaseError {
        typealias Failure = DatabaseAccess.DatabaseError
        let detail = "SQLite \(code): \(text)" + (sql.map { "; statement: \($0)" } ?? "")
        switch code & 0xff {
        case SQLITE_CANTOPEN: return Failure(.cannotConnect, "\(path) cannot be opened", detail: detail)
        case SQLITE_PERM, SQLITE_AUTH: return Failure(.notAuthorised, "no permission for \(path)", detail: detail)
        case SQLITE_NOTADB:
            return Failure(.notADatabase, "\(path) is not a SQLite database, or it is encrypted", detail: detail)
        case SQLITE_CORRUPT:
            return Failure(
                .corrupt, "\(path) is damaged (SQLite: malformed); restore it from a backup or try sqlite3's .recover",
                detail: detail)
        case SQLITE_READONLY: return Failure(.readOnly, "\(path) cannot be written", detail: detail)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return Failure(
                .busy, "another connection kept \(path) locked; stop the writer or try again", detail: detail)
        case SQLITE_FULL:
            return Failure(.full, "there is not enough space for \(path) and its journal", detail: detail)
        case SQLITE_TOOBIG: return Failure(.notStorable, "a value is too large for SQLite", detail: detail)
        case SQLITE_CONSTRAINT: return Failure(.constraint, "a key or constraint was violated", detail: detail)
        case SQLITE_INTERRUPT: return Failure(.interrupted, "the running statement was cancelled", detail: detail)
        case SQLITE_IOERR: return Failure(.other, "reading or writing \(path) failed", detail: detail)
        default:
            if let object = brokenObject(text) {
                return Failure(
                    .other, "the \(object) needs something that the change takes away, or did not work before",
                    detail: detail)
            }
            return Failure(.other, "SQLite refused a statement (code \(code))", detail: detail)
        }
    }

    /// The view or trigger that prevents a change of a table: `error in view praise after drop column: …`.
    private static func brokenObject(_ text: String) -> String? {
        guard text.hasPrefix("error in view ") || text.hasPrefix("error in trigger ") else { return nil }
        let rest = text.dropFirst("error in ".count)
        let end = rest.firstRange(of: " after ")?.lowerBound ?? rest.firstRange(of: ": ")?.lowerBound
        return end.map { String(rest[..<$0]) }
    }
}
