import Foundation
import LosslessJSON

/// A document that the original's classes were read into.
struct JSONValueFile {
    let value: JSONValue

    init(_ path: String) throws { value = try JSONValue(parsing: String(contentsOfFile: path, encoding: .utf8)) }

    /// How many rows of a kind there are; nil where they could not be read.
    func count(_ kind: String) -> Int? {
        guard let rows = value[kind]?.objectValue, rows["error"] == nil else { return nil }
        return rows.members.count
    }

    func row(_ kind: String, _ key: String) -> JSONValue? { value[kind]?[key] }
}
