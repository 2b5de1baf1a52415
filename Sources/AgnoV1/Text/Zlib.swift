import CZlib

/// Streams that Python's `zlib.compress` wrote.
enum Zlib {
    /// More than this is not inflated: a few kilobytes can be made to mean terabytes.
    static let maximumInflatedCount = 1 << 30

    /// Whether two bytes can be the start of such a stream (RFC 1950: method 8, header divisible by 31, no dictionary).
    static func mayStart(with first: UInt8, _ second: UInt8) -> Bool {
        first & 0x0F == 8 && first >> 4 <= 7 && (UInt16(first) << 8 | UInt16(second)) % 31 == 0 && second & 0x20 == 0
    }

    /// What was compressed; nil when the bytes are anything but one whole stream whose checksum is right.
    static func inflate(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 6, bytes.count <= Int(UInt32.max), mayStart(with: bytes[0], bytes[1]) else { return nil }
        var stream = z_stream()
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: max(1 << 14, min(1 << 20, bytes.count * 4)))
        return input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            while true {
                let (status, count) = chunk.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    return (status, target.count - Int(stream.avail_out))
                }
                output += chunk[..<count]
                if status == Z_STREAM_END { return stream.avail_in == 0 ? output : nil }
                guard status == Z_OK, count > 0 || stream.avail_in > 0, output.count <= maximumInflatedCount else {
                    return nil
                }
            }
        }
    }
}
