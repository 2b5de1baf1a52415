import LosslessJSON

/// The characters that no text in the target may contain. U+0000 to U+0008, U+000B, U+000C, U+000E to U+001F, U+FFFE
/// and U+FFFF are removed, as Agno's own migration does; PostgreSQL cannot store U+0000.
enum StorableText {
    static func isStorable(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09, 0x0A, 0x0D: true
        case 0..<0x20, 0xFFFE, 0xFFFF: false
        default: true
        }
    }

    static func cleaned(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !isStorable($0.value) }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { isStorable($0.value) }))
    }

    /// An identifier without those characters; one that had any gets a suffix, so that it is still another one.
    static func cleanedID(_ id: String) -> String {
        let cleaned = cleaned(id)
        guard cleaned.unicodeScalars.count != id.unicodeScalars.count else { return id }
        return cleaned + "~" + DerivedID.make("id", id).prefix(8)
    }

    /// Whether a JSON text may contain something that ``JSONCleaner`` removes. It looks at each byte once.
    static func needsCleaning(_ bytes: UnsafeBufferPointer<UInt8>, rules: V1Conversion.JSONRules) -> Bool {
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\\"):
                let escape = escape(bytes, at: at, rules)
                guard escape.replacement == nil else { return true }
                at += escape.length
            case 0xEF where at + 2 < bytes.count && bytes[at + 1] == 0xBF && bytes[at + 2] >= 0xBE: return true
            case UInt8(ascii: "N") where rules == .standard && next(bytes, at) == UInt8(ascii: "a"): return true
            case UInt8(ascii: "I") where rules == .standard && next(bytes, at) == UInt8(ascii: "n"): return true
            default: at += 1
            }
        }
        return false
    }

    private static func next(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> UInt8 {
        at + 1 < bytes.count ? bytes[at + 1] : 0
    }

    /// The length of the escape at a position, and what replaces it; nil if it stays.
    static func escape(
        _ bytes: UnsafeBufferPointer<UInt8>, at start: Int, _ rules: V1Conversion.JSONRules
    ) -> (length: Int, replacement: String?) {
        guard start + 1 < bytes.count else { return (1, nil) }
        switch bytes[start + 1] {
        case UInt8(ascii: "b"), UInt8(ascii: "f"): return (2, "")
        case UInt8(ascii: "u"):
            guard let unit = codeUnit(bytes, at: start) else { return (2, nil) }
            guard 0xD800..<0xE000 ~= unit else { return (6, isStorable(unit) ? nil : "") }
            if unit < 0xDC00, let low = codeUnit(bytes, at: start + 6), 0xDC00..<0xE000 ~= low { return (12, nil) }
            return (6, rules == .python ? nil : "\\ufffd")
        default: return (2, nil)
        }
    }

    private static func codeUnit(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32? {
        guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for index in start + 2..<start + 6 {
            guard let digit = Ascii.hexValue(bytes[index]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }
}
