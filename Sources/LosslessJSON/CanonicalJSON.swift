/// Writes JSON in a form that two texts share exactly if they mean the same, whatever their spelling: no white space, keys in
/// the order of their bytes, of members with one key the last, as few escapes as possible, and one notation per number.
///
/// Integers keep their digits; other numbers are the float that Python reads, as decimal digits without trailing zeros and,
/// below one, an exponent (`0.25` is `25e-2`). Half a surrogate pair stays an escape in lower case. A writer can be used for
/// any number of texts.
public struct CanonicalJSON {
    private var sink = CanonicalSink()

    /// Makes a writer.
    public init() {}

    /// The canonical form of the last text that was accepted.
    public var bytes: [UInt8] { sink.bytes }

    /// Reads a text; returns whether it is JSON, which is nested at most as deep as the parser allows.
    public mutating func write(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress, var cursor = try? ByteCursor(text) else { return false }
        sink.begin(base)
        var nesting = Nesting(limit: JSONValue.depthLimit)
        do {
            try cursor.walkValue(nesting: &nesting, into: &sink)
            try cursor.finish()
            return true
        } catch {
            return false
        }
    }
}

/// Writes the parts of a value as they come, and puts the members of an object into order when it closes.
private struct CanonicalSink: ValueSink {
    private struct Frame {
        /// Where the opening byte is.
        var start: Int
        /// The first of its members.
        var firstMember: Int
        var isEmpty = true
    }

    /// Where a member begins, and where its key ends.
    private struct Member {
        var start: Int
        var keyEnd: Int
    }

    private(set) var bytes: [UInt8] = []
    private var base = UnsafePointer<UInt8>(bitPattern: 1)
    private var frames: [Frame] = []
    private var members: [Member] = []
    private var scratch: [UInt8] = []
    private var followsKey = false

    mutating func begin(_ text: UnsafePointer<UInt8>) {
        base = text
        bytes.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        members.removeAll(keepingCapacity: true)
        followsKey = false
    }

    // MARK: Parts

    mutating func string(_ range: Range<Int>) {
        separate()
        write(string: range)
    }

    mutating func number(_ range: Range<Int>) {
        separate()
        CanonicalNumber.write(text(range), to: &bytes)
    }

    mutating func bool(_ value: Bool) {
        separate()
        bytes += (value ? "true" : "false").utf8
    }

    mutating func null() {
        separate()
        bytes += "null".utf8
    }

    mutating func open() {
        separate()
        frames.append(Frame(start: bytes.count, firstMember: members.count))
        bytes.append(Ascii.openBrace)
    }

    mutating func key(_ range: Range<Int>) {
        comma()
        let start = bytes.count
        write(string: range)
        members.append(Member(start: start, keyEnd: bytes.count))
        bytes.append(Ascii.colon)
        followsKey = true
    }

    mutating func closeArray() {
        guard let frame = frames.popLast() else { return }
        bytes[frame.start] = Ascii.openBracket
        bytes.append(Ascii.closeBracket)
    }

    mutating func closeObject() {
        guard let frame = frames.popLast() else { return }
        sort(frame)
        members.removeLast(members.count - frame.firstMember)
        bytes.append(Ascii.closeBrace)
    }

    /// What comes before a value: nothing after a key, a comma between the elements of an array.
    private mutating func separate() {
        if followsKey { followsKey = false } else { comma() }
    }

    private mutating func comma() {
        guard let last = frames.indices.last else { return }
        if frames[last].isEmpty { frames[last].isEmpty = false } else { bytes.append(Ascii.comma) }
    }

    // MARK: Objects

    private mutating func sort(_ frame: Frame) {
        let places = frame.firstMember..<members.count
        guard !zip(places, places.dropFirst()).allSatisfy({ compare($0, $1) < 0 }) else { return }
        let sorted = places.sorted { first, second in
            let order = compare(first, second)
            return order == 0 ? first < second : order < 0
        }
        scratch.removeAll(keepingCapacity: true)
        for (index, place) in sorted.enumerated() {
            if index + 1 < sorted.count, compare(place, sorted[index + 1]) == 0 { continue }
            if !scratch.isEmpty { scratch.append(Ascii.comma) }
            let end = place + 1 < members.count ? members[place + 1].start - 1 : bytes.count
            scratch += bytes[members[place].start..<end]
        }
        bytes.replaceSubrange((frame.start + 1)..., with: scratch)
    }

