/// Receives the parts of a value during a walk over it.
///
/// There is one grammar, in ``ByteCursor/walkValue(nesting:into:)``: the parser and the scanner differ only in
/// their sink, so that they accept exactly the same texts.
protocol ValueSink: ~Copyable {
    /// A string with its quotes.
    mutating func string(_ range: Range<Int>)
    /// A number, `NaN` and the infinities included.
    mutating func number(_ range: Range<Int>)
    mutating func bool(_ value: Bool)
    mutating func null()
    /// An array or object starts.
    mutating func open()
    /// A key of the object that started last, with its quotes.
    mutating func key(_ range: Range<Int>)
    mutating func closeObject()
    mutating func closeArray()
}

/// The closing bytes that the open arrays and objects wait for, innermost last, up to a limit.
struct Nesting: ~Copyable {
    private let closers: UnsafeMutablePointer<UInt8>
    private let limit: Int
    private(set) var depth = 0

    init(limit: Int) {
        self.limit = max(0, limit)
        closers = .allocate(capacity: self.limit + 1)
    }

    deinit { closers.deallocate() }

    /// The innermost closing byte; there is one whenever `depth` is above zero.
    @inline(__always) var closer: UInt8 { closers[depth &- 1] }

    /// Goes one level down; returns whether the limit allows it.
    @inline(__always) mutating func push(_ closer: UInt8) -> Bool {
        guard depth < limit else { return false }
        closers[depth] = closer
        depth &+= 1
        return true
    }

    @inline(__always) mutating func pop() { depth &-= 1 }
}

extension ByteCursor {
    /// Walks over the value at the cursor and reports its parts to the sink. A deeply nested value takes no more of the
    /// stack than a flat one.
    @inline(__always) mutating func walkValue(
        nesting: inout Nesting, into sink: inout some ValueSink & ~Copyable
    ) throws(JSONError) {
        let outerDepth = nesting.depth
        while true {
            // A value starts at the cursor.
            switch byte {
            case Ascii.quote:
                let start = position
                _ = try skipString()
                sink.string(start..<position)
            case Ascii.openBrace:
                try open(Ascii.closeBrace, nesting: &nesting, into: &sink)
                if byte != Ascii.closeBrace {
                    try walkKey(into: &sink)
                    continue
                }
                close(Ascii.closeBrace, nesting: &nesting, into: &sink)
            case Ascii.openBracket:
                try open(Ascii.closeBracket, nesting: &nesting, into: &sink)
                if byte != Ascii.closeBracket { continue }
                close(Ascii.closeBracket, nesting: &nesting, into: &sink)
            default: try walkNumberOrWord(into: &sink)
            }
            // A value has ended at the cursor, and perhaps the ones around it.
            while true {
                if nesting.depth == outerDepth { return }
                let closer = nesting.closer
                skipWhiteSpace()
                let next = byte
                if next == Ascii.comma {
                    position &+= 1
                    skipWhiteSpace()
                    if closer == Ascii.closeBrace { try walkKey(into: &sink) }
                    break
                }
                guard next == closer else { throw refusal() }
                close(closer, nesting: &nesting, into: &sink)
            }
        }
    }

    /// Walks over the opening byte of an array or object and the white space after it.
    @inline(__always) private mutating func open(
        _ closer: UInt8, nesting: inout Nesting, into sink: inout some ValueSink & ~Copyable
    ) throws(JSONError) {
        guard nesting.push(closer) else { throw refusal(.tooDeep) }
        sink.open()
        position &+= 1
        skipWhiteSpace()
    }

    /// Walks over the closing byte of the innermost array or object.
    @inline(__always) private mutating func close(
        _ closer: UInt8, nesting: inout Nesting, into sink: inout some ValueSink & ~Copyable
    ) {
        position &+= 1
        nesting.pop()
        if closer == Ascii.closeBrace { sink.closeObject() } else { sink.closeArray() }
    }

    @inline(__always)
    private mutating func walkNumberOrWord(into sink: inout some ValueSink & ~Copyable) throws(JSONError) {
        let start = position
        switch byte {
        case Ascii.minus, Ascii.zero...Ascii.nine:
            try skipNumber()
            sink.number(start..<position)
        case UInt8(ascii: "t"):
            try skipWord("true")
            sink.bool(true)
        case UInt8(ascii: "f"):
            try skipWord("false")
            sink.bool(false)
        case UInt8(ascii: "n"):
            try skipWord("null")
            sink.null()
        case UInt8(ascii: "N"):
            try skipWord("NaN")
            sink.number(start..<position)
        case UInt8(ascii: "I"):
            try skipWord("Infinity")
            sink.number(start..<position)
        default: throw refusal()
        }
    }

    /// Skips a key and its colon, to the value.
    @inline(__always) private mutating func walkKey(into sink: inout some ValueSink & ~Copyable) throws(JSONError) {
        let start = position
        _ = try skipKey()
        sink.key(start..<position)
        try skipColon()
    }

    /// Skips a key; returns whether it contains an escape.
    @inline(__always) mutating func skipKey() throws(JSONError) -> Bool {
        guard byte == Ascii.quote else { throw refusal() }
        return try skipString()
    }

    /// Skips the colon after a key and the white space around it.
    @inline(__always) mutating func skipColon() throws(JSONError) {
        skipWhiteSpace()
        guard byte == Ascii.colon else { throw refusal() }
        position &+= 1
        skipWhiteSpace()
    }
}

/// Skips a value and keeps nothing.
private struct NoSink: ValueSink {
    @inline(__always) func string(_ range: Range<Int>) {}
    @inline(__always) func number(_ range: Range<Int>) {}
    @inline(__always) func bool(_ value: Bool) {}
    @inline(__always) func null() {}
    @inline(__always) func open() {}
    @inline(__always) func key(_ range: Range<Int>) {}
    @inline(__always) func closeObject() {}
    @inline(__always) func closeArray() {}
}

extension ByteCursor {
    /// Skips a value at the cursor, under the parser's grammar, and returns its kind.
    mutating func skipValue(nesting: inout Nesting) throws(JSONError) -> JSONKind {
        guard let kind = JSONKind(firstByte: byte) else { throw refusal() }
        var sink = NoSink()
        try walkValue(nesting: &nesting, into: &sink)
        return kind
    }
}
