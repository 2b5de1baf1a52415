/// A JSON number that keeps the text it was written with, whatever its size or precision.
///
/// Two are equal when they were written with the same text: `1.0` and `1` are not equal. Python's `NaN`, `Infinity`
/// and `-Infinity` are numbers too. One that was read from a document keeps that document in memory.
public struct JSONNumber: Hashable, Sendable {
    /// The most digits an integer may have; Python 3.11 reads no more either.
    public static let maximumIntegerDigits = 4300

    /// The number's bytes, which were checked before.
    let lexeme: JSONSlice

    @inline(__always) init(lexeme: JSONSlice) { self.lexeme = lexeme }

    /// Takes a number as written in a JSON text; nil if the text is not exactly one number.
    public init?(_ text: String) {
        guard let parsed = try? JSONValue(parsing: text), case .number(let number) = parsed,
            number.lexeme.count == text.utf8.count
        else { return nil }
        self = number
    }

    /// Writes an integer.
    public init(_ value: some FixedWidthInteger) { lexeme = JSONSlice(Array(String(value).utf8)) }

    /// Writes a float the way Python's `json.dumps` does: the shortest text that reads back as the same float.
    public init(_ value: Double) { lexeme = JSONSlice(Array(PythonFloat.text(value).utf8)) }

    /// The number as written in the JSON text.
    public var text: String { lexeme.text ?? "" }

    /// Whether Python reads an `int`: there is neither a fraction nor an exponent.
    public var isInteger: Bool { lexeme.withBytes { $0.allSatisfy { Ascii.isDigit($0) || $0 == Ascii.minus } } }

    /// The integer; nil when the number has a fraction or an exponent, or does not fit.
    public var int64: Int64? { isInteger ? Int64(text) : nil }

    /// The nearest float, as Python's `float()` makes it: infinite beyond the range of `Double`, nil for such an integer.
    public var double: Double? {
        switch text {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        case let text:
            guard let value = Double(text) else { return nil }
            return value.isInfinite && isInteger ? nil : value
        }
    }

    /// Whether Python counts it as true: it is neither zero nor so small that a float makes it zero.
    public var isTruthy: Bool { double != 0 }
}

extension JSONNumber: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, CustomStringConvertible {
    /// Writes an integer.
    public init(integerLiteral value: Int64) { self.init(value) }

    /// Writes a float the way Python does.
    public init(floatLiteral value: Double) { self.init(value) }

    /// The number's length, without its value.
    public var description: String { "number of \(lexeme.count) bytes" }
}
