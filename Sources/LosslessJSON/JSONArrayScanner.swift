/// Iterates over the elements of a long JSON array without building values.
///
/// The text must satisfy the parser's grammar. For each element the scan reports its kind and its bytes, and the ranges
/// of the values of a few wanted keys.
public struct JSONArrayScanner: Sendable {
    private let keys: WantedKeys
    private let maximumDepth: Int

    /// Makes a scanner that can be used for any number of texts.
    ///
    /// - Parameters:
    ///   - keys: the keys to look for in the elements that are objects. A key's first index in this list is its slot.
    ///   - maximumDepth: how deep arrays and objects may be nested, the scanned array included.
    public init(keys: [String], maximumDepth: Int = JSONValue.defaultMaximumDepth) {
        self.keys = WantedKeys(keys)
        self.maximumDepth = min(maximumDepth, JSONValue.depthLimit)
    }

    /// Iterates over the elements of an array in order.
    ///
    /// An element is handed over as soon as it was read, also before the place where the text turns out to be wrong, and
    /// must not be kept. Nothing is allocated per element.
    ///
    /// - Throws: `JSONError` when the text is not one Python reads, is not an array, or is nested too deeply; or what
    ///   the closure throws, and then the scan ends there.
    public func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (borrowing JSONElement) throws -> Void) throws {
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
        var hasNext = try cursor.skipOpening(Ascii.closeBracket, nesting: &nesting)
        var index = 0
        while hasNext {
            let start = cursor.position
            slots.update(repeating: nil)
            let kind: JSONKind
            if cursor.byte == Ascii.openBrace {
                try scanObject(&cursor, &nesting, slots)
                kind = .object
            } else {
                kind = try cursor.skipValue(nesting: &nesting)
            }
            let span = JSONSpan(kind: kind, range: start..<cursor.position)
            try body(JSONElement(text: bytes, slots: UnsafeBufferPointer(slots), span: span, index: index))
            index += 1
            hasNext = try cursor.skipComma(or: Ascii.closeBracket)
        }
        try cursor.finish()
    }

    /// Skips an object that is an element, and notes the wanted keys.
    private func scanObject(
        _ cursor: inout ByteCursor, _ nesting: inout Nesting, _ slots: UnsafeMutableBufferPointer<JSONSpan?>
    ) throws(JSONError) {
        var hasNext = try cursor.skipOpening(Ascii.closeBrace, nesting: &nesting)
        while hasNext {
            let keyStart = cursor.position + 1
            let isEscaped = try cursor.skipKey()
            let slot = keys.slot(in: cursor, range: keyStart..<(cursor.position - 1), isEscaped: isEscaped)
            try cursor.skipColon()
            let start = cursor.position
            let kind = try cursor.skipValue(nesting: &nesting)
            if let slot { slots[slot] = JSONSpan(kind: kind, range: start..<cursor.position) }
            hasNext = try cursor.skipComma(or: Ascii.closeBrace)
        }
        nesting.pop()
    }
}

extension ByteCursor {
    /// Skips the opening byte of an array or object and, if that is empty, its closing byte; returns whether it is not.
    @inline(__always)
    fileprivate mutating func skipOpening(_ closer: UInt8, nesting: inout Nesting) throws(JSONError) -> Bool {
        guard nesting.push(closer) else { throw refusal(.tooDeep) }
        position &+= 1
        skipWhiteSpace()
        guard byte == closer else { return true }
        position &+= 1
        return false
    }

    /// Skips a comma or the closing byte; returns whether it was a comma.
    @inline(__always) fileprivate mutating func skipComma(or closer: UInt8) throws(JSONError) -> Bool {
        skipWhiteSpace()
        let next = byte
        guard next == Ascii.comma || next == closer else { throw refusal() }
        position &+= 1
        if next == closer { return false }
        skipWhiteSpace()
        return true
    }
}
