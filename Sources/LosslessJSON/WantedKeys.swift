/// The keys a scan looks for, laid out for comparing without decoding.
struct WantedKeys: Sendable {
    private struct Entry {
        /// The first up to eight bytes, the rest zero.
        let head: UInt64
        let bytes: [UInt8]
    }

    private let entries: [Entry]
    /// A bit for each length that some key has; lengths from 63 up share one.
    private let lengths: UInt64

    init(_ keys: [String]) {
        entries = keys.map { key in
            let bytes = Array(key.utf8)
            let head = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Entry(head: head, bytes: bytes)
        }
        lengths = entries.reduce(0) { $0 | 1 << UInt64(min($1.bytes.count, 63)) }
    }

    var count: Int { entries.count }

    /// Which wanted key a key in a text is; nil for none. The range is that of the key's bytes without its quotes.
    @inline(__always) func slot(in cursor: borrowing ByteCursor, range: Range<Int>, isEscaped: Bool) -> Int? {
        if isEscaped { return slotOfEscaped(cursor, range) }
        let count = range.upperBound &- range.lowerBound
        guard lengths & (1 &<< UInt64(truncatingIfNeeded: min(count, 63))) != 0 else { return nil }
        return slotOfPlain(cursor, range)
    }

    private func slotOfPlain(_ cursor: borrowing ByteCursor, _ range: Range<Int>) -> Int? {
        let start = cursor.base + range.lowerBound
        let count = range.count
        let head = Self.head(start, count: count, readable: cursor.end - range.lowerBound)
        return entries.withUnsafeBufferPointer { entries in
            for index in entries.indices where entries[index].head == head && entries[index].bytes.count == count {
                if count <= 8 || entries[index].bytes.starts(start, count: count) { return index }
            }
            return nil
        }
    }

    /// Keys are hardly ever escaped, so this may take its time.
    @inline(never) private func slotOfEscaped(_ cursor: borrowing ByteCursor, _ range: Range<Int>) -> Int? {
        let literal = UnsafeBufferPointer(start: cursor.base + range.lowerBound - 1, count: range.count + 2)
        guard let decoded = StringUnescaper.text(ofLiteral: literal) else { return nil }
        return entries.firstIndex { $0.bytes.elementsEqual(decoded.utf8) }
    }

    /// The first up to eight of `count` bytes, of which `readable` may be touched.
    @inline(__always) private static func head(_ start: UnsafePointer<UInt8>, count: Int, readable: Int) -> UInt64 {
        if readable >= 8 {
            let word = WordScan.load(start)
            return count >= 8 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1)
        }
        var word: UInt64 = 0
        for index in 0..<min(count, 8) { word |= UInt64(start[index]) << UInt64(index * 8) }
        return word
    }
}

extension [UInt8] {
    @inline(__always) fileprivate func starts(_ other: UnsafePointer<UInt8>, count: Int) -> Bool {
        withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return true }
            return WordScan.areEqual(base, other, count: count)
        }
    }
}
