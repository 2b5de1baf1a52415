import AgnoSchema
import LosslessJSON
import Testing

@testable import AgnoV1

/// Rows as a test needs them, and what they become.
enum Rows {
    static func agent(
        memory: String? = nil, _ columns: [ExactText: SQLValue] = [:], key: String = "s1"
    ) -> V1Row {
        var all: [ExactText: SQLValue] = [
            "session_id": .text(key), "user_id": .text("u1"), "agent_id": .text("agent-1"),
            "created_at": .integer(1000),
            "memory": SQLValue(memory),
        ]
        all.merge(columns) { $1 }
        return V1Row(kind: .agentSessions, key: key, columns: all)
    }

    static func team(memory: String? = nil, _ columns: [ExactText: SQLValue] = [:], key: String = "s1") -> V1Row {
        var row = agent(memory: memory, columns, key: key)
        row.kind = .teamSessions
        row.columns["agent_id"] = nil
        row.columns["team_id"] = .text("team-1")
        return row
    }

    static func workflow(_ columns: [ExactText: SQLValue] = [:], key: String = "s1") -> V1Row {
        var row = agent(columns, key: key)
        row.kind = .workflowSessions
        row.columns["agent_id"] = nil
        row.columns["workflow_id"] = .text("wf-1")
        return row
    }

    static func memory(_ text: String, _ columns: [ExactText: SQLValue] = [:]) -> V1Row {
        var all: [ExactText: SQLValue] = ["id": .text("m1"), "user_id": .text("u1"), "memory": .text(text)]
        all.merge(columns) { $1 }
        return V1Row(kind: .memories, key: "m1", columns: all)
    }

    static func session(_ row: V1Row, _ json: V1Conversion.JSONRules = .python) throws -> V1Session {
        let outcome = V1Conversion(now: 5000, json: json).convert(row)
        guard case .session(let session) = outcome else { throw TestFailure("no session") }
        return session
    }

    static func converted(_ row: V1Row) throws -> V1Memory {
        guard case .memory(let memory) = V1Conversion(now: 5000, json: .python).convert(row) else {
            throw TestFailure("no memory")
        }
        return memory
    }

    /// The one run of an agent's session whose memory holds it.
    static func run(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> (
        run: JSONValue, session: V1Session
    ) {
        let session = try session(agent(memory: #"{"runs": [\#(text)]}"#))
        return (try #require(session.runs.first, sourceLocation: sourceLocation).data, session)
    }

    static func workflowRun(_ text: String) throws -> (run: JSONValue, session: V1Session) {
        let session = try session(workflow(["runs": .text("[\(text)]")]))
        return (try #require(session.runs.first).data, session)
    }
}

extension V1Session {
    /// Paths and reasons of what was set aside.
    var asides: [String] { parts.map { "\($0.path) \($0.reason.rawValue)" } }
}

extension JSONValue {
    /// The value at a place like `messages[0].images[1]`.
    subscript(path path: String) -> JSONValue? {
        var value: JSONValue? = self
        for part in path.split(whereSeparator: { ".[]".contains($0) }) {
            value = Int(part).map { value?[$0] ?? nil } ?? value?[String(part)]
        }
        return value
    }

    var json: String { serializedText(.python) ?? "" }
}
