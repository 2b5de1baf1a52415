import AgnoSchema
import CLibMariaDB
import DatabaseAccess
import SQLDialects

/// A statement that the server has prepared, in the binary protocol; closed when it is released.
final class PreparedStatement {
    private let statement: UnsafeMutablePointer<MYSQL_STMT>
    /// Recreated if another execution has other columns: a value's type may be that of a parameter, and a table may have
    /// changed meanwhile.
    private var reader: RowReader?

    /// The order in which the values are bound.
    let order: ParameterOrder

    init(_ order: ParameterOrder, on handle: UnsafeMutablePointer<MYSQL>) throws {
        self.order = order
        guard let statement = mysql_stmt_init(handle) else { throw ServerRefusal(handle) }
        self.statement = statement
        var text = order.sql
        let failed = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { mysql_stmt_prepare(statement, $0.baseAddress, UInt($0.count)) }
        }
        // The handle is set, so deinit closes it.
        guard failed == 0 else { throw ServerRefusal(statement) }
    }

    deinit { mysql_stmt_close(statement) }

    /// Whether the last execution, its rows included, ended with warnings.
    private(set) var hasWarnings = false

    var affectedRows: my_ulonglong { mysql_stmt_affected_rows(statement) }

    /// Runs the statement. The rows of a query have to be read or discarded before the next statement.
    func execute(_ values: [SQLValue]) throws {
        guard mysql_stmt_param_count(statement) == values.count else {
            throw DatabaseError(.other, "the statement's values do not match its placeholders in number")
        }
        let failed = Self.withBinds(values) { binds -> Bool in
            if let first = binds.baseAddress, mysql_stmt_bind_param(statement, first) != 0 { return true }
            return mysql_stmt_execute(statement) != 0
        }
        guard !failed else {
            let refusal = ServerRefusal(statement)
            mysql_stmt_free_result(statement)
            throw refusal
        }
        hasWarnings = mysql_stmt_warning_count(statement) > 0
        let columns = RowColumns(statement)
        if reader?.columns != columns { reader = columns.map(RowReader.init) }
        // A statement without rows has a result to free as well.
        if reader == nil { mysql_stmt_free_result(statement) }
    }

    func forEachRow(_ body: (SQLRow) throws -> Bool) throws {
        guard let reader else { return }
        reader.begin()
        defer { mysql_stmt_free_result(statement) }
        while let row = try reader.next(statement) {
            guard try body(row) else { break }
        }
        while try reader.fetch(statement) {}
        hasWarnings = hasWarnings || Self.endsWithWarnings(statement)
    }

    /// The packet after the last row counts the warnings of the query; the library reads it and tells nobody.
    private static func endsWithWarnings(_ statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
        guard let packet = statement.pointee.mysql?.pointee.net.read_pos, packet[0] == 254 else { return false }
        return packet[1] != 0 || packet[2] != 0
    }

    /// The values in memory that the library reads while the body runs.
    private static func withBinds<Result>(
        _ values: [SQLValue], _ body: (UnsafeMutableBufferPointer<MYSQL_BIND>) -> Result
    ) -> Result {
        var bytes: [UInt8] = []
        /// Where the value of each bind begins, and its length.
        let places = values.map { value -> (start: Int, count: Int) in
            // Numbers must lie where the processor can read them.
            let padding = (8 - bytes.count % 8) % 8
            bytes += repeatElement(0, count: padding)
            let start = bytes.count
            switch value {
            case .null: break
            case .integer(let number): withUnsafeBytes(of: number) { bytes += $0 }
            case .real(let number): withUnsafeBytes(of: number) { bytes += $0 }
            case .text(let text): bytes += text.utf8
            case .blob(let raw), .malformedText(let raw): bytes += raw
            }
            return (start, bytes.count - start)
        }
        var binds = [MYSQL_BIND](repeating: MYSQL_BIND(), count: values.count)
        return bytes.withUnsafeMutableBytes { raw in
            for (index, value) in values.enumerated() {
                binds[index].buffer = raw.baseAddress?.advanced(by: places[index].start)
                binds[index].buffer_length = UInt(places[index].count)
                binds[index].length_value = UInt(places[index].count)
                binds[index].buffer_type =
                    switch value {
                    case .null: MYSQL_TYPE_NULL
                    case .integer: MYSQL_TYPE_LONGLONG
                    case .real: MYSQL_TYPE_DOUBLE
                    case .text, .malformedText: MYSQL_TYPE_STRING
                    case .blob: MYSQL_TYPE_BLOB
                    }
            }
            return binds.withUnsafeMutableBufferPointer { binds in
                // The length of a text is looked up beside it.
                let lengths = UnsafeMutableBufferPointer<UInt>.allocate(capacity: max(1, binds.count))
                defer { lengths.deallocate() }
                for index in binds.indices {
                    lengths.initializeElement(at: index, to: binds[index].length_value)
                    binds[index].length = lengths.baseAddress?.advanced(by: index)
                }
                return body(binds)
            }
        }
    }
}

/// The representation of the values of each column.
private struct RowColumns: Hashable {
    let kinds: [ColumnKind]
    let isUnsigned: [Bool]

