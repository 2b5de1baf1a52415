import LosslessJSON

// Words, numbers and strings.
extension PythonLiteralReader {
    mutating func scalar() throws(PythonLiteralError) {
        let isKey = expectation == .keyOrEnd
        try beginValue()
        let first = source[position]
        if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
            try string(PythonString.Prefix())
        } else if Self.isDigit(first) || first == UInt8(ascii: "-") {
            try number()
        } else if Self.isNameStart(first) {
            // The parentheses of `set(…)` contain only the set itself.
            if try name() == .opensGroup { return reopen(isKey: isKey) }
        } else {
            throw failure(.unexpectedByte)
        }
        endValue()
    }

    private enum NameOutcome { case value, opensGroup }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isNameStart(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_") }

    /// Undoes the beginning of a value: the bracket that follows begins it.
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

    private static let constants = ["None": "null", "True": "true", "False": "false", "nan": "NaN", "inf": "Infinity"]

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
        // A number that Python prints is a JSON number too, except nan and inf.
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

    /// Skips `name.name(…)` and writes null instead.
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
            case UInt8(ascii: "'"), UInt8(ascii: "\""): position = try PythonString.skip(source, from: position)
            default: position += 1
            }
        } while depth > 0
        try refuse(start..<position)
    }

    private mutating func refuse(_ range: Range<Int>) throws(PythonLiteralError) {
        if expectation == .key { throw failure(.invalidKey) }
        if let last = frames.indices.last, expectation != .value { frames[last].isRefused = true }
        guard refusals.count < PythonLiteral.refusalLimit else { throw failure(.tooManyRefusals) }
        output += "null".utf8
        refusals.append(
            LiteralRefusal(
                path: path, source: String(decoding: UnsafeBufferPointer(rebasing: source[range]), as: UTF8.self)))
    }

    /// The path of the current value: the keys and positions of the open brackets.
    private var path: String {
        frames.map { frame in
            guard isDict(frame) else { return "[\(frame.count - 1)]" }
            let key = output[frame.key].withUnsafeBufferPointer { JSONText.decodeString($0) }
            return "." + (key ?? "?")
        }.joined()
    }
}
