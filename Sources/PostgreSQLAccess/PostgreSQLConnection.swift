import AgnoSchema
import CLibPQ
import DatabaseAccess
import SQLDialects

/// One connection over libpq: blocking calls, bound values in text form, results row by row.
final class PostgreSQLConnection: DatabaseConnection {
    let handle: OpaquePointer
    private let parameters: PostgreSQLParameters
    private var prepared: [String: String] = [:]
    private var seen: Set<String> = []
    private var isBusy = false
    let dialect: any Dialect

    private static let cacheSize = 128

    private let onNotice: @Sendable (String) -> Void

    init(
        handle: OpaquePointer, parameters: PostgreSQLParameters, dialect: any Dialect,
        onNotice: @escaping @Sendable (String) -> Void
    ) {
        self.handle = handle
        self.parameters = parameters
        self.dialect = dialect
        self.onNotice = onNotice
        // The connection outlives its last statement, and notices arrive during statements only.
        PQsetNoticeReceiver(
            handle,
            { connection, result in
                guard let connection, let result else { return }
                Unmanaged<PostgreSQLConnection>.fromOpaque(connection).takeUnretainedValue().notice(result)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Notices report what the server shortened or left out. A notice raised by a function may contain rows, so its text is not
    /// passed on.
    private func notice(_ result: OpaquePointer) {
        let state = Self.field("C", of: result) ?? "?"
        let text = Self.field("W", of: result) == nil ? Self.field("M", of: result) ?? "" : "raised by a function"
        onNotice("\(Self.field("S", of: result) ?? "NOTICE") \(state): \(parameters.redacted(text))")
    }

    private static func field(_ code: Character, of result: OpaquePointer) -> String? {
        code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
    }

    func execute(_ statement: SQLStatement) throws -> Int {
        var count = 0
        var tag = ""
        try run(statement, isStreamed: false) { result in
            count = Int(String(cString: PQcmdTuples(result))) ?? 0
            tag = String(cString: PQcmdStatus(result))
        }
        // The server answers the commit of a failed transaction with a rollback, and no error.
        if statement.sql == "COMMIT", tag == "ROLLBACK" {
            throw DatabaseError(.other, "the server rolled the transaction back", detail: "COMMIT answered ROLLBACK")
        }
        return count
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        var isWanted = true
        var failure: (any Error)?
        try run(statement, isStreamed: true) { result in
            let columns = PQnfields(result)
            for row in 0..<PQntuples(result) where isWanted {
                do {
                    isWanted = try body((0..<columns).map { Self.value(result, row, $0) })
                } catch {
                    failure = error
                    isWanted = false
                }
            }
        }
        if let failure { throw failure }
    }

    /// Sends a statement and passes on each of its results; all of them are read, even after an error.
    private func run(_ statement: SQLStatement, isStreamed: Bool, _ onResult: (OpaquePointer) -> Void) throws {
        guard !isBusy else {
            throw DatabaseError(.other, "another result is still being read on this connection", detail: statement.sql)
        }
        isBusy = true
        defer { isBusy = false }
        try send(statement)
        if isStreamed { PQsetSingleRowMode(handle) }
        var failure: DatabaseError?
        while let result = PQgetResult(handle) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: onResult(result)
            default: failure = failure ?? error(result, sql: statement.sql)
            }
        }
        if let failure { throw failure }
    }

    private func send(_ statement: SQLStatement) throws {
        let name = try preparedName(of: statement)
        let sent = try Self.withBoundTexts(statement.bindings) { texts in
            if let name { return PQsendQueryPrepared(handle, name, Int32(texts.count), texts.baseAddress, nil, nil, 0) }
            return PQsendQueryParams(handle, statement.sql, Int32(texts.count), nil, texts.baseAddress, nil, nil, 0)
        }
        guard sent == 1 else { throw error(nil, sql: statement.sql) }
    }

    private func error(_ result: OpaquePointer?, sql: String) -> DatabaseError {
        let text = result.map { String(cString: PQresultErrorMessage($0)) } ?? String(cString: PQerrorMessage(handle))
        let state = result.flatMap { Self.field("C", of: $0) }
        let detail = parameters.redacted("PostgreSQL \(state ?? "-"): \(text); statement: \(sql)")
        guard PQstatus(handle) == CONNECTION_OK else {
            return DatabaseError(.connectionLost, "the connection to \(parameters.place) was lost", detail: detail)
        }
        guard let result, state != nil else {
            return DatabaseError(.other, "PostgreSQL refused a statement", detail: detail)
        }
        let refusal = PostgreSQLRefusal(result)
        let outcome = refusal.outcome(place: parameters.place, eventTriggers: eventTriggers)
        let place = refusal.namesTable ? "" : StatementText.place(of: sql, for: outcome.condition)
        return DatabaseError(
            outcome.condition, parameters.redacted(outcome.message) + place, remedy: outcome.remedy, detail: detail)
    }

    /// The event triggers that run a function. A connection of its own asks: this one's transaction takes no statement.
    private func eventTriggers(of function: String) -> [String] {
        guard let other = try? parameters.connect() else { return [] }
        defer { PQfinish(other) }
        let connection = PostgreSQLConnection(
            handle: other, parameters: parameters, dialect: dialect, onNotice: { _ in })
        let rows = try? connection.rows(
            SQLStatement(
                "SELECT pg_catalog.quote_ident(e.evtname) FROM pg_catalog.pg_event_trigger e "
                    + "JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid "
                    + "JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
                    + "WHERE pg_catalog.format('%I.%I()', n.nspname, p.proname) = $1 AND e.evtenabled <> 'D' ORDER BY 1",
                [.text(function)]))
        return (rows ?? []).compactMap { $0.first?.string }
    }

    // MARK: Prepared statements

    /// The name of the prepared statement; a statement is prepared when it is run for the second time.
    private func preparedName(of statement: SQLStatement) throws -> String? {
        guard !statement.bindings.isEmpty else { return nil }
        if let name = prepared[statement.sql] { return name }
        guard prepared.count < Self.cacheSize, !seen.insert(statement.sql).inserted else { return nil }
        let name = "agno_migrate_\(prepared.count)"
        guard let result = PQprepare(handle, name, statement.sql, 0, nil) else { throw error(nil, sql: statement.sql) }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw error(result, sql: statement.sql) }
        prepared[statement.sql] = name
        return name
    }

