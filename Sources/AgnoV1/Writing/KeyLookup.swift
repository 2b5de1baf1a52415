import AgnoSchema
import DatabaseAccess
import SQLDialects

/// The rows that a target table has for some keys.
struct ExistingRows {
    var rows: [ExactText: ExistingRow] = [:]
    /// Keys for which the table has a row with another spelling of the key: a server may consider `s1` and `S1` equal.
    var alike: Set<ExactText> = []
}

/// Looks up rows of a table by the exact spelling of their keys.
struct KeyLookup {
    let connection: any DatabaseConnection
    /// The quoted name.
    let table: String
    let key: String

    init(_ connection: any DatabaseConnection, table: String, key: String) {
        self.connection = connection
        self.table = table
        self.key = connection.dialect.quote(key)
    }

    private var dialect: any Dialect { connection.dialect }

    /// The rows with these keys; the body receives the other columns.
    func find(_ keys: [String], _ columns: [String], _ body: (SQLRow) -> ExistingRow) throws -> ExistingRows {
        let sql =
            "SELECT \(key), \(dialect.list(columns)) FROM \(table) WHERE \(key) IN (\(dialect.placeholders(for: keys)))"
        var found = ExistingRows()
        let asked = Set(exact: keys)
        let rows = try connection.rows(SQLStatement(sql, keys.map(SQLValue.text)))
        for row in rows {
            guard let key = row[0].string, asked.contains(key) else { continue }
            found.rows[key] = body(Array(row.dropFirst()))
        }
        // Only the server knows which other spellings it considers equal.
        if !rows.isEmpty { found.alike = try known(keys.filter { found.rows[$0] == nil }) }
        return found
    }

    /// The keys among these that the table has, in this spelling or in one that the server considers equal.
    func known(_ keys: [String]) throws -> Set<ExactText> {
        var found: Set<ExactText> = []
        for start in stride(from: 0, to: keys.count, by: 64) {
            let page = keys[start..<min(start + 64, keys.count)]
            // One query per key, since the answer must name the spelling that was asked for.
            let parts = (1...page.count).map { number in
                "SELECT \(number - 1) AS place FROM \(table) WHERE \(key) = \(dialect.placeholder(number))"
            }
            let rows = try connection.rows(
                SQLStatement(parts.joined(separator: " UNION ALL "), page.map(SQLValue.text)))
            found.formUnion(rows.compactMap { $0[0].int.map { ExactText(page[page.startIndex + Int($0)]) } })
        }
        return found
    }
}

extension DatabaseConnection {
    /// Updates columns of the row with a key.
    ///
    /// - Parameter table: the quoted name.
    func update(_ table: String, _ columns: [String], to values: [SQLValue], key: String, _ id: String) throws {
        let list = columns.enumerated().map { "\(dialect.quote($1)) = \(dialect.placeholder($0 + 1))" }
        try execute(
            "UPDATE \(table) SET \(list.joined(separator: ", ")) WHERE \(key) = \(dialect.placeholder(columns.count + 1))",
            values + [.text(id)])
    }
}
