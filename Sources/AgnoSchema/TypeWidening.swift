extension DatabaseTraits {
    /// Whether a column of the first type can become one of the second, by their names, with every value unchanged: a wider
    /// integer, a longer text.
    package static func widens(_ actual: String, to declared: String) -> Bool {
        let (old, new) = (TypeName(actual), TypeName(declared))
        if let from = integers.firstIndex(of: old.word), let to = integers.firstIndex(of: new.word) { return from < to }
        guard texts.contains(old.word), texts.contains(new.word) else { return false }
        return old.capacity < new.capacity || old.capacity == new.capacity && old.word != new.word
    }

    private static let integers = ["TINYINT", "SMALLINT", "MEDIUMINT", "INT", "INTEGER", "BIGINT"]
    private static let texts: Set<String> = ["VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT"]

    /// A type's name without its length, and how much a text of it holds.
    private struct TypeName {
        var word: String
        var capacity: Int

        init(_ text: String) {
            let parts = text.uppercased().split(separator: "(")
            word = parts.first?.split(separator: " ").first.map(String.init) ?? ""
            let length = parts.count > 1 ? Int(parts[1].prefix { $0.isNumber }) : nil
            capacity =
                switch word {
                case "VARCHAR": length ?? .max
                case "TINYTEXT": 255
                case "TEXT": 65_535
                case "MEDIUMTEXT": 16_777_215
                default: .max
                }
        }
    }
}
