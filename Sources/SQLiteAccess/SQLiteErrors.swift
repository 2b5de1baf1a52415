import DatabaseAccess
import GRDB
import GRDBSQLite

/// Maps SQLite's result codes to conditions (rescode.html).
enum SQLiteErrors {
    static func opening(_ path: String, _ error: GRDB.DatabaseError) -> DatabaseAccess.DatabaseError {
        make(code: error.extendedResultCode.rawValue, text: error.message ?? "", path: path, sql: nil)
    }

    /// - Parameter triggers: the triggers that may have raised the error, where a trigger did.
    static func make(
        code: Int32, text: String, path: String, sql: String?, triggers: [String] = []
    ) -> DatabaseAccess.DatabaseError {
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
        case SQLITE_TOOBIG:
            return Failure(.notStorable, "a value is too large for SQLite\(place(sql))", detail: detail)
        case SQLITE_CONSTRAINT:
            return Failure(.constraint, constraint(code, text, sql, triggers), detail: detail)
        case SQLITE_INTERRUPT: return Failure(.interrupted, "the running statement was cancelled", detail: detail)
        case SQLITE_IOERR: return Failure(.other, "reading or writing \(path) failed", detail: detail)
        default:
            return Failure(
                .other, refusal(text, sql) ?? "SQLite refused a statement\(place(sql)) (code \(code))", detail: detail)
        }
    }

    // MARK: Which object it was

    /// The violated constraint. What a trigger raises stays apart: it may hold values of a row.
    private static func constraint(_ code: Int32, _ text: String, _ sql: String?, _ triggers: [String]) -> String {
        // SQLITE_CONSTRAINT_TRIGGER
        if code == SQLITE_CONSTRAINT | (7 << 8) {
            let names = triggers.joined(separator: ", ")
            return names.isEmpty
                ? "a trigger refused the change\(place(sql))"
                : "the trigger \(names) refused the change\(place(sql))"
        }
        for (prefix, sentence) in [
            ("UNIQUE constraint failed: ", "values that must be unique are not: "),
            ("NOT NULL constraint failed: ", "a value is missing in "),
            ("CHECK constraint failed: ", "the check constraint was violated: "),
        ] where text.hasPrefix(prefix) {
            return sentence + text.dropFirst(prefix.count) + place(sql)
        }
        if text.hasPrefix("cannot store "), let place = text.firstRange(of: " column ") {
            return "the STRICT column \(text[place.upperBound...]) does not take a value of that type"
        }
        return "a key or constraint was violated\(place(sql))"
    }

    /// The object that SQLite names in its own text, in a sentence; nil for another text.
    private static func refusal(_ text: String, _ sql: String?) -> String? {
        if text.hasPrefix("ON CONFLICT clause does not match") {
            return "no primary key or unique constraint tells the rows apart\(place(sql))"
        }
        for kind in ["table", "column", "module", "function", "index", "view", "trigger", "collation sequence"] {
            let prefix = "no such \(kind): "
            if text.hasPrefix(prefix) { return "there is no \(kind) \(text.dropFirst(prefix.count))" }
        }
        if let object = brokenObject(text) {
            return "the \(object) needs something that the change takes away, or did not work before"
        }
        let known =
            text.hasPrefix("duplicate column name: ") || text.hasSuffix(" already exists")
            || text.hasPrefix("there is already ") || text.contains(" has no column named ")
        return known ? text : nil
    }

    /// The object that prevents a change of a table: `error in view praise after drop column: …`.
    private static func brokenObject(_ text: String) -> String? {
        guard ["view", "trigger", "index", "table"].contains(where: { text.hasPrefix("error in \($0) ") }) else {
            return nil
        }
        let rest = text.dropFirst("error in ".count)
        let end = rest.firstRange(of: " after ")?.lowerBound ?? rest.firstRange(of: ": ")?.lowerBound
        return end.map { String(rest[..<$0]) }
    }

    private static func place(_ sql: String?) -> String { sql.map(StatementText.place) ?? "" }
}
