/// One key of an object with its value.
public struct JSONMember: Hashable, Sendable {
    /// The key, as it was written.
    public var key: JSONString
    /// The value of the key.
    public var value: JSONValue

    /// Makes a member.
    public init(key: JSONString, value: JSONValue) {
        self.key = key
        self.value = value
    }

    /// Takes the value out and leaves null, so that whoever holds it now holds it alone.
    fileprivate mutating func takeValue() -> JSONValue {
        var taken = JSONValue.null
        swap(&taken, &value)
        return taken
    }
}

/// A JSON object that keeps its members in the order they were written, with every duplicate.
///
/// Keys are looked up by what they mean, however they were escaped. Of several members with the same key the
/// last one counts, as in Python. Two objects are equal when they have the same members in the same order.
public struct JSONObject: Hashable, Sendable {
    /// Every member in the order written, duplicates included.
    public var members: [JSONMember]

    /// Makes an object of its members.
    public init(members: [JSONMember] = []) { self.members = members }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The value under the last occurrence of a key; nil when there is none.
    ///
    /// Assigning a value replaces that of the last occurrence, in place, or appends a member. Assigning nil removes
    /// every occurrence.
    public subscript(key: String) -> JSONValue? {
        get { lastIndex(of: key).map { members[$0].value } }
        set {
            if let newValue { set(newValue, at: lastIndex(of: key), for: key) } else { remove(key) }
        }
        _modify {
            let index = lastIndex(of: key)
            // The value leaves the object while it is changed, so that changing it does not copy it.
            var value = index.map { members[$0].takeValue() }
            defer {
                if let value { set(value, at: index, for: key) } else if index != nil { remove(key) }
            }
            yield &value
        }
    }

    /// Removes every occurrence of a key.
    public mutating func remove(_ key: String) {
        guard let index = lastIndex(of: key) else { return }
        members.remove(at: index)
        if lastIndex(of: key) != nil { members.removeAll { $0.key.means(key) } }
    }

    /// The place of a key's last occurrence among the members; nil when there is none.
    public func lastIndex(of key: String) -> Int? {
        var key = key
        return key.withUTF8 { bytes in
            // The members in place, so that looking at one does not copy it.
            members.withUnsafeBufferPointer { members in
                var index = members.count
                while index > 0 {
                    index &-= 1
                    if members[index].key.literal.mayMean(bytes), members[index].key.means(bytes) { return index }
                }
                return nil
            }
        }
    }

    private mutating func set(_ value: JSONValue, at index: Int?, for key: String) {
        if let index {
            members[index].value = value
        } else {
            members.append(JSONMember(key: JSONString(decoding: key), value: value))
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral, CustomStringConvertible {
    /// Makes an object of its members, in the order written.
    public init(dictionaryLiteral elements: (JSONString, JSONValue)...) {
        self.init(members: elements.map { JSONMember(key: $0.0, value: $0.1) })
    }

    /// The number of members, without their contents.
    public var description: String { "object of \(members.count) members" }
}
