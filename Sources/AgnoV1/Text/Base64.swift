/// Base64 with the standard alphabet and padding, as Python's `b64encode` writes it; anything else is refused.
enum Base64 {
    /// The bytes; nil when a character is outside of the alphabet, or the padding is not as it has to be.
    static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard isValid(text) else { return nil }
        return decodePrefix(text)
    }

    static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count.isMultiple(of: 4) else { return false }
        guard let last = text.last else { return true }
        let padding = last != pad ? 0 : text[text.count - 2] == pad ? 2 : 1
        return text.dropLast(padding).allSatisfy { values[Int($0)] < 64 }
    }

    /// The first bytes that a text of whole groups means; characters are taken to be valid.
    static func decodePrefix(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        for start in stride(from: 0, to: text.count - 3, by: 4) {
            var group: UInt32 = 0
            for index in start..<start + 4 { group = group << 6 | UInt32(values[Int(text[index])] & 63) }
            output.append(UInt8(truncatingIfNeeded: group >> 16))
            if text[start + 2] != pad { output.append(UInt8(truncatingIfNeeded: group >> 8)) }
            if text[start + 3] != pad { output.append(UInt8(truncatingIfNeeded: group)) }
        }
        return output
    }

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        let input = Array(bytes)
        var output: [UInt8] = []
        output.reserveCapacity((input.count + 2) / 3 * 4)
        for start in stride(from: 0, to: input.count, by: 3) {
            let count = min(3, input.count - start)
            var group = UInt32(input[start]) << 16
            if count > 1 { group |= UInt32(input[start + 1]) << 8 }
            if count > 2 { group |= UInt32(input[start + 2]) }
            output.append(alphabet[Int(group >> 18 & 63)])
            output.append(alphabet[Int(group >> 12 & 63)])
            output.append(count > 1 ? alphabet[Int(group >> 6 & 63)] : pad)
            output.append(count > 2 ? alphabet[Int(group & 63)] : pad)
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let pad = UInt8(ascii: "=")
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()
}
