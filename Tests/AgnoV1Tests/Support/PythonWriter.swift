import LosslessJSON

/// Writes values as Python's `repr` does.
enum PythonWriter {
    static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "None"
        case .bool(let flag): flag ? "True" : "False"
        case .number(let number): number.text.replacing("Infinity", with: "inf").replacing("NaN", with: "nan")
        case .string(let string): literal(string.value ?? "")
        case .array(let elements): "[" + elements.map(text).joined(separator: ", ") + "]"
        case .object(let object):
            "{"
                + object.members.map { literal($0.key.value ?? "") + ": " + text($0.value) }.joined(separator: ", ")
                + "}"
        }
    }

    /// Single quotes, unless the text has some and no double ones.
    static func literal(_ text: String) -> String {
        let quote: Character = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        var output = String(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case _ where String(scalar) == String(quote): output += "\\" + String(quote)
            case _ where scalar.value < 0x20 || (0x7F..<0xA1).contains(scalar.value):
                output += "\\x" + padded(scalar.value, 2)
            case _ where scalar.properties.generalCategory == .privateUse || (0x2000..<0x2070).contains(scalar.value):
                output += scalar.value > 0xFFFF ? "\\U" + padded(scalar.value, 8) : "\\u" + padded(scalar.value, 4)
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output + String(quote)
    }

    private static func padded(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
