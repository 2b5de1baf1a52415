/// A time in whole seconds since 1970, read from ISO 8601 text.
///
/// `2024-01-02T03:04:05`, with a space instead of the T, with a fraction (rounded down), with `Z` or an offset; a time
/// without zone is taken as UTC, a date alone as its midnight.
package struct EpochSeconds: Hashable, Sendable {
    package let value: Int64

    package init?(iso8601 text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ digits: Int) -> Int64? {
            guard rest.count >= digits else { return nil }
            var result: Int64 = 0
            for byte in rest.prefix(digits) {
                guard (48...57).contains(byte) else { return nil }
                result = result * 10 + Int64(byte - 48)
            }
            rest = rest.dropFirst(digits)
            return result
        }
        func skip(_ characters: String) -> Bool {
            guard let first = rest.first, characters.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), skip("-"), let month = number(2), (1...12).contains(month), skip("-"),
            let day = number(2), day >= 1, day <= Self.length(ofMonth: month, year)
        else { return nil }
        var seconds = Self.days(year, month, day) * 86_400
        if skip("T ") {
            guard let hour = number(2), hour < 24, skip(":"), let minute = number(2), minute < 60 else { return nil }
            seconds += hour * 3600 + minute * 60
            if skip(":") {
                guard let second = number(2), second <= 60 else { return nil }
                seconds += second
                if skip(".,") {
                    guard let digit = rest.first, (48...57).contains(digit) else { return nil }
                    rest = rest.drop { (48...57).contains($0) }
                }
            }
            if skip("Zz") {
            } else if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                rest = rest.dropFirst()
                guard let hours = number(2), hours < 24 else { return nil }
                var minutes: Int64 = 0
                if skip(":") || !rest.isEmpty {
                    guard let number = number(2), number < 60 else { return nil }
                    minutes = number
                }
                let offset = hours * 3600 + minutes * 60
                seconds += sign == UInt8(ascii: "+") ? -offset : offset
            }
        }
        guard rest.isEmpty else { return nil }
        value = seconds
    }

    private static func length(ofMonth month: Int64, _ year: Int64) -> Int64 {
        let following = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1)
        return following - days(year, month, 1)
    }

    /// Days since 1970-01-01 in the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
