import AgnoSchema
import LosslessJSON

/// The conversion of one row: what was set aside and what was changed so far.
///
/// The rules are applied by position. What stands where v1 stored runs, messages, tools, metrics or media is converted;
/// everything else is a user's (tool arguments, state, metadata, content, data of the model's provider) and stays as it
/// is.
struct RowConversion {
    let rules: V1Conversion
    /// Of the session; ids are derived from it.
    var rowID = ""
    /// What makes a run unique in its session; empty outside of runs.
    var runKey = ""
    /// Where the run stands in the row.
    var runPath = ""
    /// Positions of runs that got another id.
    var renamedRuns: [Int] = []
    var parts: [V1Part] = []
    var changes: [V1Change: Int] = [:]

    init(rules: V1Conversion) {
        self.rules = rules
    }

    mutating func note(_ change: V1Change, _ count: Int = 1) {
        changes[change, default: 0] += count
    }

    /// Keeps a part aside that the target has no place for.
    ///
    /// - Parameter place: where it stands in the run, empty for the run itself; outside of runs, where in the row.
    mutating func setAside(_ value: JSONValue, _ reason: V1Reason, at path: String) {
        let bytes = value.serialized(.python)
        let raw = String(validating: bytes, as: UTF8.self).map(SQLValue.text) ?? .malformedText(bytes)
        let path = [runPath, path].filter { !$0.isEmpty }.joined(separator: ".")
        parts.append(V1Part(path: path, reason: reason, raw: raw))
    }

    /// An id for what stands at a place and has none.
    mutating func derivedID(for path: String) -> JSONValue {
        note(.derivedID)
        return .string(JSONString(decoding: DerivedID.make("part", rowID, runKey, path)))
    }

    /// The elements of a list that are objects; the others are set aside.
    mutating func objects(_ value: JSONValue, at path: String) -> [(object: JSONObject, path: String)] {
        guard case .array(let elements) = value else {
            setAside(value, .notAList, at: path)
            return []
        }
        var result: [(JSONObject, String)] = []
        result.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let path = "\(path)[\(index)]"
            if case .object(let object) = element {
                result.append((object, path))
            } else if !element.isNull {
                setAside(element, .notAnObject, at: path)
            }
        }
        return result
    }
}
