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

    /// Converts the list of messages under a key.
    mutating func convertMessages(_ key: String, of owner: inout JSONObject, at path: String) {
        guard let value = owner[key] else { return }
        let path = path.isEmpty ? key : "\(path).\(key)"
        guard value.kind == .array else {
            setAside(value, .notAList, at: path)
            owner.remove(key)
            return
        }
        owner[key] = .array(objects(value, at: path).compactMap { convertedMessage($0.object, at: $0.path) })
    }

    /// The message as 2.x has it; nil when it was set aside, because none can be without a role.
    private mutating func convertedMessage(_ message: JSONObject, at path: String) -> JSONValue? {
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
        if let calls = message["tool_calls"]?.arrayValue, !calls.allSatisfy({ $0.kind == .object }) {
            setAside(.array(calls), .badValue, at: "\(path).tool_calls")
            message.remove("tool_calls")
        }
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
        if let reasoning = owner["reasoning_content"]?.stringLiteral, !reasoning.isEmpty {
            owner["reasoning_content"] = .string(thinking.joined(byNewlineWith: reasoning))
        } else {
            owner["reasoning_content"] = .string(thinking)
        }
        note(.mergedThinking)
    }

    /// Sets a member aside that the later classes would refuse.
    mutating func keep(
        _ key: String, of owner: inout JSONObject, ifValid isValid: (JSONValue) -> Bool, at path: String
    ) {
        guard let value = owner[key], !isValid(value) else { return }
        setAside(value, .badValue, at: path.isEmpty ? key : "\(path).\(key)")
        owner.remove(key)
    }
}

/// Whether the member of an object is absent, null or a text.
private func isOptionalText(_ value: JSONValue?) -> Bool {
    switch value {
    case nil, .null, .string: true
    case .bool, .number, .array, .object: false
    }
}

/// What a model cites.
enum Citations {
    static func areValid(_ value: JSONValue) -> Bool {
        let lists = [("urls", ["url", "title"]), ("documents", ["document_title", "cited_text", "file_name"])]
        let areListsValid = lists.allSatisfy { list, fields in
            switch value[list] {
            case nil, .null: true
            case .array(let elements):
                elements.allSatisfy { element in
                    element.kind == .object && fields.allSatisfy { isOptionalText(element[$0]) }
                }
            case .bool, .number, .string, .object: false
            }
        }
        switch value["search_queries"] {
        case nil, .null: return value.kind == .object && areListsValid
        case .array(let queries):
            return value.kind == .object && areListsValid && queries.allSatisfy { $0.kind == .string }
        case .bool, .number, .string, .object: return false
        }
    }
}

/// What was looked up for a run or a message.
enum References {
    static func isValid(_ value: JSONValue) -> Bool {
        guard value["query"]?.kind == .string else { return false }
        switch value["time"] {
        case nil, .null, .number: break
        case .bool, .string, .array, .object: return false
        }
        switch value["references"] {
        case nil, .null: return true
        case .array(let elements): return elements.allSatisfy { $0.kind == .object || $0.kind == .string }
        case .bool, .number, .string, .object: return false
        }
    }
}

/// A step of reasoning.
enum ReasoningSteps {
    private static let actions: Set = ["continue", "validate", "final_answer", "reset"]

    static func isValid(_ value: JSONValue) -> Bool {
        guard value.kind == .object,
            ["title", "action", "result", "reasoning"].allSatisfy({ isOptionalText(value[$0]) })
        else { return false }
        switch value["confidence"] {
        case nil, .null, .number: break
        case .bool, .string, .array, .object: return false
        }
        guard let action = value["next_action"], !action.isNull else { return true }
        return action.stringValue.map(actions.contains) ?? false
    }
}
