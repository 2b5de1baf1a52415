package import AgnoSchema

// Parked values keep their storage class: a column without affinity converts nothing.
extension SQLiteDialect {
    package func createParking(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        var shape = shape
        for position in shape.columns.indices where shape.columns[position].name == "value" {
            shape.columns[position].type = "BLOB"
        }
        return create(shape, named: table)
    }

    package var asksRowByRow: Bool { true }

    package func parkedText(of column: String, type: String) -> String? { column }

    package func isParked(_ key: String, of column: String) -> String { "\(key) = CAST(\(column) AS TEXT)" }

    package func differ(_ one: String, _ other: String) -> String { "\(one) COLLATE BINARY IS NOT \(other)" }
}
