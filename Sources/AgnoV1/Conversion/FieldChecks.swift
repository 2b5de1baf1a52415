import LosslessJSON

/// The type of a member. The classes of 2.x and 3.x refuse a whole session if one of its members has another type.
enum FieldType {
    case text, flag, integer, number, seconds, list, object
    /// A message's content.
    case textOrList
    /// A name that has a meaning in 2.x or 3.x and none in v1.
    case reserved
}

extension RowConversion {
    private enum Verdict {
        case keep
        case replace(JSONValue, V1Change?)
        case refuse(V1Reason)
    }

    /// Removes null members, converts members to the type of their field, and sets aside those that cannot be converted.
    ///
    /// - Parameter keepsNulls: whether null members are kept.
    mutating func check(
        _ object: inout JSONObject, _ fields: [String: FieldType], at path: String, keepsNulls: Bool = false
    ) {
        if !keepsNulls { object.removeNulls() }
        var refused: Set<Int> = []
        for index in object.members.indices {
            let member = object.members[index]
            guard !member.value.isNull, let name = member.key.value, let type = fields[name] else { continue }
            switch Self.verdict(on: member.value, type) {
            case .keep: break
            case .replace(let value, let change):
                object.members[index].value = value
                if let change { note(change) }
            case .refuse(let reason):
                setAside(member.value, reason, at: path.isEmpty ? name : "\(path).\(name)")
                refused.insert(index)
            }
        }
        guard !refused.isEmpty else { return }
        object.members = object.members.enumerated().filter { !refused.contains($0.offset) }.map(\.element)
    }

    private static func verdict(on value: JSONValue, _ type: FieldType) -> Verdict {
        switch (type, value) {
        case (.text, .string), (.flag, .bool), (.list, .array), (.object, .object), (.textOrList, .string),
            (.textOrList, .array), (.number, .number):
            return .keep
        case (.text, .number(let number)): return .replace(.string(JSONString(decoding: number.text)), .madeText)
        case (.flag, .number(let number)) where number.int64 == 0 || number.int64 == 1:
            return .replace(.bool(number.int64 == 1), nil)
        case (.integer, .number(let number)) where number.int64 != nil: return .keep
        case (.integer, _):
            return Time.seconds(number: value).map { .replace(JSONValue($0), nil) } ?? .refuse(.badValue)
        case (.number, .string(let text)):
            guard let number = text.value.flatMap({ JSONNumber($0) }) else { return .refuse(.badValue) }
            return .replace(.number(number), nil)
        case (.seconds, _):
            guard let seconds = Time.seconds(value) else { return .refuse(.badTime) }
            return value.int64Value == seconds ? .keep : .replace(JSONValue(seconds), nil)
        case (.textOrList, _):
            let text = value.serializedText(.python) ?? ""
            return .replace(.string(JSONString(decoding: text)), .madeText)
        case (.reserved, _): return .refuse(.unknownMember)
        case (.list, _): return .refuse(.notAList)
        case (.object, _): return .refuse(.notAnObject)
        case (.text, _), (.flag, _), (.number, _): return .refuse(.badValue)
        }
    }
}
