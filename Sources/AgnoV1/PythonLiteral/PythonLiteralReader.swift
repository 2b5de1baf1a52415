import LosslessJSON

/// Writes a Python literal anew as JSON text, one token at a time, and hands that to the JSON parser.
///
/// There is no recursion: what is open stands in `frames`.
struct PythonLiteralReader {
    private enum Container { case list, group, dict }

    private struct Frame {
        var container: Container
        /// Where its opening bracket stands in the output.
        var opening: Int
        /// Where the key that is being read, or was read last, stands in the output.
        var key = 0..<0
        /// Values so far; in a dict, pairs.
        var count = 0
        var hasTrailingComma = false
        /// Whether the value or key that was read last is no literal.
        var isRefused = false
    }

    /// What may come next.
    private enum Expectation { case value, keyOrEnd, key, colon, valueOrEnd, commaOrEnd, end }

    private let source: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var output: [UInt8] = []
    private var frames: [Frame] = []
    private var refusals: [PythonLiteral.Refusal] = []
    private var expectation = Expectation.value

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
            // Only a depth or an integer's length that JSON does not take is left to go wrong.
            throw failure(error.reason == .tooDeep ? .tooDeep : .invalidNumber)
        }
    }

    private func failure(_ reason: PythonLiteralError.Reason) -> PythonLiteralError {
        PythonLiteralError(offset: position, reason: reason)
    }

    private func byte(at index: Int) -> UInt8 { index < source.count ? source[index] : 0 }

    /// Within brackets Python takes newlines for white space; `repr` writes none outside of them.
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
        // Whether it separates or trails shows later: the comma is written before the next value.
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

    /// Whether the innermost bracket is a brace of which it is not known yet whether it opens a dict or a set.
    private var isUndecided: Bool {
        guard let frame = frames.last else { return false }
        return frame.container == .dict && frame.count == 1 && !frame.hasTrailingComma && !isDict(frame)
    }

    /// A brace is written as a bracket until the first colon shows that it opens a dict.
    private func isDict(_ frame: Frame) -> Bool { output[frame.opening] == UInt8(ascii: "{") }

    /// Makes a string of the key that was written last.
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
        guard frames.count < PythonLiteral.maximumDepth else { throw failure(.tooDeep) }
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
        default:
            throw failure(.unexpectedByte)
        }
        output.append(closing)
        position += 1
        endValue()
    }

    /// Checks that a value may stand here, and writes the comma that sets it apart from the one before.
    private mutating func beginValue() throws(PythonLiteralError) {
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

    private mutating func endValue() {
        if frames.isEmpty {
            expectation = .end
        } else {
            expectation = expectation == .key ? .colon : .commaOrEnd
        }
    }
}

