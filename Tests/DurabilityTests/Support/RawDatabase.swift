import GRDBSQLite

/// A connection of the tests' own, past the code under test: plain SQLite.
final class RawDatabase {
    /// What SQLite said.
    struct Failure: Error, CustomStringConvertible {
        var code: Int32
        var description: String
    }

    private let handle: OpaquePointer

    /// - Parameter patience: how long to wait for another connection's lock, in milliseconds.
    init(_ path: String, readOnly: Bool = false, patience: Int32 = 60_000) throws {
        var handle: OpaquePointer?
        let flags = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            sqlite3_close(handle)
            throw Failure(code: code, description: "cannot open \(path)")
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, patience)
    }

    deinit { sqlite3_close(handle) }

    /// Runs any number of statements.
    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// Runs one statement with texts bound to its parameters.
    func execute(_ sql: String, _ texts: [String?]) throws {
        try run(sql, texts) { _ in }
    }

    /// The rows of a query, each value as text from which its type and its bytes can be told.
    func rows(_ sql: String, _ texts: [String?] = []) throws -> [[String]] {
        var rows: [[String]] = []
        try run(sql, texts) { statement in
            rows.append((0..<sqlite3_column_count(statement)).map { Self.rendered(statement, $0) })
        }
        return rows
    }

    /// The first column of a query, as SQLite turns it into text.
    func texts(_ sql: String, _ texts: [String?] = []) throws -> [String] {
        var result: [String] = []
        try run(sql, texts) { statement in
            result.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "NULL")
        }
        return result
    }

    /// The first value of a query as text.
    func text(_ sql: String, _ bindings: [String?] = []) throws -> String? { try texts(sql, bindings).first }

    /// The first value of a query as a whole number.
    func int(_ sql: String, _ bindings: [String?] = []) throws -> Int? { try text(sql, bindings).flatMap { Int($0) } }

    private func run(_ sql: String, _ texts: [String?], _ onRow: (OpaquePointer) -> Void) throws {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else { throw failure(sql) }
        defer { sqlite3_finalize(prepared) }
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (position, text) in texts.enumerated() {
            if let text { sqlite3_bind_text(prepared, Int32(position + 1), text, Int32(text.utf8.count), transient) }
        }
        while true {
            switch sqlite3_step(prepared) {
            case SQLITE_ROW: onRow(prepared)
            case SQLITE_DONE: return
            default: throw failure(sql)
            }
        }
    }

    private func failure(_ sql: String) -> Failure {
        let text = String(cString: sqlite3_errmsg(handle))
        return Failure(code: sqlite3_extended_errcode(handle), description: "\(text) in: \(sql.prefix(300))")
    }

    private static func rendered(_ statement: OpaquePointer, _ column: Int32) -> String {
        let type = sqlite3_column_type(statement, column)
        switch type {
        case SQLITE_INTEGER: return "\(sqlite3_column_int64(statement, column))"
        case SQLITE_FLOAT: return "real \(sqlite3_column_double(statement, column).bitPattern)"
        case SQLITE_NULL: return "NULL"
        default:
            // Asked for as text first: in a file of UTF-16 the bytes are those of UTF-16 until then.
            if type == SQLITE_TEXT { sqlite3_column_text(statement, column) }
            let start = sqlite3_column_blob(statement, column)
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
            guard type == SQLITE_TEXT else { return "blob \(hex(bytes))" }
            guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
                return "text \(hex(bytes))"
            }
            return "'\(text)'"
        }
    }

    private static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
