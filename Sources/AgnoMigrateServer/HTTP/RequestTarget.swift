/// The path and the query of a request, decoded like the original's server.
struct RequestTarget: Sendable {
    let segments: [String]
    private let query: [(name: String, value: String)]

    init(_ text: String) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        // The path is decoded before it is split: an encoded slash also separates, as in the original.
        var path = Self.decoded(parts[0], plusIsSpace: false)
        if path.hasPrefix("/") { path.removeFirst() }
        if path.hasSuffix("/") { path.removeLast() }
        segments = path.isEmpty ? [] : path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        query = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                Self.decoded(sides[0], plusIsSpace: true),
                sides.count > 1 ? Self.decoded(sides[1], plusIsSpace: true) : ""
            )
        }
    }

    /// The last value of a parameter; an empty one counts as absent.
    subscript(name: String) -> String? { query.last { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value } }

    /// Decodes percent escapes; invalid escapes stay, invalid UTF-8 becomes U+FFFD.
    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
                guard digits.count == 2 else {
                    bytes.append(byte)
                    continue
                }
                rest = rest.dropFirst(2)
                bytes.append(UInt8(digits[0] << 4 | digits[1]))
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
