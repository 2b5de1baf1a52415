import LosslessJSON

/// Removes from a JSON value what the target cannot store; every other byte is unchanged.
struct JSONCleaner {
    let rules: V1Conversion.JSONRules
    var changes: [V1Change: Int] = [:]

    mutating func clean(_ value: inout JSONValue) {
        switch value {
        case .string(let string):
            if let cleaned = cleaned(string) {
                changes[.cleanedText, default: 0] += 1
                value = .string(cleaned)
            }
        case .number(let number):
            if rules == .standard, ["NaN", "Infinity", "-Infinity"].contains(number.text) {
                changes[.replacedNumber, default: 0] += 1
                value = .string(JSONString(decoding: number.text))
            }
        case .array:
            value.modifyArray { elements in
                for index in elements.indices { clean(&elements[index]) }
            }
        case .object: value.modifyObject { object in clean(&object) }
        case .null, .bool: break
        }
    }

    private mutating func clean(_ object: inout JSONObject) {
        var cleanedKeys: [Int: JSONString] = [:]
        for index in object.members.indices {
            clean(&object.members[index].value)
            cleanedKeys[index] = cleaned(object.members[index].key)
        }
        guard !cleanedKeys.isEmpty else { return }
        changes[.cleanedKey, default: 0] += cleanedKeys.count
        var names = UnusedNames(taken: object.names)
        for (index, key) in cleanedKeys.sorted(by: { $0.key < $1.key }) {
            guard let name = key.value else { continue }
            let unused = names.take(name) { "\(name)~\($0)" }
            object.members[index].key = unused == name ? key : JSONString(decoding: unused)
        }
    }

    /// The string without what it must not hold; nil when there is nothing of that in it.
    private func cleaned(_ string: JSONString) -> JSONString? {
        guard var literal = string.literalText else { return nil }
        let output = literal.withUTF8 { cleaned($0) }
        guard let output else { return nil }
        return try? JSONString(literal: String(decoding: output, as: UTF8.self))
    }

    private func cleaned(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        var copied = 0
        var at = 0
        func drop(_ count: Int, replacedBy replacement: String = "") {
            output += bytes[copied..<at]
            output += replacement.utf8
            at += count
            copied = at
        }
        while at < bytes.count {
            if bytes[at] == 0xEF, at + 2 < bytes.count, bytes[at + 1] == 0xBF, bytes[at + 2] >= 0xBE {
                drop(3)
            } else if bytes[at] == UInt8(ascii: "\\") {
                let (length, replacement) = StorableText.escape(bytes, at: at, rules)
                if let replacement { drop(length, replacedBy: replacement) } else { at += length }
            } else {
                at += 1
            }
        }
        guard copied > 0 else { return nil }
        output += bytes[copied...]
        return output
    }
}
