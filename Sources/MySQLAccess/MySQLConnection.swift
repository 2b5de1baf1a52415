import AgnoSchema
import CLibMariaDB
import DatabaseAccess
import SQLDialects

/// One connection over libmariadb: blocking calls, bound values, results row by row.
final class MySQLConnection: DatabaseConnection {
    let handle: UnsafeMutablePointer<MYSQL>
    let parameters: MySQLParameters
    let dialect: any Dialect
    /// Whether values are bound to prepared statements; otherwise they are escaped into the SQL.
    private let preparesStatements: Bool
    private var prepared: [String: PreparedStatement] = [:]
    private var isBusy = false
    /// Whether the connection itself refuses to write, because the server has no read-only sessions.
    private var refusesWriting = false

    /// The largest message in bytes that the server takes.
    private let packetLimit: Int64
    /// The server's variable that makes it refuse writes; nil if it takes them.
    var reasonForReadOnly: String?

    private static let cacheSize = 64

    init(
        handle: UnsafeMutablePointer<MYSQL>, parameters: MySQLParameters, dialect: any Dialect,
        preparesStatements: Bool, packetLimit: Int64
    ) {
        self.packetLimit = packetLimit
        self.handle = handle
        self.parameters = parameters
        self.dialect = dialect
        self.preparesStatements = preparesStatements
    }

    /// Closes the connection, which must not be used afterwards.
    func close() {
        prepared.removeAll()
        mysql_close(handle)
    }

    /// Makes the connection read-only.
    func readOnly() throws {
        if dialect.kind == .singlestore {
            refusesWriting = true
        } else {
            try execute("SET SESSION TRANSACTION READ ONLY")
        }
    }

    func execute(_ statement: SQLStatement) throws -> Int {
        guard !refusesWriting else {
            throw DatabaseError(.readOnly, "attempted to write on a read-only connection", detail: statement.sql)
        }
        return try exclusively(statement) {
            guard preparesStatements, !statement.bindings.isEmpty else {
                try send(statement)
                // A statement may return rows that the caller does not read.
                if let result = mysql_use_result(handle) { mysql_free_result(result) }
                try check(statement)
                let count = changedRows(mysql_affected_rows(handle))
                if mysql_warning_count(handle) > 0 { try refuseCutValues() }
                return count
            }
            let prepared = try run(statement)
            if prepared.hasWarnings { try refuseCutValues() }
            return changedRows(prepared.affectedRows)
        }
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        try exclusively(statement) {
            guard preparesStatements, !statement.bindings.isEmpty else {
                try send(statement)
                return try readTextRows(statement, body)
            }
            let prepared = try run(statement)
            try prepared.forEachRow(body)
            if prepared.hasWarnings { try refuseCutValues() }
        }
    }

    private func changedRows(_ count: my_ulonglong) -> Int { count == .max ? 0 : Int(clamping: count) }

    /// Runs one statement at a time; errors of the server get the statement as detail.
    private func exclusively<Result>(_ statement: SQLStatement, _ body: () throws -> Result) throws -> Result {
        guard !isBusy else {
            throw DatabaseError(.other, "another result is still being read on this connection", detail: statement.sql)
        }
        isBusy = true
        defer { isBusy = false }
        do {
            return try body()
        } catch let refusal as ServerRefusal {
            if MySQLErrors.isAboveLimit(refusal.number) { throw MySQLErrors.tooLarge(packetLimit) }
            throw MySQLErrors.make(
                number: refusal.number, text: parameters.redacted(refusal.text), sql: statement.sql,
                place: parameters.place)
        }
    }

    /// Where a value that the server makes is larger than its limit, it goes on with NULL or an empty text, and warns. No
    /// such value is believed.
    private func refuseCutValues() throws {
        let text = "SHOW WARNINGS"
        guard mysql_real_query(handle, text, UInt(text.utf8.count)) == 0, let result = mysql_store_result(handle) else {
            return
        }
        defer { mysql_free_result(result) }
        while let row = mysql_fetch_row(result) {
            guard let number = row[1], String(cString: number) == "1301" else { continue }
            throw MySQLErrors.tooLarge(packetLimit)
        }
    }

    /// Refuses a message that the server would answer by ending the connection.
    private func refuseLargeMessage(of bytes: Int) throws {
        if bytes >= packetLimit { throw MySQLErrors.tooLarge(packetLimit, needed: Int64(bytes) + 1) }
    }

    // MARK: Text protocol

    private func send(_ statement: SQLStatement) throws {
        let bytes = try text(of: statement)
        try refuseLargeMessage(of: bytes.count + 1)
        let failed = bytes.withUnsafeBytes { raw in
            mysql_real_query(
                handle, raw.baseAddress?.assumingMemoryBound(to: CChar.self), UInt(raw.count))
        }
        guard failed == 0 else { throw ServerRefusal(handle) }
    }

    /// The statement with its values escaped into it.
    private func text(of statement: SQLStatement) throws -> [UInt8] {
        guard !statement.bindings.isEmpty else { return Array(statement.sql.utf8) }
        let order = ParameterOrder(statement.sql)
        let values = try order.values(of: statement)
        var result: [UInt8] = []
        result.reserveCapacity(order.sql.utf8.count + 32 * values.count)
        var next = 0
        for part in order.literalParts {
            result += part
            guard next < values.count else { continue }
            appendLiteral(values[next], to: &result)
            next += 1
        }
        return result
    }

