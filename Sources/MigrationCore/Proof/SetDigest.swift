import AgnoSchema
package import Crypto

/// The digest of a set whose order does not matter: how many items it has, and the sum of their SHA-256 digests modulo 2^256.
///
/// An item that occurs twice counts twice. Sums of sets are the digests of their unions, so that a balance of digests can
/// be struck without the items.
public struct SetDigest: Sendable, Hashable, Codable {
    /// The number of items.
    public private(set) var count: Int64 = 0
    /// The sum in words, the highest first.
    private var words = SIMD4<UInt64>()

    /// The digest of no items.
    public init() {}

    /// The sum as 64 hexadecimal digits.
    public var digest: String {
        (0..<4).map { place in
            let digits = String(words[place], radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Adds an item by its digest.
    package mutating func insert(_ item: SHA256Digest) {
        var added = SIMD4<UInt64>()
        item.withUnsafeBytes { bytes in
            for place in 0..<4 {
                added[place] = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self))
            }
        }
        add(added)
        count &+= 1
    }

    private mutating func add(_ other: SIMD4<UInt64>) {
        var carry = false
        for place in (0..<4).reversed() {
            let (sum, overflow) = words[place].addingReportingOverflow(other[place])
            let (whole, carried) = sum.addingReportingOverflow(carry ? 1 : 0)
            words[place] = whole
            carry = overflow || carried
        }
    }

    /// The digest of both sets together.
    public static func + (left: SetDigest, right: SetDigest) -> SetDigest {
        var sum = left
        sum.add(right.words)
        sum.count &+= right.count
        return sum
    }

    /// Adds another set.
    public static func += (left: inout SetDigest, right: SetDigest) { left = left + right }

    private enum Key: String, CodingKey { case count, digest }

    /// Reads `count` and `digest`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        count = try container.decode(Int64.self, forKey: .count)
        let text = Array(try container.decode(String.self, forKey: .digest))
        let found = (0..<4).compactMap { place in
            text.count == 64 ? UInt64(String(text[(place * 16)..<(place * 16 + 16)]), radix: 16) : nil
        }
        words = SIMD4(found.count == 4 ? found : [0, 0, 0, 0])
        guard found.count == 4 else {
            throw DecodingError.dataCorruptedError(
                forKey: .digest, in: container, debugDescription: "a digest has 64 hexadecimal digits")
        }
    }

    /// Writes `count` and `digest`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(count, forKey: .count)
        try container.encode(digest, forKey: .digest)
    }
}