    /// Nil if the statement returns no rows.
    init?(_ statement: UnsafeMutablePointer<MYSQL_STMT>) {
        guard let metadata = mysql_stmt_result_metadata(statement) else { return nil }
        defer { mysql_free_result(metadata) }
        guard let fields = mysql_fetch_fields(metadata) else { return nil }
        let columns = 0..<Int(mysql_num_fields(metadata))
        kinds = columns.map { ColumnKind(fields[$0]) }
        isUnsigned = columns.map { fields[$0].flags & UInt32(UNSIGNED_FLAG) != 0 }
    }
}

/// Reads the rows of a prepared query: numbers in place, everything else in two steps, its length first.
private final class RowReader {
    let columns: RowColumns
    private var kinds: [ColumnKind] { columns.kinds }
    private var isUnsigned: [Bool] { columns.isUnsigned }
    private let binds: UnsafeMutableBufferPointer<MYSQL_BIND>
    private let numbers: UnsafeMutableBufferPointer<UInt64>
    private let lengths: UnsafeMutableBufferPointer<UInt>
    private let nulls: UnsafeMutableBufferPointer<my_bool>
    private let errors: UnsafeMutableBufferPointer<my_bool>
    private var isAtEnd = false

    init(_ columns: RowColumns) {
        self.columns = columns
        let count = columns.kinds.count
        binds = .allocate(capacity: count)
        numbers = .allocate(capacity: count)
        lengths = .allocate(capacity: count)
        nulls = .allocate(capacity: count)
        errors = .allocate(capacity: count)
        binds.initialize(repeating: MYSQL_BIND())
        numbers.initialize(repeating: 0)
        lengths.initialize(repeating: 0)
        nulls.initialize(repeating: 0)
        errors.initialize(repeating: 0)
        for index in 0..<count {
            binds[index].length = lengths.baseAddress?.advanced(by: index)
            binds[index].is_null = nulls.baseAddress?.advanced(by: index)
            binds[index].error = errors.baseAddress?.advanced(by: index)
            switch kinds[index] {
            case .integer, .real:
                binds[index].buffer_type = kinds[index] == .integer ? MYSQL_TYPE_LONGLONG : MYSQL_TYPE_DOUBLE
                binds[index].is_unsigned = isUnsigned[index] ? 1 : 0
                binds[index].buffer = UnsafeMutableRawPointer(numbers.baseAddress?.advanced(by: index))
                binds[index].buffer_length = 8
            case .text, .bytes, .bits:
                binds[index].buffer_type = kinds[index] == .text ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB
            }
        }
    }

    deinit {
        binds.deallocate()
        numbers.deallocate()
        lengths.deallocate()
        nulls.deallocate()
        errors.deallocate()
    }

    /// Before the first row of an execution.
    func begin() { isAtEnd = false }

    /// Takes the next row from the server; false after the last.
    func fetch(_ statement: UnsafeMutablePointer<MYSQL_STMT>) throws -> Bool {
        guard !isAtEnd else { return false }
        if mysql_stmt_bind_result(statement, binds.baseAddress) != 0 { throw ServerRefusal(statement) }
        switch mysql_stmt_fetch(statement) {
        case 0, MYSQL_DATA_TRUNCATED: return true
        case MYSQL_NO_DATA:
            isAtEnd = true
            return false
        default: throw ServerRefusal(statement)
        }
    }

    /// The next row; nil after the last.
    func next(_ statement: UnsafeMutablePointer<MYSQL_STMT>) throws -> SQLRow? {
        guard try fetch(statement) else { return nil }
        return try kinds.indices.map { index in
            guard nulls[index] == 0 else { return .null }
            switch kinds[index] {
            case .integer:
                guard isUnsigned[index] else { return .integer(Int64(bitPattern: numbers[index])) }
                return Int64(exactly: numbers[index]).map(SQLValue.integer) ?? .text(String(numbers[index]))
            case .real: return .real(Double(bitPattern: numbers[index]))
            case .text, .bytes, .bits: return try fetch(index, of: statement)
            }
        }
    }

    private func fetch(_ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>) throws -> SQLValue {
        let count = Int(lengths[index])
        guard count > 0 else { return kinds[index].value(ofText: UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { buffer in
            var bind = MYSQL_BIND()
            var (length, isNull, error): (UInt, my_bool, my_bool) = (0, 0, 0)
            let failed = withUnsafeMutablePointer(to: &length) { length in
                withUnsafeMutablePointer(to: &isNull) { isNull in
                    withUnsafeMutablePointer(to: &error) { error -> Bool in
                        bind.length = length
                        bind.is_null = isNull
                        bind.error = error
                        bind.buffer_type = kinds[index] == .text ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB
                        bind.buffer = buffer.baseAddress
                        bind.buffer_length = UInt(count)
                        return mysql_stmt_fetch_column(statement, &bind, UInt32(index), 0) != 0
                    }
                }
            }
            guard !failed else { throw ServerRefusal(statement) }
            return kinds[index].value(ofText: UnsafeRawBufferPointer(buffer))
        }
    }
}
