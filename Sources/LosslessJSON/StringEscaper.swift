enum StringEscaper {
    /// The literal with its quotes; with `ascii` everything outside printable ASCII is escaped.
    static func literal(_ text: String, ascii: Bool) -> [UInt8] {
        var text = text
        return text.withUTF8 { bytes in
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count + bytes.count / 8 + 2)
            output.append(Ascii.quote)
            if ascii { appendAscii(bytes, to: &output) } else { appendMinimal(bytes, to: &output) }
            output.append(Ascii.quote)
            return output
        }
    }

    private static func appendMinimal(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        guard let base = bytes.baseAddress else { return }
        var at = 0
        while at < bytes.count {
            let special = WordScan.firstSpecial(base, from: at, to: bytes.count)
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[at..<special]))
            if special < bytes.count { append(escapeOf: bytes[special], to: &output) }
            at = special + 1
        }
    }

    private static func appendAscii(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            switch scalar.value {
            case UInt32(Ascii.quote), UInt32(Ascii.backslash), 0..<0x20:
                append(escapeOf: UInt8(truncatingIfNeeded: scalar.value), to: &output)
            case 0x20..<0x7F: output.append(UInt8(truncatingIfNeeded: scalar.value))
            case 0x10000...:
                let offset = scalar.value - 0x10000
                append(codeUnit: 0xD800 + offset >> 10, to: &output)
                append(codeUnit: 0xDC00 + offset & 0x3FF, to: &output)
            default: append(codeUnit: scalar.value, to: &output)
            }
        }
    }

    /// Appends the escape of a quote, a backslash or a control character.
    static func append(escapeOf byte: UInt8, to output: inout [UInt8]) {
        let letter: UInt8
        switch byte {
        case Ascii.quote, Ascii.backslash: letter = byte
        case Ascii.newline: letter = UInt8(ascii: "n")
        case Ascii.carriageReturn: letter = UInt8(ascii: "r")
        case Ascii.tab: letter = UInt8(ascii: "t")
        case 0x08: letter = UInt8(ascii: "b")
        case 0x0C: letter = UInt8(ascii: "f")
        default: return append(codeUnit: UInt32(byte), to: &output)
        }
        output.append(Ascii.backslash)
        output.append(letter)
    }

    /// Appends `\u` and four digits.
    static func append(codeUnit: UInt32, to output: inout [UInt8]) {
        output.append(Ascii.backslash)
        output.append(UInt8(ascii: "u"))
        for shift: UInt32 in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: codeUnit >> shift & 0xF)
            output.append(digit < 10 ? Ascii.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