    private func appendLiteral(_ value: SQLValue, to result: inout [UInt8]) {
        switch value {
        case .null: result += "NULL".utf8
        case .integer(let number): result += String(number).utf8
        case .real(let number): result += String(number).utf8
        case .text(let text): appendQuoted(Array(text.utf8), to: &result)
        case .malformedText(let bytes): appendQuoted(bytes, to: &result)
        case .blob(let bytes):
            guard !bytes.isEmpty else { return result += "''".utf8 }
            result += "0x".utf8
            for byte in bytes { result += [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]] }
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private func appendQuoted(_ bytes: [UInt8], to result: inout [UInt8]) {
        result.append(UInt8(ascii: "'"))
        let escaped = [UInt8](unsafeUninitializedCapacity: 2 * bytes.count + 1) { buffer, count in
            count = bytes.withUnsafeBytes { raw in
                Int(
                    mysql_real_escape_string(
                        handle, UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self),
                        raw.baseAddress?.assumingMemoryBound(to: CChar.self), UInt(raw.count)))
            }
        }
        result += escaped
        result.append(UInt8(ascii: "'"))
    }

    private func readTextRows(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        guard let result = mysql_use_result(handle) else { return try check(statement) }
        defer { mysql_free_result(result) }
        let count = Int(mysql_num_fields(result))
        guard let fields = mysql_fetch_fields(result) else { return }
        while let row = mysql_fetch_row(result) {
            guard let lengths = mysql_fetch_lengths(result) else { break }
            let values = (0..<count).map { column -> SQLValue in
                guard let start = row[column] else { return .null }
                let bytes = UnsafeRawBufferPointer(start: start, count: Int(lengths[column]))
                return ColumnKind(fields[column]).value(ofText: bytes)
            }
            guard try body(values) else { break }
        }
        // Only the end tells of warnings. The end of the rows and an error in the middle of them look alike.
        while mysql_fetch_row(result) != nil {}
        try check(statement)
        if mysql_warning_count(handle) > 0 { try refuseCutValues() }
    }

    private func check(_ statement: SQLStatement) throws {
        guard mysql_errno(handle) == 0 else { throw ServerRefusal(handle) }
    }

    // MARK: Prepared statements

    private func run(_ statement: SQLStatement) throws -> PreparedStatement {
        let prepared = try prepare(statement.sql)
        let values = try prepared.order.values(of: statement)
        // Each value takes its type and its length along.
        try refuseLargeMessage(of: values.reduce(32) { $0 + Int($1.byteCount) + 12 })
        try prepared.execute(values)
        return prepared
    }

    private func prepare(_ sql: String) throws -> PreparedStatement {
        if let statement = prepared[sql] { return statement }
        // Statements are few and recur; if they do not, the server need not keep all of them.
        if prepared.count >= Self.cacheSize { prepared.removeAll() }
        let statement = try PreparedStatement(ParameterOrder(sql), on: handle)
        prepared[sql] = statement
        return statement
    }
}

/// An error of the server or the client library, before it is mapped to a condition.
struct ServerRefusal: Error {
    let number: UInt32
    let text: String

    private init(number: UInt32, text: String) { (self.number, self.text) = (number, text) }

    init(_ handle: UnsafeMutablePointer<MYSQL>) {
        self.init(number: mysql_errno(handle), text: String(cString: mysql_error(handle)))
    }

    init(_ statement: UnsafeMutablePointer<MYSQL_STMT>) {
        // An error in the middle of the rows is reported by the connection alone.
        if mysql_stmt_errno(statement) == 0, let handle = statement.pointee.mysql {
            self.init(handle)
            return
        }
        self.init(number: mysql_stmt_errno(statement), text: String(cString: mysql_stmt_error(statement)))
    }
}

extension ParameterOrder {
    /// The values in the order of the placeholders.
    func values(of statement: SQLStatement) throws -> [SQLValue] {
        try positions.map { position in
            guard statement.bindings.indices.contains(position) else {
                throw DatabaseError(.other, "a statement has a placeholder without a value", detail: statement.sql)
            }
            return statement.bindings[position]
        }
    }
}

/// The representation of the values of a column.
enum ColumnKind {
    case integer, real, text, bytes, bits

    init(_ field: MYSQL_FIELD) {
        // The character set with number 63 is "binary": bytes instead of text.
        let isBinary = field.charsetnr == 63
        switch field.type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG, MYSQL_TYPE_INT24, MYSQL_TYPE_YEAR:
            self = .integer
        case MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE: self = .real
        case MYSQL_TYPE_BIT: self = .bits
        case MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB, MYSQL_TYPE_BLOB, MYSQL_TYPE_STRING,
            MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_VARCHAR, MYSQL_TYPE_GEOMETRY:
            self = isBinary ? .bytes : .text
        // Decimals, dates, times, JSON, enumerations: in the server's textual form.
        default: self = .text
        }
    }

    func value(ofText bytes: UnsafeRawBufferPointer) -> SQLValue {
        switch self {
        case .integer:
            let text = String(decoding: bytes, as: UTF8.self)
            return Int64(text).map(SQLValue.integer) ?? .text(text)
        case .real:
            let text = String(decoding: bytes, as: UTF8.self)
            return Double(text).map(SQLValue.real) ?? .text(text)
        case .bits: return .integer(bytes.reduce(0) { $0 << 8 | Int64($1) })
        case .bytes: return .blob(Array(bytes))
        case .text:
            guard let text = String(validating: bytes, as: UTF8.self) else { return .malformedText(Array(bytes)) }
            return .text(text)
        }
    }
}
