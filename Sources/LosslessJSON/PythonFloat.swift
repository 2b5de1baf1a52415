/// Floats as Python writes them.
enum PythonFloat {
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        // Both write the shortest digits; Swift writes an exponent from 2^53 on, Python from 10^16 on.
        return (0x1p53..<1e16).contains(value.magnitude) ? "\(Int64(value)).0" : value.description
    }
}
