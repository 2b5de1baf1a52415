import LosslessJSON

/// Compares what the original stored with what we make of the same row.
///
/// The original's form went through its classes, which write empty members and make up ids: that is no difference. Every
/// other one is reported by where it is.
enum WrittenBack {
    static func differences(_ original: JSONValue, _ ours: JSONValue, at path: String = "") -> [String] {
        switch (original, ours) {
        case (.object(let theirs), .object(let own)): members(theirs, own, path)
        case (.array(let theirs), .array(let own)) where theirs.count == own.count:
            zip(theirs, own).enumerated().flatMap { index, pair in
                differences(pair.0, pair.1, at: "\(path)[\(index)]")
            }
        case (.string(let theirs), .string(let own)):
            theirs.value == own.value || isMadeUp(theirs, own) ? [] : [path]
        default:
            original == ours || (isNothing(original) && isNothing(ours)) ? [] : [path]
        }
    }

    private static func members(_ theirs: JSONObject, _ own: JSONObject, _ path: String) -> [String] {
        var names: [String] = []
        for member in theirs.members + own.members {
            if let name = member.key.value, !names.contains(name) { names.append(name) }
        }
        return names.flatMap { name -> [String] in
            let place = path.isEmpty ? name : "\(path).\(name)"
            switch (theirs[name], own[name]) {
            case (let first?, let second?): return differences(first, second, at: place)
            // Sound has a rate and channels in the later classes, however it was stored.
            case (_?, nil) where ["sample_rate", "channels"].contains(name): return []
            case (let value?, nil), (nil, let value?): return isNothing(value) ? [] : [place]
            case (nil, nil): return []
            }
        }
    }

    /// Whether a class writes the member for nothing, or leaves it out.
    private static func isNothing(_ value: JSONValue) -> Bool {
        switch value {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.isEmpty
        case .bool(let flag): !flag
        case .number(let number): number.double == 0
        case .string: false
        }
    }

    /// Whether the original's migration made the id up, and we derived one.
    private static func isMadeUp(_ theirs: JSONString, _ own: JSONString) -> Bool {
        guard let first = theirs.value, let second = own.value else { return false }
        return first.hasPrefix("22220000-") && isDerivedID(second)
    }

    static func isDerivedID(_ text: String) -> Bool {
        let characters = Array(text)
        return characters.count == 36 && characters[14] == "5" && "89ab".contains(characters[19])
            && characters.enumerated().allSatisfy { index, character in
                [8, 13, 18, 23].contains(index) ? character == "-" : character.isHexDigit
            }
    }
}
