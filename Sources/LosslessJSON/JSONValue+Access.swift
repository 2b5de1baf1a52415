extension JSONValue {
    /// What kind of value it is.
    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// Whether it is null.
    public var isNull: Bool { kind == .null }

    /// Whether Python's `if` takes it as true: everything but null, false, zero and what is empty.
    public var isTruthy: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .number(let number): number.isTruthy
        case .string(let string): !string.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        }
    }

    /// The value under the last occurrence of a key; nil when there is none, or when this is not an object.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// The element at an index; nil when there is none, or when this is not an array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The truth value; nil when this is not one.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The number; nil when this is not one.
    public var numberValue: JSONNumber? { if case .number(let number) = self { number } else { nil } }

    /// The integer; nil when this is not a number, has a fraction or an exponent, or does not fit.
    public var int64Value: Int64? { numberValue?.int64 }

    /// The nearest float; nil when this is not a number, or an integer beyond the range of `Double`.
    public var doubleValue: Double? { numberValue?.double }

    /// What the string means; nil when this is not a string, or is one that no Swift string can hold.
    public var stringValue: String? { if case .string(let string) = self { string.value } else { nil } }

    /// The elements; nil when this is not an array.
    public var arrayValue: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The object; nil when this is not one.
    public var objectValue: JSONObject? { if case .object(let object) = self { object } else { nil } }

    /// Changes an object in place, without copying it.
    ///
    /// - Returns: what the closure returned; nil when this is not an object, and then the closure was not called.
    /// - Throws: what the closure throws; what it changed until then stays changed.
    @discardableResult public mutating func modifyObject<Result, Failure: Error>(
        _ body: (inout JSONObject) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard case .object(var object) = self else { return nil }
        self = .null
        defer { self = .object(object) }
        return try body(&object)
    }

    /// Changes an array in place, without copying it; otherwise as ``modifyObject(_:)``.
    @discardableResult public mutating func modifyArray<Result, Failure: Error>(
        _ body: (inout [JSONValue]) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard case .array(var elements) = self else { return nil }
        self = .null
        defer { self = .array(elements) }
        return try body(&elements)
    }
}
