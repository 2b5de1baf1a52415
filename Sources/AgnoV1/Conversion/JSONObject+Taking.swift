import AgnoSchema
import LosslessJSON

extension JSONObject {
    /// Takes a member out, every occurrence of it; nil when there is none or its value is null.
    mutating func take(_ key: String) -> JSONValue? {
        guard let index = lastIndex(of: key) else { return nil }
        let value = members[index].value
        remove(key)
        return value.isNull ? nil : value
    }

    /// Whether there is something under a key that Python takes as true.
    func has(_ key: String) -> Bool { self[key]?.isTruthy ?? false }

    /// The names of the members, but for those that no Swift string can hold.
    var names: Set<ExactText> { Set(exact: members.compactMap(\.key.value)) }

    /// Removes every member whose value is null: in v1 that is the same as none.
    mutating func removeNulls() { members.removeAll { $0.value.isNull } }
}

extension JSONString {
    /// This string, a line break and another one, both with the escapes that they have.
    func joined(byNewlineWith other: JSONString) -> JSONString {
        guard let first = literalText, let second = other.literalText,
            let joined = try? JSONString(literal: first.dropLast() + "\\n" + second.dropFirst())
        else { return self }
        return joined
    }
}

extension JSONValue {
    var stringLiteral: JSONString? { if case .string(let string) = self { string } else { nil } }
}

struct UnusedNames {
    private var taken: Set<ExactText>
    /// The last number tried for each name.
    private var numbers: [ExactText: Int] = [:]

    init(taken: Set<ExactText> = []) {
        self.taken = taken
    }

    func has(_ name: String) -> Bool { taken.contains(name) }

    /// Takes a name, or the first one with a number that is not taken.
    mutating func take(_ name: String, numbered: (Int) -> String) -> String {
        var unused = name
        while !taken.insert(ExactText(unused)).inserted {
            let number = (numbers[name] ?? 1) + 1
            numbers[name] = number
            unused = numbered(number)
        }
        return unused
    }
}
