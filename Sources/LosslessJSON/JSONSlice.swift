/// Some bytes of a text that is shared by everything that was read from it. Two are equal when their bytes are. The
/// shared text stays in memory as long as any of its slices does.
struct JSONSlice: Sendable {
    private let storage: [UInt8]
    private let start: UInt32
    private let length: UInt32

    /// The longest text that can be shared.
    static let maximumCount = Int(UInt32.max)

    /// Takes a range that lies inside a text of at most `maximumCount` bytes.
    @inline(__always) init(storage: [UInt8], range: Range<Int>) {
        self.storage = storage
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        length = UInt32(truncatingIfNeeded: range.upperBound &- range.lowerBound)
    }

    init(_ bytes: [UInt8]) {
        storage = bytes
        start = 0
        length = UInt32(bytes.count)
    }

    @inline(__always) var count: Int { Int(length) }

    @inline(__always) func withBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try storage.withUnsafeBufferPointer { (all) throws(Failure) in
            try body(UnsafeBufferPointer(rebasing: all[Int(start)..<(Int(start) + Int(length))]))
        }
    }

    /// Whether a literal with these bytes can mean a text: no escape is shorter than what it means, and what is not escaped
    /// begins as the text does.
    @inline(__always) func mayMean(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let extra = Int(length) &- 2 &- text.count
        if extra < 0 { return false }
        guard let first = text.first else { return true }
        let byte = storage.withUnsafeBufferPointer { $0[Int(start) &+ 1] }
        return byte == Ascii.backslash || byte == first
    }

    /// The bytes as text; nil when they are not UTF-8.
    var text: String? { withBytes { String(checking: $0) } }
}

extension JSONSlice: Hashable {
    static func == (left: JSONSlice, right: JSONSlice) -> Bool {
        guard left.length == right.length else { return false }
        return left.withBytes { leftBytes in
            right.withBytes { rightBytes in
                guard let leftBase = leftBytes.baseAddress, let rightBase = rightBytes.baseAddress else { return true }
                return WordScan.areEqual(leftBase, rightBase, count: leftBytes.count)
            }
        }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(length)
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// The text that the bytes are; nil when they are not UTF-8. Most texts are ASCII, and for those the way without
    /// validation is several times as fast.
    init?(checking bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: bytes, as: UTF8.self)
        } else {
            self.init(validating: bytes, as: UTF8.self)
        }
    }
}
