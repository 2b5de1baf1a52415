/// A position in a JSON text, and the tokens that can be read from there. The caller keeps the bytes alive and
/// unchanged while it is in use. Every read is checked against the end.
struct ByteCursor {
    let base: UnsafePointer<UInt8>
    let end: Int
    var position = 0

    /// Starts at the first value of a text: refuses a byte order mark, skips white space.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { throw JSONError(offset: 0, reason: .unexpectedEnd) }
        self.base = base
        end = bytes.count
        if end >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF {
            throw JSONError(offset: 0, reason: .byteOrderMark)
        }
        skipWhiteSpace()
    }

    /// The byte at the cursor; zero, which no JSON token starts with, at the end.
    @inline(__always) var byte: UInt8 { position < end ? base[position] : 0 }

    /// The error for a byte at the cursor that does not belong there.
    @inline(never) func refusal(_ reason: JSONError.Reason = .unexpectedByte) -> JSONError {
        JSONError(offset: position, reason: position < end ? reason : .unexpectedEnd)
    }

    /// The error for a text that ends too early.
    private var cutOff: JSONError { JSONError(offset: end, reason: .unexpectedEnd) }

    /// Skips white space, which is space, tab, newline and carriage return and nothing else.
    @inline(__always) mutating func skipWhiteSpace() {
        while position < end {
            let byte = base[position]
            if byte > Ascii.space { return }
            switch byte {
            case Ascii.space, Ascii.newline, Ascii.carriageReturn, Ascii.tab: position &+= 1
            default: return
            }
        }
    }

    /// Ends the text: refuses anything but white space.
    mutating func finish() throws(JSONError) {
        skipWhiteSpace()
        if position < end { throw JSONError(offset: position, reason: .trailingContent) }
    }

    /// Skips a string from its opening quote to past its closing one; returns whether it contains an escape.
    @inline(__always) mutating func skipString() throws(JSONError) -> Bool {
        var at = position &+ 1
        var isEscaped = false
        while true {
            at = WordScan.firstSpecial(base, from: at, to: end)
            guard at < end else { throw cutOff }
            let byte = base[at]
            if byte == Ascii.quote {
                position = at &+ 1
                return isEscaped
            }
            position = at
            if byte != Ascii.backslash { throw refusal(.controlCharacter) }
            isEscaped = true
            try skipEscape()
            at = position
        }
    }

    @inline(__always) private mutating func skipEscape() throws(JSONError) {
        guard position &+ 1 < end else { throw cutOff }
        switch base[position &+ 1] {
        case Ascii.quote, Ascii.backslash, Ascii.slash, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position &+= 2
        case UInt8(ascii: "u"):
            guard position &+ 6 <= end else { throw cutOff }
            for index in 2..<6 where Ascii.hexValue(base[position &+ index]) == nil {
                throw refusal(.invalidEscape)
            }
            position &+= 6
        default: throw refusal(.invalidEscape)
        }
    }

    /// Skips a number from its first digit or its sign, `-Infinity` included.
    @inline(__always) mutating func skipNumber() throws(JSONError) {
        let start = position
        if base[position] == Ascii.minus {
            position &+= 1
            if byte == UInt8(ascii: "I") { return try skipWord("Infinity") }
        }
        let firstDigit = position
        if byte == Ascii.zero { position &+= 1 } else { try skipDigits() }
        let lastDigit = position
        if byte == Ascii.dot {
            position &+= 1
            try skipDigits()
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            if byte == Ascii.plus || byte == Ascii.minus { position &+= 1 }
            try skipDigits()
        }
        if lastDigit &- firstDigit > JSONNumber.maximumIntegerDigits, position == lastDigit {
            throw JSONError(offset: start, reason: .integerTooLong)
        }
    }

    @inline(__always) private mutating func skipDigits() throws(JSONError) {
        guard Ascii.isDigit(byte) else { throw refusal() }
        while position < end, Ascii.isDigit(base[position]) { position &+= 1 }
    }

    @inline(__always) mutating func skipWord(_ word: StaticString) throws(JSONError) {
        let start = position
        let expected = word.utf8Start
        for index in 0..<word.utf8CodeUnitCount {
            guard start &+ index < end, base[start &+ index] == expected[index] else {
                position = start &+ index
                throw refusal()
            }
        }
        position = start &+ word.utf8CodeUnitCount
    }
}
