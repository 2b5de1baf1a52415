import AgnoSchema
import LosslessJSON

extension V1Reason: Error {}

// Memories of users.
extension RowConversion {
    mutating func memory(_ row: V1Row) -> V1Outcome {
        guard !row.key.isEmpty || !row["id"].isNull else { return .refused(.missingKey) }
        rowID = StorableText.cleanedID(row.key)
        if rowID != row.key { note(.cleanedID) }
        let content: JSONValue
        do throws(V1Reason) { content = try memoryContent(of: row) } catch { return .refused(error) }
        guard var members = memoryMembers(content), var memory = memory(rowID, from: &members, at: "memory") else {
            return .refused(.emptyMemory)
        }
        memory.userID = text("user_id", of: row).map(StorableText.cleanedID)
        let created = time("created_at", of: row)
        memory.updatedAt = time("updated_at", of: row) ?? memory.updatedAt
        memory.createdAt = created ?? memory.updatedAt ?? rules.now
        if created == nil { note(.defaultedTime) }
        memory.parts = parts
        memory.changes = changes
        return .memory(memory)
    }

    /// What the members of a memory say, its time of change included; nil where they have no text.
    mutating func memory(_ id: String, from members: inout JSONObject, at path: String) -> V1Memory? {
        check(&members, Self.memoryFields, at: path)
        guard let text = members.take("memory"), text.isTruthy else { return nil }
        var memory = V1Memory(memoryID: id, memory: text, createdAt: 0)
        memory.input = members.take("input")?.stringValue
        memory.topics = topics(&members, at: path)
        memory.updatedAt = members.take("last_updated").flatMap { Time.seconds($0) }
        for name in ["memory_id", "id"] { members.remove(name) }
        for member in members.members {
            setAside(member.value, .unknownMember, at: "\(path).\(member.key.value ?? "?")")
        }
        return memory
    }

    private static let memoryFields: [String: FieldType] = [
        "memory": .text, "input": .text, "topic": .text, "last_updated": .seconds,
    ]

    /// The value in the column: JSON, or on SQLite a Python literal.
    private mutating func memoryContent(of row: V1Row) throws(V1Reason) -> JSONValue {
        let bytes: [UInt8]
        switch row["memory"] {
        case .null: throw V1Reason.emptyMemory
        case .integer, .real: throw V1Reason.notAnObject
        case .text(let text): bytes = Array(text.utf8)
        case .blob(let raw), .malformedText(let raw): bytes = repaired(raw, "memory", of: row)
        }
        guard bytes.contains(where: { $0 > 0x20 }) else { throw V1Reason.emptyMemory }
        guard let value = read(bytes, depth: 0) else { throw V1Reason.unreadable }
        return value
    }

    /// JSON or a literal; a text that holds one of them is read once more.
    private mutating func read(_ bytes: [UInt8], depth: Int) -> JSONValue? {
        guard let value = (try? cleaned(parsing: bytes)) ?? literal(bytes) else { return nil }
        guard depth == 0, let text = value.stringValue, let first = text.utf8.first, first == UInt8(ascii: "{") else {
            return value
        }
        return read(Array(text.utf8), depth: 1) ?? value
    }

    private mutating func literal(_ bytes: [UInt8]) -> JSONValue? {
        guard let literal = try? PythonLiteral(parsing: String(decoding: bytes, as: UTF8.self)) else { return nil }
        note(.readPythonLiteral)
        for refusal in literal.refusals {
            parts.append(V1Part(path: "memory\(refusal.path)", reason: .notALiteral, raw: .text(refusal.source)))
        }
        var value = literal.value
        clean(&value)
        return value
    }

    /// The members of a memory; nil when there are none. A text alone is a memory's text.
    private func memoryMembers(_ content: JSONValue) -> JSONObject? {
        switch content {
        case .string: return ["memory": content]
        case .object(var members):
            // A memory that was stored as the text of another one.
            if case .object(let inner)? = members["memory"] {
                members.remove("memory")
                for member in inner.members {
                    if let name = member.key.value { members[name] = member.value }
                }
            }
            return members.isEmpty ? nil : members
        case .null, .bool, .number, .array: return nil
        }
    }

    /// The first generation had one topic.
    private mutating func topics(_ members: inout JSONObject, at path: String) -> JSONValue? {
        let single = members.take("topic")
        switch members.take("topics") {
        case nil: return single.map { .array([$0]) }
        case .string(let topic)?: return .array([.string(topic)])
        case .array(let topics)?:
            for (index, topic) in topics.enumerated() where topic.kind != .string && !topic.isNull {
                setAside(topic, .badValue, at: "\(path).topics[\(index)]")
            }
            return .array((topics + [single].compactMap { $0 }).filter { $0.kind == .string })
        case .some(let other):
            setAside(other, .notAList, at: "\(path).topics")
            return single.map { .array([$0]) }
        }
    }
}
