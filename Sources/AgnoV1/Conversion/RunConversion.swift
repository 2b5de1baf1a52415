import AgnoSchema
import LosslessJSON

enum RunOwner { case agent, team }

// Runs of agents and teams, and the runs of their members at any depth.
extension RowConversion {
    private static let runFields: [String: FieldType] = [
        "content_type": .text, "thinking": .text, "reasoning_content": .text, "messages": .list, "metrics": .object,
        "model": .text, "model_provider": .text, "run_id": .text, "agent_id": .text, "agent_name": .text,
        "team_id": .text, "team_name": .text, "session_id": .text, "team_session_id": .text, "workflow_id": .text,
        "parent_run_id": .text, "user_id": .text, "status": .text, "created_at": .seconds, "tools": .list,
        "citations": .object, "extra_data": .object, "references": .list, "additional_input": .list,
        "reasoning_steps": .list, "reasoning_messages": .list, "member_responses": .list, "metadata": .object,
        "session_state": .object, "response_audio": .object, "run": .reserved, "input": .reserved,
        "requirements": .reserved, "compaction": .reserved, "cancellation_stage": .reserved,
        "queue_attempt": .reserved, "workflow_step_id": .reserved,
    ]

    /// Converts a run; `ownerID` is the agent's or team's where the run does not tell it, and the path is empty for a
    /// top-level run.
    mutating func convertedRun(
        _ run: JSONObject, of owner: RunOwner, ownerID: String? = nil, at path: String
    ) -> JSONObject {
        var run = run
        check(&run, Self.runFields, at: path)
        dropEvents(of: &run)
        liftExtraData(of: &run, at: path)
        mergeThinking(of: &run)
        for key in ["messages", "additional_input", "reasoning_messages"] {
            convertList(key, of: &run, at: path) { $0.convertedMessage($1, at: $2) }
        }
        convertMetrics("metrics", of: &run, at: path)
        convertTools(of: &run, at: path)
        convertMediaOfRun(&run, at: path)
        keep("citations", of: &run, ifValid: Citations.areValid, at: path)
        keepElements("references", of: &run, ifValid: References.isValid, at: path)
        keepElements("reasoning_steps", of: &run, ifValid: ReasoningSteps.isValid, at: path)
        convertList("member_responses", of: &run, at: path) { conversion, object, path in
            let member = conversion.unwrapped(object, at: path)
            return .object(conversion.convertedRun(member, of: Self.owner(of: member, default: .agent), at: path))
        }
        identify(&run, as: owner, ownerID: ownerID)
        moveUnknownMembers(of: &run, besides: owner == .agent ? RunFields.agent : RunFields.team, at: path)
        return run
    }

    /// The owner of a run by its members; if it has members of both, by the kind of its session.
    static func owner(of run: JSONObject, default fallback: RunOwner) -> RunOwner {
        let isAgentLike = run.has("agent_name")
        let isTeamLike = run.has("team_name") || run.has("member_responses")
        if isAgentLike != isTeamLike { return isAgentLike ? .agent : .team }
        let hasAgentID = run.has("agent_id")
        let hasTeamID = run.has("team_id")
        if hasAgentID != hasTeamID { return hasAgentID ? .agent : .team }
        return fallback
    }

    /// The events of a run cannot be read by later releases, and the texts of tool calls repeat the tools.
    mutating func dropEvents(of run: inout JSONObject) {
        run.remove("event")
        if run.take("events")?.isTruthy ?? false { note(.droppedEvents) }
        if run.take("formatted_tool_calls")?.isTruthy ?? false { note(.droppedToolCallTexts) }
    }

    /// Images, videos and sound of a run or a step.
    mutating func convertMediaOfRun(_ run: inout JSONObject, at path: String) {
        for (key, kind) in [("images", MediaKind.image), ("videos", .video), ("audio", .audio), ("files", .file)] {
            convertMediaList(key, of: &run, kind, .run, at: path)
        }
        convertMedia("response_audio", of: &run, .audio, at: path)
    }

    /// What later releases have as members of the run goes there, the rest to its metadata.
    private mutating func liftExtraData(of run: inout JSONObject, at path: String) {
        guard case .object(var extra)? = run.take("extra_data") else { return }
        extra.removeNulls()
        guard !extra.isEmpty else { return }
        note(.liftedExtraData)
        let path = path.isEmpty ? "extra_data" : "\(path).extra_data"
        for (old, new) in [
            ("add_messages", "additional_input"), ("references", "references"), ("reasoning_steps", "reasoning_steps"),
            ("reasoning_messages", "reasoning_messages"),
        ] {
            guard let value = extra.take(old) else { continue }
            guard case .array(let elements) = value else {
                setAside(value, .notAList, at: "\(path).\(old)")
                continue
            }
            run[new] = .array((run[new]?.arrayValue ?? []) + elements)
        }
        if let value = extra.take("reasoning_content") {
            if let text = value.stringLiteral {
                let own = run["reasoning_content"]?.stringLiteral
                run["reasoning_content"] = .string(own.map { $0.joined(byNewlineWith: text) } ?? text)
            } else {
                setAside(value, .badValue, at: "\(path).reasoning_content")
            }
        }
        addMetadata(extra, to: &run, at: path)
    }

