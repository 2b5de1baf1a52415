import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Inserts rows of one table, as many at once as the server likes.
struct BulkInsert {
    private let connection: any DatabaseConnection
    private let columns: Int
    private let beginning: String
    private let end: String
    private let one: String
    private let full: String
    /// How many rows one statement takes.
    let limit: Int

    /// - Parameter key: where it is given, rows are left out whose key is there already.
    init(_ connection: any DatabaseConnection, table: String, columns: [String], unlessThere key: [String]? = nil) {
        let dialect = connection.dialect
        self.connection = connection
        self.columns = columns.count
        beginning = "INSERT INTO \(dialect.table(table)) (\(dialect.list(columns))) VALUES "
        end = key.map { " " + dialect.insertIfAbsentSuffix(key: $0, columns: columns) } ?? ""
        limit = dialect.rowsPerInsert
        one = Self.statement(1, columns.count, dialect, beginning, end)
        full = Self.statement(limit, columns.count, dialect, beginning, end)
    }

    /// Inserts these rows, at most ``limit``, and returns how many were inserted.
    func callAsFunction(_ rows: [SQLRow]) throws -> Int {
        guard !rows.isEmpty else { return 0 }
        let sql =
            rows.count == 1
            ? one
            : rows.count == limit ? full : Self.statement(rows.count, columns, connection.dialect, beginning, end)
        return try connection.execute(SQLStatement(sql, rows.count == 1 ? rows[0] : Array(rows.joined())))
    }

    private static func statement(
        _ rows: Int, _ columns: Int, _ dialect: any Dialect, _ beginning: String, _ end: String
    ) -> String {
        let values = (0..<rows).map { row in
            "(" + (0..<columns).map { dialect.placeholder(row * columns + $0 + 1) }.joined(separator: ", ") + ")"
        }
        return beginning + values.joined(separator: ", ") + end
    }
}

/// Rows on their way into one statement: bounded in number and in bytes, so that one row of any size fits.
struct WaitingRows<Row> {
    private(set) var rows: [Row] = []
    private var bytes: Int64 = 0
    private let limit: Int

    /// About how many bytes one statement takes.
    private static var byteLimit: Int64 { 1 << 20 }

    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { rows.isEmpty }

    /// Whether another row of so many bytes would make the statement too long.
    func isFull(for next: Int64) -> Bool {
        rows.count >= limit || (!rows.isEmpty && bytes + next > Self.byteLimit)
    }

    mutating func add(_ row: Row, bytes: Int64) {
        rows.append(row)
        self.bytes += bytes
    }

    mutating func take() -> [Row] {
        defer { (rows, bytes) = ([], 0) }
        return rows
    }
}
