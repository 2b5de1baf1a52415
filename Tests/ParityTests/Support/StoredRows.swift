/// The rows of a table as they are stored, whatever their order is.
struct StoredRows {
    private let table: String
    private let columns: [String]
    /// The number of each row; its values in the order of the columns.
    private let rows: [[Value]: Int]

    /// A value, equal to another one if its kind and its bytes are.
    private struct Value: Hashable, CustomStringConvertible {
        let cell: Cell
        let bytes: [UInt8]?

        init(_ cell: Cell) {
            self.cell = cell
            if case .text(let text) = cell { bytes = Array(text.utf8) } else { bytes = nil }
        }

        var description: String { String("\(cell)".prefix(200)) }
    }

    init(of table: String, in location: String) throws {
        self.table = table
        columns = try SQL.columns(of: table, in: location).map { if case .text(let name) = $0 { name } else { "?" } }
            .sorted()
        let quote = Engine(of: location).isMySQLFamily ? "`" : "\""
        // What json was before jsonb took its place has its values again, not its spelling.
        let json: [Cell] =
            Engine(of: location).kind == .postgresql
            ? try SQL.column(
                location,
                "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
                    + "AND table_name = '\(table)' AND data_type = 'json'") : []
        let list = columns.map { name in
            "\(quote)\(name)\(quote)" + (json.contains(.text(name)) ? "::jsonb" : "")
        }.joined(separator: ", ")
        let rows = try SQL.rows(location, "SELECT \(list) FROM \(table)").map { $0.map(Value.init) }
        self.rows = Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +)
    }

    /// What is in one of the two only, in words: few examples of many.
    func differences(from other: StoredRows) -> [String] {
        guard columns == other.columns else { return ["\(table) has \(columns) instead of \(other.columns)"] }
        let missing = other.rows.filter { rows[$0.key] != $0.value }.keys
        let added = rows.filter { other.rows[$0.key] != $0.value }.keys
        // The row that has most in common with a missing one is what became of it.
        return missing.prefix(5).map { row in
            func common(_ candidate: [Value]) -> Int { zip(row, candidate).count { $0 == $1 } }
            guard let found = added.max(by: { common($0) < common($1) }) else { return "\(table) lacks \(row)" }
            let changes = zip(columns, zip(row, found)).filter { $1.0 != $1.1 }.map { "\($0): \($1.0) became \($1.1)" }
            return "\(table), row \(row.first.map { "\($0)" } ?? "?"): \(changes.joined(separator: "; "))"
        } + (missing.isEmpty ? added.prefix(5).map { "\(table) has \($0), which is new" } : [])
    }
}
