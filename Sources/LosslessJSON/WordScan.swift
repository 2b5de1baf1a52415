enum WordScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The eight bytes at a place, the first one lowest.
    @inline(__always) static func load(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    /// Marks the bytes that end a plain run of a string: a quote, a backslash or a control character. The lowest set
    /// bit lies in the first such byte; bits above it mean nothing. Zero when there is no such byte.
    @inline(__always) static func special(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* UInt64(Ascii.quote))
        let backslash = word ^ (ones &* UInt64(Ascii.backslash))
        // A borrow can only mark bytes above a true mark, so the lowest mark of each term is true.
        let hits = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- (ones &* 0x20)) & ~word)
        return hits & highs
    }

    /// The first byte at or after `start` that ends a plain run of a string; `end` when there is none.
    @inline(__always) static func firstSpecial(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var at = start
        while at &+ 8 <= end {
            let mask = special(load(base + at))
            if mask != 0 { return at &+ mask.trailingZeroBitCount >> 3 }
            at &+= 8
        }
        while at < end {
            let byte = base[at]
            if byte == Ascii.quote || byte == Ascii.backslash || byte < 0x20 { return at }
            at &+= 1
        }
        return end
    }

    @inline(__always)
    static func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int) -> Bool {
        var at = 0
        while at &+ 8 <= count {
            if load(left + at) != load(right + at) { return false }
            at &+= 8
        }
        while at < count {
            if left[at] != right[at] { return false }
            at &+= 1
        }
        return true
    }
}
