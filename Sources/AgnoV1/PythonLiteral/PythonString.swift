import LosslessJSON

enum PythonString {
    struct Prefix {
        var isBytes = false
        var isRaw = false
        var count = 0

        init() {}

        /// Nil if the letters are not a prefix of a literal.
        init?(_ letters: UnsafeBufferPointer<UInt8>) {
            guard letters.count <= 2 else { return nil }
            count = letters.count
            switch String(decoding: letters, as: UTF8.self).lowercased() {
            case "u": break
            case "r": isRaw = true
            case "b": isBytes = true
            case "br", "rb": (isBytes, isRaw) = (true, true)
            default: return nil
            }
        }
    }

    /// Writes the string at `start` as a JSON string.
    ///
    /// - Returns: its end, and whether it is a bytes literal that is not UTF-8; then nothing was written.
    static func read(
        _ source: UnsafeBufferPointer<UInt8>, from start: Int, prefix: Prefix, into output: inout [UInt8]
    ) throws(PythonLiteralError) -> (end: Int, isUndecodable: Bool) {
        var bytes: [UInt8] = []
        if !prefix.isBytes { output.append(quote) }
        let end = try body(source, from: start, prefix: prefix) { piece throws(PythonLiteralError) in
            switch piece {
            case .plain(let range) where prefix.isBytes: bytes += source[range]
            case .plain(let range): appendPlain(source, range, to: &output)
            case .scalar(let value) where prefix.isBytes: bytes.append(UInt8(truncatingIfNeeded: value))
            case .scalar(let value): append(value, to: &output)
            }
        }
        if prefix.isBytes {
            guard let text = String(validating: bytes, as: UTF8.self) else { return (end, true) }
            output.append(quote)
            for scalar in text.unicodeScalars { append(scalar.value, to: &output) }
        }
        output.append(quote)
        return (end, false)
    }

    static func skip(_ source: UnsafeBufferPointer<UInt8>, from start: Int) throws(PythonLiteralError) -> Int {
        var at = start + 1
        while at < source.count {
            if source[at] == source[start] { return at + 1 }
            at += source[at] == backslash ? 2 : 1
        }
        throw PythonLiteralError(offset: source.count, reason: .unexpectedEnd)
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    private static let hexDigits = Array("0123456789abcdef".utf8)

    private enum Piece {
        case plain(Range<Int>)
        /// A Unicode scalar, a lone surrogate or a byte.
        case scalar(UInt32)
    }

    private static func body(
        _ source: UnsafeBufferPointer<UInt8>, from start: Int, prefix: Prefix,
        _ emit: (Piece) throws(PythonLiteralError) -> Void
    ) throws(PythonLiteralError) -> Int {
        let delimiter = source[start]
        var at = start + 1
        var plainStart = at
        while at < source.count {
            let byte = source[at]
            if byte == delimiter {
                if plainStart < at { try emit(.plain(plainStart..<at)) }
                return at + 1
            }
            guard byte != 0x0A, byte != 0x0D, !(prefix.isBytes && byte >= 0x80) else {
                throw PythonLiteralError(offset: at, reason: .unexpectedByte)
            }
            guard byte == backslash else {
                at += 1
                continue
            }
            if prefix.isRaw {
                // In a raw string a quote after a backslash does not end it, and both are kept.
                at += 2
                continue
            }
            if plainStart < at { try emit(.plain(plainStart..<at)) }
            let escape = try escape(source, at: at, isBytes: prefix.isBytes)
            if let value = escape.value { try emit(.scalar(value)) }
            plainStart = escape.isKept ? at : escape.end
            at = escape.end
        }
        throw PythonLiteralError(offset: source.count, reason: .unexpectedEnd)
    }

    private static func escape(
        _ source: UnsafeBufferPointer<UInt8>, at start: Int, isBytes: Bool
    ) throws(PythonLiteralError) -> (value: UInt32?, end: Int, isKept: Bool) {
        guard start + 1 < source.count else { throw PythonLiteralError(offset: source.count, reason: .unexpectedEnd) }
        let letter = source[start + 1]
        if let value = simple[letter] { return (value, start + 2, false) }
        switch letter {
        case 0x0A: return (nil, start + 2, false)
        case UInt8(ascii: "x"): return (try hex(source, from: start, digits: 2), start + 4, false)
        case UInt8(ascii: "u") where !isBytes: return (try hex(source, from: start, digits: 4), start + 6, false)
        case UInt8(ascii: "U") where !isBytes: return (try hex(source, from: start, digits: 8), start + 10, false)
        case UInt8(ascii: "N") where !isBytes:
            // Names of characters; `repr` writes none.
            throw PythonLiteralError(offset: start, reason: .invalidEscape)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value: UInt32 = 0
            var end = start + 1
            while end < source.count, end < start + 4, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(source[end]) {
                value = value * 8 + UInt32(source[end] - UInt8(ascii: "0"))
                end += 1
            }
            return (isBytes ? value & 0xFF : value, end, false)
        default:
            // Python keeps a backslash that escapes nothing.
            return (nil, start + 2, true)
        }
    }

    private static let simple: [UInt8: UInt32] = [
        UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22, UInt8(ascii: "a"): 0x07,
        UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D,
        UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0B,
    ]

    private static func hex(
        _ source: UnsafeBufferPointer<UInt8>, from start: Int, digits: Int
    ) throws(PythonLiteralError) -> UInt32 {
        var value: UInt32 = 0
        for index in start + 2..<start + 2 + digits {
            guard index < source.count, let digit = Ascii.hexValue(source[index]) else {
                throw PythonLiteralError(offset: start, reason: .invalidEscape)
            }
            value = value << 4 | digit
        }
        guard value <= 0x10FFFF else { throw PythonLiteralError(offset: start, reason: .invalidEscape) }
        return value
    }

    private static func appendPlain(
        _ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to output: inout [UInt8]
    ) {
        var start = range.lowerBound
        for index in range where source[index] < 0x20 || source[index] == quote || source[index] == backslash {
            output += source[start..<index]
            append(UInt32(source[index]), to: &output)
            start = index + 1
        }
        output += source[start..<range.upperBound]
    }

    /// Writes a scalar inside a JSON string; lone surrogates as escapes.
    private static func append(_ value: UInt32, to output: inout [UInt8]) {
        if value == UInt32(quote) || value == UInt32(backslash) {
            output.append(backslash)
            output.append(UInt8(truncatingIfNeeded: value))
        } else if value >= 0x20, let scalar = UnicodeScalar(value) {
            output += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        } else {
            output += [backslash, UInt8(ascii: "u")]
            for shift: UInt32 in [12, 8, 4, 0] {
                output.append(hexDigits[Int(value >> shift & 0xF)])
            }
        }
    }
}
