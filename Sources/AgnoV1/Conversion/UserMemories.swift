import AgnoSchema
import LosslessJSON

// User memories inside sessions: without a memory database, 1.x stored them only there.
extension RowConversion {
    /// Converts the user memories of a session, or only counts them.
    mutating func takeUserMemories(from memory: JSONObject, into session: inout V1Session) {
        switch memory["memories"] {
        case .object(let users)?:
            // The second generation: by user, then by id; without a user 1.x says `default`.
            for (index, user) in users.members.enumerated() {
                guard case .object(let memories) = user.value else {
                    guard rules.takesUserMemories, user.value.isTruthy else { continue }
                    setAside(user.value, .notAnObject, at: "memory.memories[\(index)]")
                    continue
                }
                for (position, member) in memories.members.enumerated() {
                    take(
                        member.value, id: member.key.value, user: user.key.value,
                        at: "memory.memories[\(index)][\(position)]", into: &session)
                }
            }
        case .array(let memories)?:
            // The first generation: those of the memory's user, some without an id.
            let user = memory["user_id"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? session.userID
            for (position, value) in memories.enumerated() {
                take(
                    value, id: value["id"]?.stringValue, user: user, at: "memory.memories[\(position)]",
                    into: &session)
            }
        default: break
        }
    }

    private mutating func take(
        _ value: JSONValue, id: String?, user owner: String?, at path: String, into session: inout V1Session
    ) {
        guard rules.takesUserMemories, let owner else { return note(.leftUserMemories) }
        guard case .object(var members) = value else { return setAside(value, .notAnObject, at: path) }
        var id = StorableText.cleanedID(id ?? "")
        let user = StorableText.cleanedID(owner)
        if id.isEmpty {
            // The same in every session that has a copy of it.
            id = DerivedID.make("memory", user, members["memory"]?.serializedText() ?? "")
            note(.derivedID)
        }
        guard var memory = memory(id, from: &members, at: path) else { return setAside(value, .emptyMemory, at: path) }
        memory.userID = user
        memory.createdAt = memory.updatedAt ?? session.updatedAt ?? session.createdAt
        let raw = SQLValue(value.serializedText(.python))
        session.memories.append(V1SessionMemory(memory: memory, path: path, raw: raw))
    }
}