    // MARK: Values

    /// The values as C strings in one piece of memory.
    private static func withBoundTexts<Result>(
        _ values: [SQLValue], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) throws -> Result
    ) throws -> Result {
        guard !values.isEmpty else { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
        var bytes: [UInt8] = []
        var offsets: [Int?] = []
        for value in values {
            guard !value.isNull else {
                offsets.append(nil)
                continue
            }
            offsets.append(bytes.count)
            let start = bytes.count
            switch value {
            case .null: break
            case .integer(let number): bytes += String(number).utf8
            case .real(let number): bytes += String(number).utf8
            case .text(let text): bytes += text.utf8
            case .blob(let raw), .malformedText(let raw): bytes += raw
            }
            guard !bytes[start...].contains(0) else {
                throw DatabaseError(.notStorable, "PostgreSQL cannot store a text with a NUL character")
            }
            bytes.append(0)
        }
        return try bytes.withUnsafeBytes { raw in
            let pointers = offsets.map { offset in
                offset.flatMap { raw.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            return try pointers.withUnsafeBufferPointer { try body($0) }
        }
    }

    private static func value(_ result: OpaquePointer, _ row: Int32, _ column: Int32) -> SQLValue {
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return .null }
        let count = Int(PQgetlength(result, row, column))
        let bytes = UnsafeRawBufferPointer(start: start, count: count)
        // The types' numbers are fixed (pg_type.dat): bool, int8, int2, int4, oid, float4, float8.
        switch PQftype(result, column) {
        case 16: return .integer(bytes.first == UInt8(ascii: "t") ? 1 : 0)
        case 20, 21, 23, 26:
            return Int64(String(decoding: bytes, as: UTF8.self)).map(SQLValue.integer) ?? .null
        case 700, 701:
            let text = String(decoding: bytes, as: UTF8.self)
            return Double(text).map(SQLValue.real) ?? .text(text)
        default:
            guard let text = String(validating: bytes, as: UTF8.self) else { return .malformedText(Array(bytes)) }
            return .text(text)
        }
    }
}
