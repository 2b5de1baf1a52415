extension JSONValue {
    /// Makes a string with as few escapes as possible.
    public init(_ text: String) { self = .string(JSONString(decoding: text)) }

    /// Makes a truth value.
    public init(_ value: Bool) { self = .bool(value) }

    /// Makes an integer.
    public init(_ value: some FixedWidthInteger) { self = .number(JSONNumber(value)) }

    /// Makes a float, written the way Python does.
    public init(_ value: Double) { self = .number(JSONNumber(value)) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Makes a string with as few escapes as possible.
    public init(stringLiteral value: String) { self.init(value) }

    /// Makes a truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// Makes an integer.
    public init(integerLiteral value: Int64) { self.init(value) }

    /// Makes a float, written the way Python does.
    public init(floatLiteral value: Double) { self.init(value) }

    /// Makes an array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// Makes an object with its members in the order written.
    public init(dictionaryLiteral elements: (JSONString, JSONValue)...) {
        self = .object(JSONObject(members: elements.map { JSONMember(key: $0.0, value: $0.1) }))
    }
}
