import AgnoSchema
package import SQLDialects

/// Inserts rows into one table, as many per statement as the server gains from.
package struct BulkInsert {
    private let connection: any DatabaseConnection
    private let columns: Int
    private let beginning: String
    private let end: String
    private let one: String
    private let full: String
    /// The number of rows that one statement takes.
    package let limit: Int
    /// The approximate size in bytes up to which rows share one statement.
    package let byteLimit: Int64

    /// - Parameter key: rows whose key exists already are left out; nil: they violate the key.
    package init(
        _ connection: any DatabaseConnection, table: String, columns: [String], unlessThere key: [String]? = nil
    ) {
        let dialect = connection.dialect
        self.connection = connection
        self.columns = columns.count
        beginning = "INSERT INTO \(dialect.table(table)) (\(dialect.list(columns))) VALUES "
        end = key.map { " " + dialect.insertIfAbsentSuffix(key: $0, columns: columns) } ?? ""
        limit = dialect.rowsPerInsert
        byteLimit = dialect.bytesPerInsert
        one = Self.statement(1, columns.count, dialect, beginning, end)
        full = Self.statement(limit, columns.count, dialect, beginning, end)
    }

    /// Inserts rows with one statement, at most ``limit``; returns how many were inserted.
    @discardableResult
    package func callAsFunction(_ rows: [SQLRow]) throws -> Int {
        guard let first = rows.first else { return 0 }
        if rows.count == 1 { return try connection.execute(one, first) }
        let sql =
            rows.count == limit ? full : Self.statement(rows.count, columns, connection.dialect, beginning, end)
        return try connection.execute(sql, Array(rows.joined()))
    }

    /// Inserts any number of rows, each made just before its statement; returns how many were inserted.
    package func insertAll<Items: Sequence>(_ items: Items, row: (Items.Element) throws -> SQLRow) throws -> Int {
        var inserted = 0
        var waiting = WaitingRows<SQLRow>(limit: limit, bytes: byteLimit)
        for item in items {
            let values = try row(item)
            let bytes = values.reduce(0) { $0 + $1.byteCount }
            if waiting.isFull(for: bytes) { inserted += try self(waiting.take()) }
            waiting.add(values, bytes: bytes)
        }
        return inserted + (try self(waiting.take()))
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

/// Rows that wait for one statement, limited in number and in bytes; a single row of any size fits.
package struct WaitingRows<Row> {
    private var rows: [Row] = []
    private var bytes: Int64 = 0
    private let limit: Int
    /// About the largest size of one statement, in bytes.
    private let byteLimit: Int64

    package init(limit: Int, bytes: Int64) { (self.limit, byteLimit) = (limit, bytes) }

    /// Whether one more row of this size makes the statement too long.
    package func isFull(for next: Int64) -> Bool {
        rows.count >= limit || (!rows.isEmpty && bytes + next > byteLimit)
    }

    package mutating func add(_ row: Row, bytes: Int64) {
        rows.append(row)
        self.bytes += bytes
    }

    package mutating func take() -> [Row] {
        defer { (rows, bytes) = ([], 0) }
        return rows
    }
}
