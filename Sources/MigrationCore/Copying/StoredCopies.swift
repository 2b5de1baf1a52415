import AgnoSchema
import DatabaseAccess
import SQLDialects

/// A row in the target's form.
struct ConvertedRow {
    var key: [SQLValue]
    var values: SQLRow
    /// The key as reports show it.
    var keyText: String
}

/// What the target has of rows of the source.
struct StoredCopies {
    private let connection: any DatabaseConnection
    private let task: CopyTask
    private let query: String
    private let key: [String]

    init(_ connection: any DatabaseConnection, _ task: CopyTask) {
        let dialect = connection.dialect
        self.connection = connection
        self.task = task
        key = task.key.map(dialect.quote)
        query = "SELECT \(dialect.list(task.columns.map(\.name))) FROM \(dialect.table(task.name)) WHERE "
    }

    func count() throws -> Int64 {
        try connection.value("SELECT COUNT(*) FROM \(connection.dialect.table(task.name))")?.int ?? 0
    }

    /// The target's rows with the keys of these, byte by byte; a server may also take other keys for equal.
    func find(_ rows: ArraySlice<ConvertedRow>) throws -> [[SQLValue]: SQLRow] {
        var found: [[SQLValue]: SQLRow] = [:]
        let positions = task.keyPositions
        var rest = rows
        while !rest.isEmpty {
            let some = rest.prefix(key.count == 1 ? 256 : 32)
            rest = rest.dropFirst(some.count)
            let condition = condition(some.map(\.key))
            try connection.forEachRow(SQLStatement(query + condition.sql, condition.bindings)) { row in
                found[positions.map { row[$0] }] = row
                return true
            }
        }
        return found
    }

    private func condition(_ keys: [[SQLValue]]) -> SQLStatement {
        let dialect = connection.dialect
        if key.count == 1 { return dialect.isOne(of: keys.flatMap { $0 }, key[0]) }
        // Repeated up to a power of two, so that the server sees few texts.
        var keys = keys
        while keys.count & (keys.count - 1) != 0, let last = keys.last { keys.append(last) }
        var number = 0
        let alternatives = keys.map { _ in
            let parts = key.map { column in
                number += 1
                return "\(column) = \(dialect.placeholder(number))"
            }
            return "(\(parts.joined(separator: " AND ")))"
        }
        return SQLStatement(alternatives.joined(separator: " OR "), keys.flatMap { $0 })
    }

    /// The first column in which the target's row is not the given one; nil if it is.
    func difference(of row: ConvertedRow, from found: SQLRow) -> String? {
        for (position, column) in task.columns.enumerated()
        where !column.isSame(row.values[position], as: found[position]) {
            return column.name
        }
        return nil
    }
}
