import AgnoSchema
import DatabaseAccess
import SQLDialects

/// What stands in a target's table under some keys.
struct ExistingRows {
    var rows: [String: ExistingRow] = [:]
    /// Keys under which the table has another key's row: servers may take `s1` and `S1` for one.
    var alike: Set<String> = []
}

/// Asks a table for rows by their keys, in our spelling of them.
struct KeyLookup {
    let connection: any DatabaseConnection
    /// As it stands in statements.
    let table: String
    let key: String

    init(_ connection: any DatabaseConnection, table: String, key: String) {
        self.connection = connection
        self.table = table
        self.key = connection.dialect.quote(key)
    }

    private var dialect: any Dialect { connection.dialect }

    /// The rows of these keys; the body is given the other columns.
    func find(_ keys: [String], _ columns: [String], _ body: (SQLRow) -> ExistingRow) throws -> ExistingRows {
        let places = keys.indices.map { dialect.placeholder($0 + 1) }.joined(separator: ", ")
        let sql = "SELECT \(key), \(dialect.list(columns)) FROM \(table) WHERE \(key) IN (\(places))"
        var found = ExistingRows()
        let asked = Set(keys)
        let rows = try connection.rows(SQLStatement(sql, keys.map(SQLValue.text)))
        for row in rows {
            guard let key = row[0].string, asked.contains(key) else { continue }
            found.rows[key] = body(Array(row.dropFirst()))
        }
        // Whether a row is there for a key in its own spelling or in another one's, only the server can tell.
        if !rows.isEmpty { found.alike = try known(keys.filter { found.rows[$0] == nil }) }
        return found
    }

    /// Those of these keys that the table has, in this or another spelling that the server takes for the same.
    func known(_ keys: [String]) throws -> Set<String> {
        var found: Set<String> = []
        for start in stride(from: 0, to: keys.count, by: 64) {
            let page = keys[start..<min(start + 64, keys.count)]
            // Each by itself: the answer must be about our spelling.
            let parts = (1...page.count).map { place in
                "SELECT \(place - 1) AS place FROM \(table) WHERE \(key) = \(dialect.placeholder(place))"
            }
            let rows = try connection.rows(
                SQLStatement(parts.joined(separator: " UNION ALL "), page.map(SQLValue.text)))
            found.formUnion(rows.compactMap { $0[0].int.map { page[page.startIndex + Int($0)] } })
        }
        return found
    }
}