// Words, numbers and strings.
extension PythonLiteralReader {
    private mutating func scalar() throws(PythonLiteralError) {
        let isKey = expectation == .keyOrEnd
        try beginValue()
        let first = source[position]
        if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
            try string(PythonString.Prefix())
        } else if Self.isDigit(first) || first == UInt8(ascii: "-") {
            try number()
        } else if Self.isNameStart(first) {
            // A set's name and its parentheses group nothing but the set itself.
            if try name() == .opensGroup { return reopen(isKey: isKey) }
        } else {
            throw failure(.unexpectedByte)
        }
        endValue()
    }

    private enum NameOutcome { case value, opensGroup }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
    }

    /// Takes back that a value was begun: the bracket that follows begins it.
    private mutating func reopen(isKey: Bool) {
        guard let last = frames.indices.last, expectation != .value else { return }
        frames[last].count -= 1
        let separator = frames[last].count > 0
        if separator { output.removeLast(2) }
        frames[last].hasTrailingComma = separator
        expectation = isKey ? .keyOrEnd : .valueOrEnd
    }

    private mutating func name() throws(PythonLiteralError) -> NameOutcome {
        let start = position
        var end = position
        while Self.isNameStart(byte(at: end)) || Self.isDigit(byte(at: end)) { end += 1 }
        let next = byte(at: end)
        if next == UInt8(ascii: "'") || next == UInt8(ascii: "\""),
            let prefix = PythonString.Prefix(UnsafeBufferPointer(rebasing: source[start..<end]))
        {
            position = end
            try string(prefix)
            return .value
        }
        let word = String(decoding: source[start..<end], as: UTF8.self)
        if let text = Self.constants[word] {
            output += text.utf8
            position = end
            return .value
        }
        if next == UInt8(ascii: "("), word == "set" || word == "frozenset" {
            position = end
            return .opensGroup
        }
        try refuseCall()
        return .value
    }

    private static let constants = [
        "None": "null", "True": "true", "False": "false", "nan": "NaN", "inf": "Infinity",
    ]

    private mutating func number() throws(PythonLiteralError) {
        if byte(at: position) == UInt8(ascii: "-"), byte(at: position + 1) == UInt8(ascii: "i") {
            let name = Array("-inf".utf8)
            let end = position + name.count
            guard end <= source.count, source[position..<end].elementsEqual(name), !Self.isNameStart(byte(at: end))
            else { throw failure(.unexpectedByte) }
            output += "-Infinity".utf8
            position = end
            return
        }
        let start = position
        var end = position + 1
        while end < source.count {
            let byte = source[end]
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            guard
                Self.isDigit(byte) || byte == UInt8(ascii: ".") || Self.isNameStart(byte)
                    || (isSign && source[end - 1] | 0x20 == UInt8(ascii: "e"))
            else { break }
            end += 1
        }
        // What Python prints for a number is a number in JSON too, but for nan and inf.
        let text = source[start..<end]
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
        guard let first = digits.first, Self.isDigit(first),
            (try? JSONText.validate(UnsafeBufferPointer(rebasing: text))) != nil
        else { throw failure(.invalidNumber) }
        output += text
        position = end
    }

    private mutating func string(_ prefix: PythonString.Prefix) throws(PythonLiteralError) {
        let start = position
        let read = try PythonString.read(source, from: position, prefix: prefix, into: &output)
        position = read.end
        if read.isUndecodable { try refuse(start - prefix.count..<read.end) }
    }

    /// Steps over `name.name(…)` and puts null in its place.
    private mutating func refuseCall() throws(PythonLiteralError) {
        let start = position
        while Self.isNameStart(byte(at: position)) || Self.isDigit(byte(at: position))
            || byte(at: position) == UInt8(ascii: ".")
        {
            position += 1
        }
        guard byte(at: position) == UInt8(ascii: "(") else { throw failure(.unexpectedByte) }
        var depth = 0
        repeat {
            guard position < source.count else { throw failure(.unexpectedEnd) }
            switch source[position] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                position += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                position += 1
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                position = try PythonString.skip(source, from: position)
            default:
                position += 1
            }
        } while depth > 0
        try refuse(start..<position)
    }

    private mutating func refuse(_ range: Range<Int>) throws(PythonLiteralError) {
        if expectation == .key { throw failure(.invalidKey) }
        if let last = frames.indices.last, expectation != .value { frames[last].isRefused = true }
        guard refusals.count < PythonLiteral.maximumRefusals else { throw failure(.tooManyRefusals) }
        output += "null".utf8
        refusals.append(
            PythonLiteral.Refusal(
                path: path, source: String(decoding: UnsafeBufferPointer(rebasing: source[range]), as: UTF8.self)))
    }

    /// Where the value at hand stands, by the keys and positions of what is open.
    private var path: String {
        frames.map { frame in
            guard isDict(frame) else { return "[\(frame.count - 1)]" }
            let key = output[frame.key].withUnsafeBufferPointer { JSONText.decodeString($0) }
            return "." + (key ?? "?")
        }.joined()
    }
}
