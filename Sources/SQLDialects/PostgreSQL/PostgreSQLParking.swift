package import AgnoSchema

// Every type of the server has a text that gives the value back.
extension PostgreSQLDialect {
    package func createParking(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        create(shape, named: table, keysCollated: Self.byteOrder, beside: sessions)
    }

    package func parkedText(of column: String, type: String) -> String? { "CAST(\(column) AS text)" }

    package func value(ofParked text: String, type: String) -> String { "CAST(\(text) AS \(type))" }

    package func isParked(_ key: String, of column: String) -> String {
        "\(key) = CAST(\(column) AS text) COLLATE \(Self.byteOrder)"
    }

    package func differ(_ one: String, _ other: String) -> String {
        "CAST(\(one) AS text) COLLATE \(Self.byteOrder) IS DISTINCT FROM CAST(\(other) AS text) "
            + "COLLATE \(Self.byteOrder)"
    }

    private static let byteOrder = "\"C\""
}
