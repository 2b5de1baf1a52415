/// Floats as Python writes them.
enum PythonFloat {
    /// The text `json.dumps` writes for a float.
    ///
    /// The digits are Swift's, which are the shortest ones too; only where the exponent starts to be used differs.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        let description = value.magnitude.description
        let sign = value.sign == .minus ? "-" : ""
        let parts = description.split(separator: "e", maxSplits: 1)
        let mantissa = (parts.first ?? "0").split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = mantissa.first ?? "0"
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let written = parts.count > 1 ? Int(parts[1]) ?? 0 : 0

        // value = 0.DIGITS * 10^point
        var digits = Substring(whole + fraction)
        var point = whole.count + written
        while digits.first == "0" {
            digits = digits.dropFirst()
            point -= 1
        }
        while digits.last == "0" { digits = digits.dropLast() }
        if digits.isEmpty { return sign + "0.0" }
        return sign + layOut(digits, point: point)
    }

    private static func layOut(_ digits: Substring, point: Int) -> String {
        let count = digits.count
        if point > 16 || point < -3 {
            let exponent = point - 1
            let magnitude = String(exponent.magnitude)
            let padded = magnitude.count < 2 ? "0" + magnitude : magnitude
            let rest = count > 1 ? "." + digits.dropFirst() : ""
            return digits.prefix(1) + rest + "e" + (exponent < 0 ? "-" : "+") + padded
        }
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
        if point >= count { return digits + String(repeating: "0", count: point - count) + ".0" }
        return digits.prefix(point) + "." + digits.dropFirst(point)
    }
}
