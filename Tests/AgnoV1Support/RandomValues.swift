import AgnoSchema
package import AgnoV1

/// A generator that gives the same numbers for the same seed everywhere.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// One of some values.
    package mutating func pick<Value>(_ values: [Value], or fallback: Value) -> Value {
        values.randomElement(using: &self) ?? fallback
    }
}

/// Values as nobody would store them, made of the names that the conversion knows and of some that it does not.
package struct RandomValues {
    package var random: SeededGenerator

    private static let atoms = [
        "null", "true", "false", "0", "1", "-17", "3.10", "1E400", "12345678901234567890123", #""""#, #""plain""#,
        #""COMPLETED""#, #""user""#, #""12.5""#, #""2025-07-01T12:30:00""#, #""aGVsbG8=""#, #""eJzrDPBzVyhKLA==""#,
        #""\u00e9\n\"\\\/""#, #""\ud83d\ude00""#, #""\ud800""#, #""a\u0000b""#, #""日本""#, "[]", "{}", "1751328000",
    ]
    private static let names = [
        "run_id", "agent_id", "agent_name", "team_id", "team_name", "workflow_id", "workflow_name", "session_id",
        "team_session_id", "content", "content_type", "thinking", "redacted_thinking", "reasoning_content", "messages",
        "message", "response", "metrics", "tools", "tool_args", "tool_calls", "result", "images", "videos", "audio",
        "files", "response_audio", "audio_output", "image_output", "citations", "urls", "documents", "references",
        "query", "time", "extra_data", "add_messages", "reasoning_steps", "reasoning_messages", "created_at", "status",
        "events", "event", "formatted_tool_calls", "member_responses", "step_responses", "workflow_metrics", "steps",
        "parallel_steps", "parallel_step_outputs", "metadata", "role", "name", "id", "url", "filepath", "format",
        "mime_type", "eta", "length", "base64_audio", "transcript", "input_tokens", "prompt_tokens", "audio_tokens",
        "time_to_first_token", "additional_metrics", "provider_metrics", "timer", "runs", "summaries", "summary",
        "memories", "topics", "last_updated", "session_state", "session_metrics", "input", "run", "memory", "unknown",
        "k\\u0000ey", "",
    ]

    package init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// JSON text.
    package mutating func text(depth: Int) -> String {
        switch depth > 0 ? Int.random(in: 0..<10, using: &random) : 0 {
        case 0..<4: return random.pick(Self.atoms, or: "null")
        case 4..<6:
            let count = Int.random(in: 0..<4, using: &random)
            return "[" + (0..<count).map { _ in text(depth: depth - 1) }.joined(separator: ", ") + "]"
        default: return object(depth: depth)
        }
    }

    package mutating func object(depth: Int) -> String {
        let count = Int.random(in: 0..<7, using: &random)
        let members = (0..<count).map { _ in "\"\(random.pick(Self.names, or: "a"))\": \(text(depth: depth - 1))" }
        return "{" + members.joined(separator: ", ") + "}"
    }
}

extension RandomValues {
    /// A session of which every part is something else than it should be.
    package mutating func session(_ kind: V1Kind, key: String) -> V1Row {
        let messages = (0..<3).map { _ in
            object(depth: 5, with: #""role": "user", "content": \#(text(depth: 2)), "images": [\#(object(depth: 3))]"#)
        }
        let run = object(
            depth: 6,
            with: #"""
                "run_id": "r", "messages": [\#(messages.joined(separator: ", "))], "member_responses": [\#(object(depth: 5))],
                "metrics": \#(object(depth: 3)), "tools": [\#(object(depth: 3))], "step_responses": [\#(object(depth: 5))],
                "workflow_metrics": \#(object(depth: 4)), "citations": \#(object(depth: 3)),
                "references": [\#(object(depth: 3))]
                """#)
        let memory = #"{"runs": [\#(run), \#(object(depth: 6))], "summary": \#(object(depth: 2))}"#
        return V1Row(
            kind: kind, key: key,
            columns: [
                "session_id": .text(key), "memory": .text(memory), "runs": .text("[\(run)]"),
                "session_data": .text(object(depth: 4)), "created_at": .integer(1000),
            ])
    }

    /// An object that has these members and others.
    private mutating func object(depth: Int, with members: String) -> String {
        let other = object(depth: depth)
        return other == "{}" ? "{\(members)}" : "{\(members), \(other.dropFirst())"
    }
}