    /// Below, at or above zero as the key of one member comes before, is, or comes after that of another.
    private func compare(_ first: Int, _ second: Int) -> Int {
        let (first, second) = (members[first], members[second])
        let (left, right) = (first.start..<first.keyEnd, second.start..<second.keyEnd)
        for (left, right) in zip(left, right) where bytes[left] != bytes[right] {
            return Int(bytes[left]) - Int(bytes[right])
        }
        return left.count - right.count
    }

    // MARK: Strings

    private func text(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base.map { $0 + range.lowerBound }, count: range.count)
    }

    private mutating func write(string range: Range<Int>) {
        guard let base else { return }
        let last = range.upperBound - 1
        var at = range.lowerBound
        bytes.append(Ascii.quote)
        at += 1
        while at < last {
            let next = WordScan.firstSpecial(base, from: at, to: last)
            bytes += text(at..<next)
            at = next
            guard at < last else { break }
            at += writeEscape(at, until: last)
        }
        bytes.append(Ascii.quote)
    }

    /// Writes what an escape means; returns how long it is.
    private mutating func writeEscape(_ at: Int, until last: Int) -> Int {
        guard let base, base[at] == Ascii.backslash, at + 1 < last else {
            if let base { bytes.append(base[at]) }
            return 1
        }
        let letter = base[at + 1]
        if letter == Ascii.slash {
            bytes.append(Ascii.slash)
            return 2
        }
        let literal = UnsafeBufferPointer(start: base, count: last)
        guard let unit = try? StringUnescaper.codeUnit(literal, at: at) else {
            bytes += [Ascii.backslash, letter]
            return 2
        }
        if 0xD800..<0xDC00 ~= unit, at + 6 < last, base[at + 6] == Ascii.backslash,
            let low = try? StringUnescaper.codeUnit(literal, at: at + 6), 0xDC00..<0xE000 ~= low
        {
            write(scalar: 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            return 12
        }
        write(scalar: unit)
        return 6
    }

    private mutating func write(scalar: UInt32) {
        switch (scalar, Unicode.Scalar(scalar)) {
        case (UInt32(Ascii.quote), _), (UInt32(Ascii.backslash), _), (0..<0x20, _):
            StringEscaper.append(escapeOf: UInt8(truncatingIfNeeded: scalar), to: &bytes)
        case (_, let scalar?): bytes += UTF8.encode(scalar).map { Array($0) } ?? []
        case (_, nil): StringEscaper.append(codeUnit: scalar, to: &bytes)
        }
    }
}

/// One notation per number.
package enum CanonicalNumber {
    /// Numbers with more digits before the point have an exponent.
    private static let longest = 309

    static func write(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let isInteger = text.allSatisfy { Ascii.isDigit($0) || $0 == Ascii.minus }
        if isInteger, text.count < longest {
            if text.count == 2, text[0] == Ascii.minus, text[1] == Ascii.zero {
                bytes.append(Ascii.zero)
            } else {
                bytes += text
            }
            return
        }
        let text = String(decoding: text, as: UTF8.self)
        guard let value = Double(text), !value.isNaN, text.utf8.last.map(Ascii.isDigit) ?? false else {
            bytes += text.utf8
            return
        }
        bytes += (isInteger || value.isInfinite ? form(of: text) : form(of: value)).utf8
    }

    /// A float's notation.
    package static func form(of value: Double) -> String {
        value.isFinite ? form(of: "\(value)") : value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }

    private static func form(of text: String) -> String {
        let parts = text.lowercased().split(separator: "e")
        let mantissa = parts[0].drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        // Beyond these digits no number is calculated with.
        guard let power = parts.count > 1 ? Int(parts[1]) : 0, abs(power) < 1_000_000_000_000 else {
            return text.lowercased()
        }
        var exponent = power - (mantissa.count > 1 ? mantissa[1].count : 0)
        var digits = String(mantissa.joined().drop { $0 == "0" })
        while digits.last == "0" {
            digits.removeLast()
            exponent += 1
        }
        guard !digits.isEmpty else { return "0" }
        let sign = text.hasPrefix("-") ? "-" : ""
        if exponent >= 0, digits.count + exponent < longest {
            return sign + digits + String(repeating: "0", count: exponent)
        }
        return exponent == 0 ? sign + digits : "\(sign)\(digits)e\(exponent)"
    }
}
