import AgnoSchema
import Crypto

/// Ids for elements that have none in v1: the same for the same path of the same row, so that a second import changes
/// nothing.
enum DerivedID {
    /// The namespace of all of them.
    private static let namespace = UUIDv5(of: "v1.agno-migrate".utf8)

    static func make(_ parts: String...) -> String {
        // No identifier has a zero in it, so two lists of parts are never one name.
        UUIDv5(of: parts.flatMap { Array($0.utf8) + [0] }, in: namespace).text
    }
}

/// A UUID of version 5 (RFC 9562): SHA-1 of a namespace and a name.
package struct UUIDv5 {
    private let bytes: [UInt8]

    package static let dns = UUIDv5(bytes: [
        0x6B, 0xA7, 0xB8, 0x10, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
    ])

    private init(bytes: [UInt8]) { self.bytes = bytes }

    package init(of name: some Sequence<UInt8>, in namespace: UUIDv5 = .dns) {
        var bytes = Array(Insecure.SHA1.hash(data: namespace.bytes + name).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.bytes = bytes
    }

    package var text: String {
        [bytes[..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10...]].map(\.hexadecimal).joined(separator: "-")
    }
}
