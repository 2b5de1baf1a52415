import LosslessJSON
import Testing

extension JSONValue {
    /// The keys of an object in the order written.
    var keys: [String] { objectValue?.members.compactMap(\.key.value) ?? [] }

    /// The value behind a path of keys and indexes.
    func at(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        try path.split(separator: ".").reduce(self) { value, part in
            let next = Int(part).flatMap { value[$0] } ?? value[String(part)]
            return try #require(next, "\(path)", sourceLocation: sourceLocation)
        }
    }

    /// The element of an array whose member has a value.
    func first(_ key: String, _ wanted: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let match = arrayValue?.first { $0[key]?.stringValue == wanted }
        return try #require(match, "\(wanted)", sourceLocation: sourceLocation)
    }
}
