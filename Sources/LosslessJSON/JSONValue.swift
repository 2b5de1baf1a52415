/// A JSON value that is written back byte for byte as it was read, but for the white space between its parts.
///
/// Numbers keep their text, strings keep their escapes, objects keep their order and their duplicate keys. Two values
/// are equal when they would be written with the same bytes. Values that were read from a document share its bytes, so
/// a small value keeps the whole document in memory.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number with the text it was written with.
    case number(JSONNumber)
    /// A string with the escapes it was written with.
    case string(JSONString)
    case array([JSONValue])
    case object(JSONObject)

    /// How deep arrays and objects may be nested unless told otherwise; Python gives up a little deeper.
    public static let defaultMaximumDepth = 900

    /// The deepest nesting that can be asked for; a greater limit counts as this one.
    public static let depthLimit = 2000

    /// Reads a JSON text, accepting what Python 3.11's `json.loads` accepts.
    ///
    /// That is the standard's grammar, and `NaN`, `Infinity`, `-Infinity`, duplicate keys and escaped halves of
    /// surrogate pairs. Whether the bytes are UTF-8 is not looked at here, only where a string is decoded.
    ///
    /// The text is not copied; the value shares it.
    ///
    /// - Throws: `JSONError` when the text is anything else or nested deeper than `maximumDepth`.
    public init(parsing bytes: [UInt8], maximumDepth: Int = Self.defaultMaximumDepth) throws(JSONError) {
        self = try JSONParser.parse(bytes, maximumDepth: min(maximumDepth, Self.depthLimit))
    }

    /// Reads a JSON text from a string; otherwise as ``init(parsing:maximumDepth:)-([UInt8],_)``.
    ///
    /// - Throws: `JSONError` when the text is not one Python reads, or nested too deeply.
    public init(parsing text: String, maximumDepth: Int = Self.defaultMaximumDepth) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value's kind and size, without its contents.
    public var description: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number(let number): number.description
        case .string(let string): string.description
        case .array(let elements): "array of \(elements.count) elements"
        case .object(let object): object.description
        }
    }
}
