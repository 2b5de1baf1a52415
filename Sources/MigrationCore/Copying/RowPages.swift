import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Reads the rows of a table in the order of its key, page after page.
struct RowPages {
    private let connection: any DatabaseConnection
    private let table: String
    private let columns: String
    private let key: [String]
    /// The positions of the key's columns in a row.
    private let keyPositions: [Int]

    /// - Parameters:
    ///   - columns: those that a row has, the key's among them.
    ///   - key: the columns that identify a row.
    init(_ connection: any DatabaseConnection, table name: String, columns: [String], key: [String]) {
        let dialect = connection.dialect
        self.connection = connection
        self.key = key.map(dialect.quote)
        table = dialect.table(name)
        self.columns = dialect.list(columns)
        keyPositions = key.compactMap { columns.firstIndex(of: $0) }
    }

    func key(of row: SQLRow) -> [SQLValue] { keyPositions.map { row[$0] } }

    func count() throws -> Int64 { try connection.value("SELECT COUNT(*) FROM \(table)")?.int ?? 0 }

    /// A page of rows.
    struct Page {
        var rows: [SQLRow] = []
        var bytes: Int64 = 0
        /// Whether the table has no rows after them.
        var isLast = false
    }

    /// The rows after a key: at most `limit`, and as few as reach the size.
    func page(after last: [SQLValue]?, limit: Int, byteLimit: Int64) throws -> Page {
        var page = Page()
        try connection.forEachRow(statement(after: last, limit: limit)) { row in
            page.rows.append(row)
            page.bytes += row.reduce(0) { $0 + $1.byteCount }
            return page.bytes < byteLimit
        }
        page.isLast = page.rows.count < limit && page.bytes < byteLimit
        return page
    }

    /// Passes on all rows, page after page.
    func forEachPage(_ sizer: BatchSizer, _ body: (Page) throws -> Void) throws {
        var sizer = sizer
        var last: [SQLValue]?
        while true {
            let page = try page(after: last, limit: sizer.rows, byteLimit: sizer.byteLimit)
            if !page.rows.isEmpty { try body(page) }
            guard !page.isLast, let row = page.rows.last else { return }
            last = key(of: row)
            sizer.learn(rows: Int64(page.rows.count), bytes: page.bytes)
        }
    }

    private func statement(after last: [SQLValue]?, limit: Int) -> SQLStatement {
        var bindings: [SQLValue] = []
        var alternatives: [String] = []
        // Compared part by part: not every server uses an index for a comparison of rows.
        for (position, column) in key.enumerated() {
            guard let last else { break }
            var parts: [String] = []
            for earlier in 0..<position {
                bindings.append(last[earlier])
                parts.append("\(key[earlier]) = \(connection.dialect.placeholder(bindings.count))")
            }
            bindings.append(last[position])
            parts.append("\(column) > \(connection.dialect.placeholder(bindings.count))")
            alternatives.append("(\(parts.joined(separator: " AND ")))")
        }
        let condition = alternatives.isEmpty ? "" : " WHERE \(alternatives.joined(separator: " OR "))"
        let order = key.joined(separator: ", ")
        return SQLStatement("SELECT \(columns) FROM \(table)\(condition) ORDER BY \(order) LIMIT \(limit)", bindings)
    }
}
