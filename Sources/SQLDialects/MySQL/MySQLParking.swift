package import AgnoSchema

// Texts of the MySQL family that hold values exactly.
extension MySQLFamilyDialect {
    package func createParking(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        [create(shape, named: table, collation: MySQLTypes.byteOrder)]
    }

    package func rowNumber(orderedBy key: String) -> String {
        server.hasWindowFunctions
            ? "ROW_NUMBER() OVER (ORDER BY \(key))" : "(@agno_row := COALESCE(@agno_row, 0) + 1)"
    }

    package func keepingExistingRows(by column: String) -> String {
        "ON DUPLICATE KEY UPDATE \(quote(column)) = \(quote(column))"
    }

    package func parkedText(of column: String, type: String) -> String? {
        switch MySQLTypes.form(of: type) {
        case .text: "CAST(\(column) AS CHAR)"
        // A number of single precision is printed with fewer digits than it has.
        case .singlePrecision: "CAST(CAST(\(column) AS DOUBLE) AS CHAR)"
        case .bytes: "HEX(\(column))"
        case .other: nil
        }
    }

    package func value(ofParked text: String, type: String) -> String {
        MySQLTypes.form(of: type) == .bytes ? "UNHEX(\(text))" : text
    }

    /// The collation pads the shorter text with blanks.
    package func isParked(_ key: String, of column: String) -> String {
        let other = "CONVERT(\(column) USING utf8mb4)"
        return "\(key) = \(other) COLLATE \(MySQLTypes.byteOrder) AND CHAR_LENGTH(\(key)) = CHAR_LENGTH(\(other))"
    }

    package func differ(_ one: String, _ other: String) -> String {
        "NOT (CAST(\(one) AS BINARY) <=> CAST(\(other) AS BINARY))"
    }
}

extension MySQLTypes {
    static let byteOrder = "utf8mb4_bin"

    /// How a text holds values of a type exactly.
    enum Form {
        /// As the server prints them.
        case text
        case singlePrecision
        /// As hexadecimal digits.
        case bytes
        /// It does not.
        case other
    }

    static func form(of type: String) -> Form {
        let name = type.uppercased().prefix { $0.isLetter }
        return switch name {
        case "FLOAT": .singlePrecision
        case "BIT", "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB": .bytes
        case "GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
            "GEOMETRYCOLLECTION", "GEOMCOLLECTION", "GEOGRAPHY", "GEOGRAPHYPOINT", "VECTOR":
            .other
        default: .text
        }
    }
}
