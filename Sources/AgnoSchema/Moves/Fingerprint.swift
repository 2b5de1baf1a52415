/// A short text that tells whether a stored value is still the one that was moved.
///
/// Not for security: it recognises change, nobody gains by making two values look alike.
package enum Fingerprint {
    /// Length and a 64-bit mix of the bytes.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> String {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var position = 0
        while position + 8 <= bytes.count {
            mix(&state, bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian)
            position += 8
        }
        var rest: UInt64 = 0
        for (shift, byte) in bytes[position...].enumerated() { rest |= UInt64(byte) << UInt64(shift * 8) }
        mix(&state, rest)
        return "\(bytes.count):\(String(state, radix: 16))"
    }

    /// The fingerprint of a stored value.
    package static func of(_ value: SQLValue) -> String {
        switch value {
        case .text(var text): text.withUTF8 { of(UnsafeRawBufferPointer($0)) }
        case .blob(let bytes), .malformedText(let bytes): bytes.withUnsafeBytes { of($0) }
        case .integer(let number): "i:\(number)"
        case .real(let number): "r:\(number)"
        case .null: "null"
        }
    }

    @inline(__always)
    private static func mix(_ state: inout UInt64, _ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        state = product.high ^ product.low ^ (state &<< 13 | state &>> 51)
    }
}
