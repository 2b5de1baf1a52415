import LosslessJSON

/// A generator that gives the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// One of some values.
    mutating func pick<Value>(_ values: [Value], or fallback: Value) -> Value {
        values.randomElement(using: &self) ?? fallback
    }
}

/// Values as nobody would store them, made of the names that the conversion knows and of some that it does not.
struct RandomValues {
    var random: SeededGenerator

    private static let atoms = [
        "null", "true", "false", "0", "1", "-17", "3.10", "1E400", "12345678901234567890123", #""""#, #""plain""#,
        #""COMPLETED""#, #""user""#, #""12.5""#, #""2025-07-01T12:30:00""#, #""aGVsbG8=""#, #""eJzrDPBzVyhKLA==""#,
        #""\u00e9\n\"\\\/""#, #""\ud83d\ude00""#, #""\ud800""#, #""a\u0000b""#, #""日本""#, "[]", "{}", "1751328000",
    ]
    static let names = [
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

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// JSON text.
    mutating func text(depth: Int) -> String {
        switch depth > 0 ? Int.random(in: 0..<10, using: &random) : 0 {
        case 0..<4: return random.pick(Self.atoms, or: "null")
        case 4..<6:
            let count = Int.random(in: 0..<4, using: &random)
            return "[" + (0..<count).map { _ in text(depth: depth - 1) }.joined(separator: ", ") + "]"
        default: return object(depth: depth)
        }
    }

    mutating func object(depth: Int) -> String {
        let count = Int.random(in: 0..<7, using: &random)
        let members = (0..<count).map { _ in "\"\(random.pick(Self.names, or: "a"))\": \(text(depth: depth - 1))" }
        return "{" + members.joined(separator: ", ") + "}"
    }
}

/// Writes values as Python's `repr` does.
enum PythonWriter {
    static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "None"
        case .bool(let flag): flag ? "True" : "False"
        case .number(let number): number.text.replacing("Infinity", with: "inf").replacing("NaN", with: "nan")
        case .string(let string): literal(string.value ?? "")
        case .array(let elements): "[" + elements.map(text).joined(separator: ", ") + "]"
        case .object(let object):
            "{"
                + object.members.map { literal($0.key.value ?? "") + ": " + text($0.value) }.joined(separator: ", ")
                + "}"
        }
    }

    /// Single quotes, unless the text has some and no double ones.
    static func literal(_ text: String) -> String {
        let quote: Character = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        var output = String(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case _ where String(scalar) == String(quote): output += "\\" + String(quote)
            case _ where scalar.value < 0x20 || (0x7F..<0xA1).contains(scalar.value):
                output += "\\x" + padded(scalar.value, 2)
            case _ where scalar.properties.generalCategory == .privateUse || (0x2000..<0x2070).contains(scalar.value):
                output += scalar.value > 0xFFFF ? "\\U" + padded(scalar.value, 8) : "\\u" + padded(scalar.value, 4)
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output + String(quote)
    }

    private static func padded(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
