enum Wording {
    /// `12,345`
    static func count(_ number: some BinaryInteger) -> String {
        var digits = String(number)
        let sign = digits.hasPrefix("-") ? String(digits.removeFirst()) : ""
        var groups: [Substring] = []
        var rest = digits[...]
        while !rest.isEmpty {
            groups.append(rest.suffix(3))
            rest = rest.dropLast(3)
        }
        return sign + groups.reversed().joined(separator: ",")
    }

    /// `1 row`, `12,345 rows`; without a plural the noun gets an `s`.
    static func count(_ number: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
        "\(count(number)) \(number == 1 ? noun : plural ?? "\(noun)s")"
    }

    /// `40 ms`, `0.8 s`, `12 s`, `3 min 07 s`, `2 h 05 min`
    static func duration(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        guard seconds >= 0, seconds < 1e9 else { return "?" }
        if seconds < 0.0995 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 9.95 {
            let tenths = Int((seconds * 10).rounded())
            return "\(tenths / 10).\(tenths % 10) s"
        }
        return wholeSeconds(Int64(seconds.rounded()))
    }

    /// `12 s`, `3 min 07 s`, `2 h 05 min`
    static func wholeSeconds(_ seconds: Int64) -> String {
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(twoDigits(seconds % 60)) s" }
        return "\(seconds / 3600) h \(twoDigits(seconds % 3600 / 60)) min"
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// The first ten of a list, one line each, and the number of the others with a hint.
    static func listed(
        _ items: [String], of count: some BinaryInteger, hint: String = "; agno-migrate history lists all"
    ) -> [String] {
        let shown = items.prefix(10).map { "  \(printable($0))" }
        let more = Int64(count) - Int64(shown.count)
        return shown + (more > 0 ? ["  and \(self.count(more)) more\(hint)"] : [])
    }

    /// The first items of a list and the number of the others.
    static func some(_ items: [String], atMost limit: Int = 10) -> String {
        let shown = items.prefix(limit).joined(separator: ", ")
        return items.count > limit ? "\(shown) and \(count(items.count - limit)) more" : shown
    }
}
