import AgnoSchema
import LosslessJSON

/// The conversion of one row, with the parts set aside and the changes made so far.
///
/// Rules apply by path: runs, messages, tools, metrics and media are converted where v1 stored them; everything else is
/// user data (tool arguments, state, metadata, content, data of the model's provider) and is copied unchanged.
struct RowConversion {
    let rules: V1Conversion
    /// The session's id, from which other ids are derived.
    var rowID = ""
    /// Identifies a run within its session; empty outside of runs.
    var runKey = ""
    var runPath = ""
    var renamedRuns: [Int] = []
    var parts: [V1Part] = []
    var changes: [V1Change: Int] = [:]

    init(rules: V1Conversion) { self.rules = rules }

    mutating func note(_ change: V1Change, _ count: Int = 1) { changes[change, default: 0] += count }

    /// Sets a part aside that the target has no place for.
    ///
    /// - Parameter place: where it stands in the run, empty for the run itself; outside of runs, where in the row.
    mutating func setAside(_ value: JSONValue, _ reason: V1Reason, at path: String) {
        let bytes = value.serialized(.python)
        let raw = String(validating: bytes, as: UTF8.self).map(SQLValue.text) ?? .malformedText(bytes)
        let path = [runPath, path].filter { !$0.isEmpty }.joined(separator: ".")
        parts.append(V1Part(path: path, reason: reason, raw: raw))
    }

    /// Takes a member out and sets it aside.
    mutating func setAside(_ key: String, of owner: inout JSONObject, _ reason: V1Reason, at path: String) {
        guard let value = owner[key] else { return }
        setAside(value, reason, at: path.isEmpty ? key : "\(path).\(key)")
        owner.remove(key)
    }

    /// An id for an element without one, derived from its path.
    mutating func derivedID(for path: String) -> JSONValue {
        note(.derivedID)
        return .string(JSONString(decoding: DerivedID.make("part", rowID, runKey, path)))
    }

    /// Replaces the list under a key by its converted objects.
    mutating func convertList(
        _ key: String, of owner: inout JSONObject, at path: String,
        _ convert: (inout RowConversion, JSONObject, _ path: String) -> JSONValue?
    ) {
        guard let value = owner[key] else { return }
        let path = path.isEmpty ? key : "\(path).\(key)"
        owner[key] = .array(objects(value, at: path).compactMap { convert(&self, $0.object, $0.path) })
    }

    /// The elements of a list that are objects; the others are set aside.
    mutating func objects(_ value: JSONValue, at path: String) -> [(object: JSONObject, path: String)] {
        guard case .array(let elements) = value else {
            setAside(value, .notAList, at: path)
            return []
        }
        return elements.enumerated().compactMap { index, element in
            let path = "\(path)[\(index)]"
            if case .object(let object) = element { return (object, path) }
            if !element.isNull { setAside(element, .notAnObject, at: path) }
            return nil
        }
    }
}
