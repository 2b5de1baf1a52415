import AgnoSchema
import LosslessJSON

/// What JSON means, whatever its spelling: white space, escapes, the order of members and the notation of numbers.
enum JSONMeaning {
    /// Whether a text came back from a server with the meaning that it was given with; texts that are not JSON are equal if
    /// their bytes are.
    static func areEqual(_ left: String, _ right: String) -> Bool {
        if ExactText(left) == ExactText(right) { return true }
        guard let left = value(of: left), let right = value(of: right) else { return false }
        return areEqual(left, right)
    }

    static func value(of text: String) -> JSONValue? {
        try? JSONValue(parsing: text, maximumDepth: JSONValue.depthLimit)
    }

    /// Nesting is limited by the parser.
    private static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)): return areEqual(left, right)
        case (.string(let left), .string(let right)): return areEqual(left, right)
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
        case (.object(let left), .object(let right)):
            let (left, right) = (members(of: left), members(of: right))
            return left.count == right.count
                && left.allSatisfy { key, value in right[key].map { areEqual(value, $0) } ?? false }
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): return false
        }
    }

    private static func areEqual(_ left: JSONString, _ right: JSONString) -> Bool {
        left == right || meaning(of: left) == meaning(of: right)
    }

    /// A string that no text can hold is equal to one with the same escapes only.
    private static func meaning(of string: JSONString) -> ExactText {
        ExactText(string.value.map { "=\($0)" } ?? "\"\(string.literalText ?? "")")
    }

    /// Of several members with one key the last counts.
    private static func members(of object: JSONObject) -> [ExactText: JSONValue] {
        Dictionary(object.members.map { (meaning(of: $0.key), $0.value) }) { $1 }
    }

    /// Integers are equal digit by digit; what Python reads as a float is equal if the floats are. A float may come back as
    /// the integer with its digits, an integer beyond 2^53 not as a float.
    private static func areEqual(_ left: JSONNumber, _ right: JSONNumber) -> Bool {
        if left == right { return true }
        if left.isInteger, right.isInteger { return digits(left.text) == digits(right.text) }
        guard let leftValue = left.double, let rightValue = right.double else { return false }
        if leftValue.isNaN, rightValue.isNaN { return true }
        let limit = 9_007_199_254_740_992.0
        if left.isInteger || right.isInteger, abs(leftValue) > limit {
            return !left.isInteger && leftValue == rightValue
        }
        return leftValue == rightValue
    }

    private static func digits(_ text: String) -> String { text == "-0" ? "0" : text }
}
