import AgnoSchema
import DatabaseAccess
import GRDBSQLite
import SQLDialects

/// One SQLite connection: statements with bound values, strings byte for byte.
///
/// GRDB opens and closes the connection; the statements are SQLite's own, because strings with NUL characters and strings
/// that are not UTF-8 must pass unchanged.
final class SQLiteConnection: DatabaseConnection {
    private let handle: OpaquePointer
    private let path: String
    private let cancellation: Cancellation
    /// The statements that recur, the latest last: a few of them alternate thousands of times.
    private var prepared: [(sql: String, statement: OpaquePointer)] = []
    let dialect: any Dialect

    init(handle: OpaquePointer, path: String, cancellation: Cancellation, isWriter: Bool) throws {
        self.handle = handle
        self.path = path
        self.cancellation = cancellation
        self.dialect = SQLiteDialect(version: String(cString: sqlite3_libversion()))
        // GRDB's authorizer records what each of GRDB's statements touches and resets the record before the next; for other
        // statements the record would only grow.
        sqlite3_set_authorizer(handle, nil, nil)
        // Called about once a millisecond; the driver outlives the connection.
        sqlite3_progress_handler(
            handle, 20_000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Cancellation>.fromOpaque(context).takeUnretainedValue().isRequested ? 1 : 0
            }, Unmanaged.passUnretained(cancellation).toOpaque())
        try SQLiteSession.begin(self, handle: handle, isWriter: isWriter)
    }

    /// Finalizes every statement; the connection must not be used afterwards.
    func close() {
        sqlite3_progress_handler(handle, 0, nil, nil)
        for (_, statement) in prepared { sqlite3_finalize(statement) }
        prepared = []
    }

    func execute(_ statement: SQLStatement) throws -> Int {
        try run(statement) { _ in true }
        return Int(sqlite3_changes(handle))
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        try run(statement) { handle in
            let row = (0..<sqlite3_column_count(handle)).map { Self.value(handle, $0) }
            return try body(row)
        }
    }

    private func run(_ statement: SQLStatement, _ onRow: (OpaquePointer) throws -> Bool) throws {
        // Short statements never reach the progress handler. A cancelled transaction must still roll back.
        if cancellation.isRequested, statement.sql != "ROLLBACK" {
            throw DatabaseError(.interrupted, "the running statement was cancelled")
        }
        let prepared = try prepare(statement.sql)
        defer { release(prepared, sql: statement.sql) }
        try bind(statement.bindings[...], to: prepared, sql: statement.sql) {
            while true {
                switch sqlite3_step(prepared) {
                case SQLITE_ROW:
                    guard try onRow(prepared) else { return }
                case SQLITE_DONE: return
                default: throw error(statement.sql)
                }
            }
        }
    }

    private func error(_ sql: String) -> DatabaseError {
        let code = sqlite3_extended_errcode(handle)
        let text = String(cString: sqlite3_errmsg(handle))
        // SQLITE_CONSTRAINT_TRIGGER
        let triggers = code == SQLITE_CONSTRAINT | (7 << 8) ? raisingTriggers(onTableOf: sql) : []
        return SQLiteErrors.make(code: code, text: text, path: path, sql: sql, triggers: triggers)
    }

    /// The triggers of a statement's table that can refuse a change; those of other tables fire through them.
    private func raisingTriggers(onTableOf sql: String) -> [String] {
        guard let table = StatementText.table(of: sql) else { return [] }
        let query = SQLStatement(
            "SELECT name FROM main.sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?1) "
                + "AND instr(upper(sql), 'RAISE')", [.text(table)])
        return ((try? rows(query)) ?? []).compactMap { $0[0].string }
    }

    // MARK: Prepared statements

    /// Takes the statement out of the cache, so that a nested use of the same SQL gets another one.
    private func prepare(_ sql: String) throws -> OpaquePointer {
        if let position = prepared.lastIndex(where: { $0.sql == sql }) {
            return prepared.remove(at: position).statement
        }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else { throw error(sql) }
        return statement
    }

    private func release(_ statement: OpaquePointer, sql: String) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        // Only statements with parameters recur; DDL never does.
        guard sqlite3_bind_parameter_count(statement) > 0 else { return _ = sqlite3_finalize(statement) }
        if prepared.count >= 64 { sqlite3_finalize(prepared.removeFirst().statement) }
        prepared.append((sql, statement))
    }

    // MARK: Values

    /// Tells SQLite to copy the bytes before the call returns.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Binds the values and runs the body. SQLite reads large ones in place, so that they are in memory once.
    private func bind(
        _ values: ArraySlice<SQLValue>, to statement: OpaquePointer, sql: String, _ body: () throws -> Void
    ) throws {
        var rest = values
        while let value = rest.first {
            let position = Int32(rest.startIndex + 1)
            rest = rest.dropFirst()
            guard value.byteCount > 512 else {
                try Self.withBytes(of: value) {
                    try check(Self.bind(value, $0, Self.transient, to: statement, at: position), sql)
                }
                continue
            }
            return try Self.withBytes(of: value) {
                try check(Self.bind(value, $0, nil, to: statement, at: position), sql)
                try bind(rest, to: statement, sql: sql, body)
            }
        }
        try body()
    }

    private func check(_ code: Int32, _ sql: String) throws { guard code == SQLITE_OK else { throw error(sql) } }

    /// The bytes of a text or blob, as long as the body runs; none of other values.
    private static func withBytes(of value: SQLValue, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        switch value {
        case .text(var text): try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
        case .malformedText(let bytes), .blob(let bytes): try bytes.withUnsafeBytes(body)
        case .null, .integer, .real: try body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    private static func bind(
        _ value: SQLValue, _ bytes: UnsafeRawBufferPointer, _ lifetime: sqlite3_destructor_type?,
        to statement: OpaquePointer, at position: Int32
    ) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(statement, position)
        case .integer(let number): return sqlite3_bind_int64(statement, position, number)
        case .real(let number): return sqlite3_bind_double(statement, position, number)
        case .text, .malformedText:
            // An empty buffer has no address, and SQLite takes a null pointer for NULL.
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                return sqlite3_bind_text(statement, position, "", 0, nil)
            }
            return sqlite3_bind_text64(
                statement, position, start.assumingMemoryBound(to: CChar.self), sqlite3_uint64(bytes.count), lifetime,
                UInt8(SQLITE_UTF8))
        case .blob:
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, position, 0) }
            return sqlite3_bind_blob64(
                statement, position, bytes.baseAddress, sqlite3_uint64(bytes.count), lifetime)
        }
    }

    private static func value(_ statement: OpaquePointer, _ column: Int32) -> SQLValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(statement, column) else { return .null }
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
            guard let text = String(validating: bytes, as: UTF8.self) else { return .malformedText(Array(bytes)) }
            return .text(text)
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, column))
            guard count > 0, let start = sqlite3_column_blob(statement, column) else { return .blob([]) }
            return .blob(Array(UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }
}

/// A file without writers, opened without the sidecar files of write-ahead logging.
enum SQLiteImmutableFile {
    static func withConnection<Result>(
        to path: String, cancellation: Cancellation, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        var escaped = ""
        for byte in path.utf8 {
            let isPlain =
                (97...122).contains(byte) || (65...90).contains(byte) || (47...57).contains(byte)
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            let hex = String(byte, radix: 16, uppercase: true)
            escaped += isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" + hex : hex)
        }
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(
            "file:\(escaped)?immutable=1", &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nil)
        defer { sqlite3_close_v2(handle) }
        guard code == SQLITE_OK, let handle else {
            throw SQLiteErrors.make(code: code, text: "cannot open", path: path, sql: nil)
        }
        let connection = try SQLiteConnection(
            handle: handle, path: path, cancellation: cancellation, isWriter: false)
        defer { connection.close() }
        return try body(connection)
    }
}
