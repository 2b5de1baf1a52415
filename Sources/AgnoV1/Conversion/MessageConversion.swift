import LosslessJSON

// Messages. The classes of 2.x and 3.x check every member of a message, and one that they refuse costs the session.
extension RowConversion {
    private static let messageFields: [String: FieldType] = [
        "id": .text, "role": .text, "content": .textOrList, "name": .text, "tool_call_id": .text, "tool_calls": .list,
        "thinking": .text, "redacted_thinking": .text, "reasoning_content": .text,
        "redacted_reasoning_content": .text, "provider_data": .object, "citations": .object, "tool_name": .text,
        "tool_call_error": .flag, "stop_after_tool_call": .flag, "add_to_agent_memory": .flag, "from_history": .flag,
        "metrics": .object, "references": .object, "created_at": .seconds, "compressed_content": .reserved,
        "temporary": .reserved, "checkpoint_status": .reserved, "checkpoint_created_at": .reserved,
        "video_output": .reserved, "file_output": .reserved,
    ]

    /// The message as 2.x has it; nil when it was set aside, because none can be without a role.
    mutating func convertedMessage(_ message: JSONObject, at path: String) -> JSONValue? {
        guard message["role"]?.stringLiteral != nil else {
            setAside(.object(message), .badValue, at: path)
            return nil
        }
        var message = message
        check(&message, Self.messageFields, at: path)
        mergeThinking(of: &message)
        if let redacted = message.take("redacted_thinking") {
            message["redacted_reasoning_content"] = redacted
            note(.renamedThinking)
        }
        keep("tool_calls", of: &message, ifValid: { ($0.arrayValue ?? []).allSatisfy { $0.kind == .object } }, at: path)
        convertMetrics("metrics", of: &message, at: path)
        for (key, kind) in [("images", MediaKind.image), ("audio", .audio), ("videos", .video), ("files", .file)] {
            convertMediaList(key, of: &message, kind, .message, at: path)
        }
        convertMedia("audio_output", of: &message, .audio, at: path)
        convertMedia("image_output", of: &message, .image, at: path)
        keep("citations", of: &message, ifValid: Citations.areValid, at: path)
        keep("references", of: &message, ifValid: References.isValid, at: path)
        if message["id"] == nil { message["id"] = derivedID(for: path) }
        return .object(message)
    }

    /// Thinking goes before what was reasoned.
    mutating func mergeThinking(of owner: inout JSONObject) {
        guard let thinking = owner.take("thinking")?.stringLiteral, !thinking.isEmpty else { return }
        let reasoning = owner["reasoning_content"]?.stringLiteral.flatMap { $0.isEmpty ? nil : $0 }
        owner["reasoning_content"] = .string(reasoning.map { thinking.joined(byNewlineWith: $0) } ?? thinking)
        note(.mergedThinking)
    }

    /// Sets a member aside that the later classes would refuse.
    mutating func keep(
        _ key: String, of owner: inout JSONObject, ifValid isValid: (JSONValue) -> Bool, at path: String
    ) {
        if let value = owner[key], !isValid(value) { setAside(key, of: &owner, .badValue, at: path) }
    }
}

/// Whether a member is absent, null or of a kind.
private func isAbsent(_ value: JSONValue?, or kind: JSONKind) -> Bool {
    value.map { $0.isNull || $0.kind == kind } ?? true
}

/// Whether a member is absent, null or a list of valid elements.
private func isAbsent(_ value: JSONValue?, orListOf isValid: (JSONValue) -> Bool) -> Bool {
    isAbsent(value, or: .array) && (value?.arrayValue ?? []).allSatisfy(isValid)
}

/// What a model cites.
enum Citations {
    static func areValid(_ value: JSONValue) -> Bool {
        let lists = [("urls", ["url", "title"]), ("documents", ["document_title", "cited_text", "file_name"])]
        return value.kind == .object && isAbsent(value["search_queries"]) { $0.kind == .string }
            && lists.allSatisfy { list, fields in
                isAbsent(value[list]) { element in
                    element.kind == .object && fields.allSatisfy { isAbsent(element[$0], or: .string) }
                }
            }
    }
}

/// What was looked up for a run or a message.
enum References {
    static func isValid(_ value: JSONValue) -> Bool {
        value["query"]?.kind == .string && isAbsent(value["time"], or: .number)
            && isAbsent(value["references"]) { $0.kind == .object || $0.kind == .string }
    }
}

enum ReasoningSteps {
    private static let actions: Set = ["continue", "validate", "final_answer", "reset"]

    static func isValid(_ value: JSONValue) -> Bool {
        guard value.kind == .object, isAbsent(value["confidence"], or: .number),
            ["title", "action", "result", "reasoning"].allSatisfy({ isAbsent(value[$0], or: .string) })
        else { return false }
        guard let action = value["next_action"], !action.isNull else { return true }
        return action.stringValue.map(actions.contains) ?? false
    }
}
