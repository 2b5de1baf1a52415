/// Iterates over the elements of a long JSON array without building values.
///
/// The text must satisfy the parser's grammar. For each element the scan reports its kind and its bytes, and the ranges
/// of the values of a few wanted keys.
///
/// ```swift
/// let scanner = JSONArrayScanner(keys: ["run_id", "agent_id"])
/// try scanner.scan(bytes) { run in
///     guard run.span.kind == .object, let id = run.string(0) else { return }
///     insert(id, run.bytes)
/// }
/// ```
public struct JSONArrayScanner: Sendable {
    private let keys: WantedKeys
    private let maximumDepth: Int

    /// Makes a scanner that can be used for any number of texts.
    ///
    /// - Parameters:
    ///   - keys: the keys to look for in the elements that are objects. A key's index in this list is its slot; a
    ///     key that occurs twice in the list is found in the first slot only.
    ///   - maximumDepth: how deep arrays and objects may be nested, the scanned array included.
    public init(keys: [String], maximumDepth: Int = JSONValue.defaultMaximumDepth) {
        self.keys = WantedKeys(keys)
        self.maximumDepth = min(maximumDepth, JSONValue.depthLimit)
    }

    /// Iterates over the elements of an array in order.
    ///
    /// An element is handed over as soon as it was read, so the closure has been called for the elements before the
    /// place where the text turns out to be wrong. Nothing is allocated per element.
    ///
    /// - Parameters:
    ///   - bytes: the text, which has to be an array.
    ///   - body: called for each element. What it is lent must not be kept.
    /// - Throws: `JSONError` when the text is not one Python reads, is not an array, or is nested too deeply; or what
    ///   the closure throws, and then the scan ends there.
    public func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, _ body: (borrowing JSONElement) throws -> Void
    ) throws {
        try withUnsafeTemporaryAllocation(of: JSONSpan?.self, capacity: keys.count) { slots in
            slots.initialize(repeating: nil)
            defer { slots.deinitialize() }
            try scan(bytes, slots: slots, body)
        }
    }

    private func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, slots: UnsafeMutableBufferPointer<JSONSpan?>,
        _ body: (borrowing JSONElement) throws -> Void
    ) throws {
        var cursor = try ByteCursor(bytes)
        var nesting = Nesting(limit: maximumDepth)
        guard cursor.byte == Ascii.openBracket else {
            _ = try cursor.skipValue(nesting: &nesting)
            try cursor.finish()
            throw JSONError(offset: 0, reason: .notAnArray)
        }
        guard nesting.push(Ascii.closeBracket) else { throw cursor.refusal(.tooDeep) }
        cursor.position += 1
        cursor.skipWhiteSpace()
        if cursor.byte == Ascii.closeBracket {
            cursor.position += 1
            return try cursor.finish()
        }
        var index = 0
        while true {
            let start = cursor.position
            let kind: JSONKind
            if cursor.byte == Ascii.openBrace {
                try scanObject(&cursor, &nesting, slots)
                kind = .object
            } else {
                slots.update(repeating: nil)
                kind = try cursor.skipValue(nesting: &nesting)
            }
            let span = JSONSpan(kind: kind, range: start..<cursor.position)
            try body(JSONElement(text: bytes, slots: UnsafeBufferPointer(slots), span: span, index: index))
            index += 1
            cursor.skipWhiteSpace()
            if cursor.byte == Ascii.closeBracket {
                cursor.position += 1
                return try cursor.finish()
            }
            guard cursor.byte == Ascii.comma else { throw cursor.refusal() }
            cursor.position += 1
            cursor.skipWhiteSpace()
        }
    }

    /// Skips an object that is an element, and notes the wanted keys.
    private func scanObject(
        _ cursor: inout ByteCursor, _ nesting: inout Nesting, _ slots: UnsafeMutableBufferPointer<JSONSpan?>
    ) throws(JSONError) {
        slots.update(repeating: nil)
        guard nesting.push(Ascii.closeBrace) else { throw cursor.refusal(.tooDeep) }
        cursor.position += 1
        cursor.skipWhiteSpace()
        if cursor.byte != Ascii.closeBrace {
            while true {
                let keyStart = cursor.position + 1
                let isEscaped = try cursor.skipKey()
                let key = keyStart..<(cursor.position - 1)
                let slot = keys.slot(in: cursor, range: key, isEscaped: isEscaped)
                try cursor.skipColon()
                let start = cursor.position
                let kind = try cursor.skipValue(nesting: &nesting)
                if let slot { slots[slot] = JSONSpan(kind: kind, range: start..<cursor.position) }
                cursor.skipWhiteSpace()
                if cursor.byte == Ascii.closeBrace { break }
                guard cursor.byte == Ascii.comma else { throw cursor.refusal() }
                cursor.position += 1
                cursor.skipWhiteSpace()
            }
        }
        cursor.position += 1
        nesting.pop()
    }
}
