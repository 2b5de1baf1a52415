package import AgnoSchema

/// MySQL from 5.7 on.
package struct MySQLDialect: MySQLFamilyDialect {
    package let server: MySQLServer
    package let schema: String?

    /// The database that Agno's adapter uses by default.
    package static let defaultSchema = "ai"

    package init(server: MySQLServer, schema: String?) {
        self.server = server
        self.schema = schema
    }

    package static let traits = DatabaseTraits(
        features: [.declaredIndexNames], spelling: MySQLTypes.spelling, equality: MySQLTypes.isEquivalent)

    /// The server makes no text that is larger than its limit: of such a value the stored size is as good.
    package func storedSize(ofJSON column: String) -> String {
        guard server.hasJSONTable else { return "LENGTH(\(column))" }
        let stored = "JSON_STORAGE_SIZE(\(column))"
        return "CASE WHEN \(stored) >= \(server.packetLimit) THEN \(stored) ELSE LENGTH(\(column)) END"
    }

    package func storedForm(ofJSON placeholder: String) -> String? { "CAST(\(placeholder) AS JSON)" }

    /// Integers beyond 64 bits become floats, and no document is deeper than 100 levels (MySQL manual, "The JSON Data Type").
    package func storageRules(for type: ColumnType) -> StorageRules {
        StorageRules(
            json: type.isJSON ? JSONRules(takesHalfPairs: false, takesLargeIntegers: false, maximumDepth: 100) : nil)
    }
}

/// The types of the MySQL family as Agno's adapters declare them and as the catalogue spells them.
package enum MySQLTypes {
    package static func spelling(of type: ColumnType) -> String {
        switch type {
        case .identifier: "VARCHAR(128)"
        case .text(let length): "VARCHAR(\(length))"
        case .freeText, .prose, .document: "TEXT"
        case .unlimited: "LONGTEXT"
        case .json, .parsedJSON: "JSON"
        case .bigInteger: "BIGINT"
        case .integer: "INTEGER"
        case .boolean: "BOOL"
        case .date: "DATE"
        }
    }

    static let spelling: @Sendable (ColumnType) -> String = { spelling(of: $0) }

    /// A longer text type is equivalent to a shorter one; an unlimited text holds JSON.
    static let isEquivalent: @Sendable (String, String) -> Bool = { actual, declared in
        let (actual, declared) = (actual.uppercased(), declared.uppercased())
        if actual == declared { return true }
        if let have = textLength(actual), let want = textLength(declared) { return have >= want }
        return declared == "JSON" && actual == "LONGTEXT"
    }

    /// The number of characters that a text type holds at least; nil for other types.
    private static func textLength(_ type: String) -> Int? {
        switch type {
        case "TEXT": return 16_383
        case "MEDIUMTEXT": return 4_194_303
        case "LONGTEXT": return 1_073_741_823
        default:
            guard type.hasPrefix("VARCHAR("), type.hasSuffix(")") else { return nil }
            return Int(type.dropFirst("VARCHAR(".count).dropLast())
        }
    }

    /// The catalogue's spelling as Agno's adapters declare the type: without the display widths that some versions report.
    static func declared(_ catalogue: String) -> String {
        let type = withoutCollation(catalogue).uppercased()
        switch type {
        case "TINYINT(1)": return "BOOL"
        case "INT", "INT(11)", "INTEGER": return "INTEGER"
        case "BIGINT(20)": return "BIGINT"
        default: return type
        }
    }

    /// A type without a text column's collation, which some versions append to it.
    static func withoutCollation(_ catalogue: String) -> String {
        let words = catalogue.split(separator: " ", omittingEmptySubsequences: false)
        return words.prefix { !["CHARACTER", "COLLATE"].contains($0.uppercased()) }.joined(separator: " ")
    }

    /// Whether an index over a column of that type needs a prefix length.
    static func needsPrefix(_ type: String) -> Bool { type.hasSuffix("TEXT") }
}
