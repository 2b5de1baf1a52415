/// The names of objects in an error message of the MySQL family. Everything else in a message may be the contents of a row.
///
/// The session asks for messages in English, whose words are in a fixed order.
struct MySQLMessage {
    let number: UInt32
    let text: String

    /// The objects that the message names, as `key x` or `constraint y of table z`; empty if it names none.
    var objects: String {
        if number == 1227 { return privilege }
        if number == 1290 { return option }
        let parts = (Self.places[number] ?? []).compactMap { kind, place -> String? in
            guard let name = place < 0 ? lastQuoted : quoted.dropFirst(place).first, !name.isEmpty else { return nil }
            return "\(kind) \(name)"
        }
        return parts.joined(separator: " of ")
    }

    /// Which of the quoted words in a message are what; -1 is the last one, in messages with a value before it.
    private static let places: [UInt32: [(kind: String, place: Int)]] = [
        1062: [("key", -1)], 1586: [("key", -1)], 1557: [("key", -1)], 1761: [("key", -1)],
        1762: [("the child of table", 0)],
        1048: [("column", 0)], 1364: [("column", 0)],
        1451: [("constraint", 2), ("table", 1)], 1452: [("constraint", 2), ("table", 1)],
        3819: [("check constraint", 0)], 4025: [("check constraint", 0)],
        1264: [("column", -1)], 1265: [("column", -1)], 1366: [("column", -1)], 1406: [("column", -1)],
        3140: [("column", -1)], 3141: [("function", -1)], 3157: [("column", -1)],
        1044: [("database", -1)], 1049: [("database", 0)], 1142: [("table", -1)], 1143: [("table", -1)],
        1370: [("routine", -1)],
        1114: [("table", 0)], 1034: [("table", 0)], 1194: [("table", 0)], 1195: [("table", 0)],
        1553: [("index", 0)], 1822: [("constraint", 0), ("table", 1)], 1828: [("constraint", 1), ("column", 0)],
        1829: [("constraint", 1), ("table", 2)], 1833: [("constraint", 1), ("table", 2)],
        3730: [("constraint", 1), ("table", 2)], 3780: [("constraint", 2)], 1005: [("table", 1)],
        1701: [("constraint", -1)],
        1054: [("column", 0)], 1146: [("table", 0)], 1356: [("view", 0)], 1449: [("user", 0)],
        3108: [("column", 0)], 3837: [("column", 0)], 3959: [("check constraint", 0), ("column", 1)],
        1901: [("column", -1)], 1050: [("table", 0)], 1051: [("table", 0)], 1060: [("column", 0)], 1061: [("key", 0)],
        1091: [("name", 0)], 1442: [("table", 0)], 4119: [("table", 1)],
    ]

    private var quoted: [String] {
        var names: [String] = []
        var rest = text[...]
        while let start = rest.firstIndex(where: { $0 == "'" || $0 == "`" }) {
            let after = rest.index(after: start)
            guard let end = rest[after...].firstIndex(of: rest[start]) else { break }
            names.append(String(rest[after..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return names
    }

    private var lastQuoted: String? {
        guard let end = text.lastIndex(where: { $0 == "'" || $0 == "`" }),
            let start = text[..<end].lastIndex(of: text[end])
        else { return nil }
        return String(text[text.index(after: start)..<end])
    }

    /// `… you need (at least one of) the SUPER privilege(s) for this operation`.
    private var privilege: String {
        guard let start = text.firstRange(of: ") the ")?.upperBound,
            let end = text[start...].firstRange(of: " privilege")?.lowerBound
        else { return "" }
        return "privilege \(text[start..<end])"
    }

    /// `… is running with the --read-only option so it cannot …`.
    private var option: String {
        text.split(separator: " ").first { $0.hasPrefix("--") }.map(String.init) ?? ""
    }
}
