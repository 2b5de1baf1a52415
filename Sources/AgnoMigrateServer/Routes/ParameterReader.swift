import HTTPTypes
import LosslessJSON

/// Reads parameters from the query or, if they are missing there, from a JSON body.
struct ParameterReader {
    let query: RequestTarget
    var body: JSONObject?

    /// A string; nil if the parameter is missing, empty or null. Throws 400 for a value of another type.
    func string(_ name: String) throws(HTTPRefusal) -> String? {
        if let text = query[name] { return text }
        guard let value = body?[name], !value.isNull else { return nil }
        // A value of another type must not count as missing: a missing version means the newest one.
        guard let text = value.stringValue else { throw HTTPRefusal.invalid(name, "a string") }
        return text.isEmpty ? nil : text
    }

    /// A boolean, also as `1`, `0`, `yes`, `no`, `on` or `off`; the default if the parameter is missing.
    ///
    /// - Throws: 400 for another value.
    func flag(_ name: String, default standard: Bool = false) throws(HTTPRefusal) -> Bool {
        if query[name] == nil, case .bool(let value) = body?[name] { return value }
        switch try string(name)?.lowercased() {
        case nil: return standard
        case "false", "0", "no", "off": return false
        case "true", "1", "yes", "on": return true
        default: throw HTTPRefusal.invalid(name, "true or false")
        }
    }
}
