import Crypto

/// Ids for elements that have none in v1: the same for the same path of the same row, so that a second import changes
/// nothing.
enum DerivedID {
    /// The namespace of all of them: UUIDv5 of the DNS name `v1.agno-migrate`.
    private static let namespace: [UInt8] = sha1UUID(
        [
            0x6B, 0xA7, 0xB8, 0x10, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
        ] + Array("v1.agno-migrate".utf8))

    /// UUIDv5 of some texts.
    static func make(_ parts: String...) -> String {
        var name = namespace
        for part in parts {
            name += part.utf8
            // No identifier has a zero in it, so two lists of parts are never one name.
            name.append(0)
        }
        return text(sha1UUID(name))
    }

    private static func sha1UUID(_ bytes: [UInt8]) -> [UInt8] {
        var uuid = Array(Insecure.SHA1.hash(data: bytes).prefix(16))
        uuid[6] = uuid[6] & 0x0F | 0x50
        uuid[8] = uuid[8] & 0x3F | 0x80
        return uuid
    }

    private static func text(_ uuid: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var output: [UInt8] = []
        output.reserveCapacity(36)
        for (index, byte) in uuid.enumerated() {
            if [4, 6, 8, 10].contains(index) { output.append(UInt8(ascii: "-")) }
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 0xF)])
        }
        return String(decoding: output, as: UTF8.self)
    }
}
