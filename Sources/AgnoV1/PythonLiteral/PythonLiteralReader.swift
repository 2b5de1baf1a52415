import LosslessJSON

/// Rewrites a Python literal as JSON text, one token at a time, and passes that to the JSON parser. It does not
/// recurse: `frames` holds the open brackets.
struct PythonLiteralReader {
    enum Container { case list, group, dict }

    struct Frame {
        var container: Container
        /// The position of its opening bracket in the output.
        var opening: Int
        /// The range of the current or last key in the output.
        var key = 0..<0
        /// The number of values so far; in a dict, of pairs.
        var count = 0
        var hasTrailingComma = false
        /// Whether the last value or key is not a literal.
        var isRefused = false
    }

    enum Expectation { case value, keyOrEnd, key, colon, valueOrEnd, commaOrEnd, end }

    let source: UnsafeBufferPointer<UInt8>
    var position = 0
    var output: [UInt8] = []
    var frames: [Frame] = []
    var refusals: [LiteralRefusal] = []
    var expectation = Expectation.value

    init(_ source: UnsafeBufferPointer<UInt8>) {
        self.source = source
        output.reserveCapacity(source.count + source.count / 8)
    }

    mutating func read() throws(PythonLiteralError) -> PythonLiteral {
        while true {
            skipWhiteSpace()
            guard position < source.count else { break }
            try step()
        }
        guard expectation == .end else { throw failure(.unexpectedEnd) }
        do {
            return PythonLiteral(value: try JSONValue(parsing: output), refusals: refusals)
        } catch {
            // Only the depth or the length of an integer can still be refused.
            throw failure(error.reason == .tooDeep ? .tooDeep : .invalidNumber)
        }
    }

    func failure(_ reason: PythonLiteralError.Reason) -> PythonLiteralError {
        PythonLiteralError(offset: position, reason: reason)
    }

    func byte(at index: Int) -> UInt8 { index < source.count ? source[index] : 0 }

    /// Newlines are white space within brackets; `repr` writes none outside of them.
    private mutating func skipWhiteSpace() {
        while position < source.count, [0x20, 0x09, 0x0A, 0x0D, 0x0C].contains(source[position]) { position += 1 }
    }

    private mutating func step() throws(PythonLiteralError) {
        switch source[position] {
        case UInt8(ascii: ","): try comma()
        case UInt8(ascii: ":"): try colon()
        case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"): try close(source[position])
        case UInt8(ascii: "["): try open(.list)
        case UInt8(ascii: "("): try open(.group)
        case UInt8(ascii: "{"): try open(.dict)
        default: try scalar()
        }
    }

    private mutating func comma() throws(PythonLiteralError) {
        guard expectation == .commaOrEnd, let last = frames.indices.last else { throw failure(.unexpectedByte) }
        frames[last].hasTrailingComma = true
        position += 1
        // The comma is written before the next value, since it may be a trailing one.
        expectation = frames[last].container == .dict && isDict(frames[last]) ? .keyOrEnd : .valueOrEnd
    }

    private mutating func colon() throws(PythonLiteralError) {
        guard expectation == .colon || (expectation == .commaOrEnd && isUndecided), let last = frames.indices.last
        else { throw failure(.unexpectedByte) }
        try finishKey(from: frames[last].key.lowerBound)
        frames[last].key = frames[last].key.lowerBound..<output.count
        output += [UInt8(ascii: ":"), 0x20]
        position += 1
        expectation = .value
    }

    /// Whether the innermost bracket is a brace that may still open either a dict or a set.
    private var isUndecided: Bool {
        guard let frame = frames.last else { return false }
        return frame.container == .dict && frame.count == 1 && !frame.hasTrailingComma && !isDict(frame)
    }

    /// A brace is written as a bracket until the first colon shows that it opens a dict.
    func isDict(_ frame: Frame) -> Bool { output[frame.opening] == UInt8(ascii: "{") }

    private mutating func finishKey(from start: Int) throws(PythonLiteralError) {
        guard let frame = frames.last else { return }
        if frame.isRefused { throw failure(.invalidKey) }
        output[frame.opening] = UInt8(ascii: "{")
        switch output[start] {
        case UInt8(ascii: "\""): break
        case UInt8(ascii: "["), UInt8(ascii: "{"), 0x20: throw failure(.invalidKey)
        default:
            output.insert(UInt8(ascii: "\""), at: start)
            output.append(UInt8(ascii: "\""))
        }
    }

    private mutating func open(_ container: Container) throws(PythonLiteralError) {
        try beginValue()
        guard frames.count < PythonLiteral.depthLimit else { throw failure(.tooDeep) }
        frames.append(Frame(container: container, opening: output.count))
        output.append(UInt8(ascii: "["))
        position += 1
        expectation = .valueOrEnd
    }

    private mutating func close(_ bracket: UInt8) throws(PythonLiteralError) {
        guard [.commaOrEnd, .valueOrEnd, .keyOrEnd].contains(expectation), let frame = frames.popLast() else {
            throw failure(.unexpectedByte)
        }
        let closing: UInt8
        switch (frame.container, bracket) {
        case (.list, UInt8(ascii: "]")):
            closing = UInt8(ascii: "]")
        case (.group, UInt8(ascii: ")")):
            // `(1)` is 1, `(1,)` is a tuple.
            let isValue = frame.count == 1 && !frame.hasTrailingComma
            if isValue { output[frame.opening] = 0x20 }
            closing = isValue ? 0x20 : UInt8(ascii: "]")
        case (.dict, UInt8(ascii: "}")):
            if frame.count == 0 { output[frame.opening] = UInt8(ascii: "{") }
            closing = output[frame.opening] == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]")
        default: throw failure(.unexpectedByte)
        }
        output.append(closing)
        position += 1
        endValue()
    }

    /// Checks that a value is allowed here, and writes the comma that separates it from the one before.
    mutating func beginValue() throws(PythonLiteralError) {
        guard [.value, .valueOrEnd, .keyOrEnd].contains(expectation) else { throw failure(.unexpectedByte) }
        guard let last = frames.indices.last else { return }
        if expectation == .value { return }
        if frames[last].count > 0 { output += [UInt8(ascii: ","), 0x20] }
        frames[last].hasTrailingComma = false
        frames[last].isRefused = false
        frames[last].count += 1
        frames[last].key = output.count..<output.count
        if expectation == .keyOrEnd { expectation = .key }
    }

    mutating func endValue() {
        if frames.isEmpty {
            expectation = .end
        } else {
            expectation = expectation == .key ? .colon : .commaOrEnd
        }
    }
}