    /// Adds what no member of the run takes.
    private mutating func addMetadata(_ members: JSONObject, to run: inout JSONObject, at path: String) {
        guard !members.isEmpty else { return }
        var metadata = run["metadata"]?.objectValue ?? JSONObject()
        let names = metadata.names
        for member in members.members {
            if let key = member.key.value, names.contains(key) {
                setAside(member.value, .unknownMember, at: path)
            } else {
                metadata.members.append(member)
            }
        }
        run["metadata"] = .object(metadata)
    }

    /// 2.0 refuses a session in which a run has a member that its class does not have; later releases forget it.
    mutating func moveUnknownMembers(of run: inout JSONObject, besides known: Set<String>, at path: String) {
        func isKnown(_ member: JSONMember) -> Bool { member.key.value.map(known.contains) ?? false }
        guard !run.members.allSatisfy(isKnown) else { return }
        let unknown = run.members.filter { !isKnown($0) && $0.value.isTruthy }
        run.members.removeAll { !isKnown($0) }
        addMetadata(JSONObject(members: unknown), to: &run, at: path)
    }

    private mutating func keepElements(
        _ key: String, of owner: inout JSONObject, ifValid isValid: (JSONValue) -> Bool, at path: String
    ) {
        guard case .array(let elements)? = owner[key], !elements.allSatisfy(isValid) else { return }
        let path = path.isEmpty ? key : "\(path).\(key)"
        for (index, element) in elements.enumerated() where !isValid(element) {
            setAside(element, .badValue, at: "\(path)[\(index)]")
        }
        owner[key] = .array(elements.filter(isValid))
    }

    /// Leaves the ids by which later releases tell the runs of agents and of teams apart.
    private mutating func identify(_ run: inout JSONObject, as owner: RunOwner, ownerID: String?) {
        let session = run.take("team_session_id")
        switch owner {
        case .agent:
            if let session, run.has("agent_id") { run["session_id"] = session }
            run.remove("team_id")
            run.remove("team_name")
            if run["agent_id"] == nil { run["agent_id"] = ownerID.map { JSONValue($0) } ?? .null }
        case .team:
            var foreign = JSONObject()
            for key in ["agent_id", "agent_name"] {
                if let value = run.take(key), value.isTruthy { foreign[key] = value }
            }
            addMetadata(foreign, to: &run, at: "")
            if run["team_id"] == nil { run["team_id"] = ownerID.map { JSONValue($0) } ?? .null }
        }
    }
}

/// The members of the classes of runs in 2.0, which later releases only added to.
enum RunFields {
    private static let common: Set = [
        "run_id", "session_id", "parent_run_id", "content", "content_type", "reasoning_content", "reasoning_steps",
        "reasoning_messages", "model", "model_provider", "model_provider_data", "messages", "metrics",
        "additional_input", "tools", "images", "videos", "audio", "files", "response_audio", "citations", "references",
        "metadata", "created_at", "status",
    ]

    static let agent = common.union(["agent_id", "agent_name", "workflow_id", "user_id"])
    static let team = common.union(["team_id", "team_name", "member_responses"])
    static let workflow: Set = [
        "input", "content", "content_type", "workflow_id", "workflow_name", "run_id", "session_id", "images", "videos",
        "audio", "response_audio", "step_results", "step_executor_runs", "metrics", "metadata", "created_at", "status",
    ]
}

// Runs of the first generation.
extension RowConversion {
    /// Whether it is `{message, messages, response}` or `{message, member_responses, response}`.
    static func isWrapper(_ run: JSONObject) -> Bool {
        switch run["response"] {
        case .object: true
        case nil, .null: run["message"]?.kind == .object && run["run_id"] == nil
        case .bool, .number, .string, .array: false
        }
    }

    /// The run itself: what a first-generation memory keeps as the response, with the messages beside it where the response
    /// has none.
    mutating func unwrapped(_ wrapper: JSONObject, at path: String) -> JSONObject {
        guard Self.isWrapper(wrapper) else { return wrapper }
        note(.tookLegacyRun)
        var wrapper = wrapper
        var run = wrapper.take("response")?.objectValue ?? JSONObject()
        let message = wrapper.take("message")
        let messages = wrapper.take("messages")
        if !run.has("messages") {
            let own = messages.flatMap { $0.isTruthy ? $0 : nil } ?? message.map { .array([$0]) }
            if let own { run["messages"] = own }
        }
        for key in ["member_responses", "member_runs"] {
            guard let members = wrapper.take(key), members.isTruthy else { continue }
            if !run.has("member_responses") { run["member_responses"] = members }
        }
        if run["created_at"] == nil, let first = run["messages"]?[0]?["created_at"] { run["created_at"] = first }
        wrapper.removeNulls()
        if !wrapper.isEmpty { setAside(.object(wrapper), .unknownMember, at: path) }
        return run
    }
}
