enum StringUnescaper {
    /// Reads a string from past its opening quote to past its closing one.
    ///
    /// The output has room for as many bytes as there are from `start` to the end of the text: no escape is shorter than
    /// what it means.
    ///
    /// - Returns: the offset past the closing quote, and how many bytes were written.
    /// - Throws: `JSONError` when the string is not one Python reads, or when it holds a lone surrogate.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, into output: UnsafeMutablePointer<UInt8>
    ) throws(JSONError) -> (next: Int, count: Int) {
        guard let base = bytes.baseAddress else { throw JSONError(offset: 0, reason: .unexpectedEnd) }
        let end = bytes.count
        var at = start
        var count = 0
        while true {
            // Eight bytes are copied before it is known how many of them count: what is too much is written over.
            while at &+ 8 <= end {
                let word = WordScan.load(base + at)
                UnsafeMutableRawPointer(output + count).storeBytes(of: word.littleEndian, as: UInt64.self)
                let mask = WordScan.special(word)
                let plain = mask == 0 ? 8 : mask.trailingZeroBitCount >> 3
                at &+= plain
                count &+= plain
                if plain < 8 { break }
            }
            guard at < end else { throw JSONError(offset: end, reason: .unexpectedEnd) }
            let byte = base[at]
            switch byte {
            case Ascii.quote: return (at + 1, count)
            case Ascii.backslash:
                guard at &+ 1 < end else { throw JSONError(offset: end, reason: .unexpectedEnd) }
                if let meant = simpleEscape(base[at &+ 1]) {
                    output[count] = meant
                    count &+= 1
                    at &+= 2
                } else {
                    let (scalar, length) = try unicodeEscape(bytes, at: at)
                    count &+= write(scalar, to: output + count)
                    at &+= length
                }
            case 0..<0x20: throw JSONError(offset: at, reason: .controlCharacter)
            default:
                output[count] = byte
                count &+= 1
                at &+= 1
            }
        }
    }

    /// The text that a string literal with its quotes means; nil when it is not one, or has no Unicode text.
    static func text(ofLiteral literal: UnsafeBufferPointer<UInt8>) -> String? {
        guard let base = literal.baseAddress, literal.count >= 2, base[0] == Ascii.quote else { return nil }
        let last = literal.count - 1
        if WordScan.firstSpecial(base, from: 1, to: literal.count) == last, base[last] == Ascii.quote {
            return String(checking: UnsafeBufferPointer(rebasing: literal[1..<last]))
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: literal.count) { output in
            guard let outputBase = output.baseAddress,
                let result = try? read(literal, from: 1, into: outputBase), result.next == literal.count
            else { return nil }
            return String(checking: UnsafeBufferPointer(start: outputBase, count: result.count))
        }
    }

    @inline(__always) private static func simpleEscape(_ letter: UInt8) -> UInt8? {
        switch letter {
        case Ascii.quote, Ascii.backslash, Ascii.slash: letter
        case UInt8(ascii: "n"): Ascii.newline
        case UInt8(ascii: "t"): Ascii.tab
        case UInt8(ascii: "r"): Ascii.carriageReturn
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        default: nil
        }
    }

    /// Reads a `\u` escape, or two of them that make a pair, from the backslash.
    private static func unicodeEscape(
        _ bytes: UnsafeBufferPointer<UInt8>, at start: Int
    ) throws(JSONError) -> (scalar: UInt32, length: Int) {
        let first = try codeUnit(bytes, at: start)
        guard 0xD800..<0xE000 ~= first else { return (first, 6) }
        let next = start + 6
        guard first < 0xDC00, next + 1 < bytes.count, bytes[next] == Ascii.backslash,
            bytes[next + 1] == UInt8(ascii: "u")
        else { throw JSONError(offset: start, reason: .loneSurrogate) }
        let second = try codeUnit(bytes, at: next)
        guard 0xDC00..<0xE000 ~= second else { throw JSONError(offset: start, reason: .loneSurrogate) }
        return (0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), 12)
    }

    /// Reads a `\u` escape from its backslash.
    @inline(__always)
    static func codeUnit(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) throws(JSONError) -> UInt32 {
        guard start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "u") else {
            throw JSONError(offset: start, reason: .invalidEscape)
        }
        guard start + 6 <= bytes.count else { throw JSONError(offset: bytes.count, reason: .unexpectedEnd) }
        var unit: UInt32 = 0
        for index in 2..<6 {
            guard let digit = Ascii.hexValue(bytes[start + index]) else {
                throw JSONError(offset: start, reason: .invalidEscape)
            }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// Writes a Unicode scalar as UTF-8; returns its length in bytes.
    @inline(__always) private static func write(_ scalar: UInt32, to output: UnsafeMutablePointer<UInt8>) -> Int {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (scalar >> shift & 0x3F)) }
        switch scalar {
        case ..<0x80:
            output[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        case ..<0x800:
            output[0] = UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
            output[1] = tail(0)
            return 2
        case ..<0x10000:
            output[0] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
            output[1] = tail(6)
            output[2] = tail(0)
            return 3
        default:
            output[0] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
            output[1] = tail(12)
            output[2] = tail(6)
            output[3] = tail(0)
            return 4
        }
    }
}
