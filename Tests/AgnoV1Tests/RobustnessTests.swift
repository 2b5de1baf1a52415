import AgnoSchema
import AgnoV1Support
import Foundation
import LosslessJSON
import Synchronization
import Testing

@testable import AgnoV1

@Suite("Robustness")
struct RobustnessTests {
    private static let columns = [
        "memory", "session_data", "extra_data", "agent_data", "team_data", "workflow_data", "runs", "created_at",
        "updated_at", "user_id", "agent_id", "team_id", "workflow_id", "team_session_id", "workflow_name",
    ]

    private func row(_ kind: V1Kind, _ values: inout RandomValues) -> V1Row {
        var columns: [ExactText: SQLValue] = ["session_id": .text("s"), "id": .text("s")]
        for name in Self.columns {
            switch Int.random(in: 0..<12, using: &values.random) {
            case 0: columns[name] = .null
            case 1: columns[name] = .integer(.random(in: .min ... .max, using: &values.random))
            case 2: columns[name] = .real(values.random.pick([0, -1.5, .infinity, 1e300], or: 0))
            case 3: columns[name] = .malformedText(Array(values.text(depth: 3).utf8) + [0xFF])
            case 4: columns[name] = .text(String(values.text(depth: 4).dropLast()))
            default: columns[name] = .text(structured(name, &values))
            }
        }
        return V1Row(kind: kind, key: "s", columns: columns)
    }

    /// Something that goes deep into the conversion.
    private func structured(_ column: String, _ values: inout RandomValues) -> String {
        switch column {
        case "memory" where Bool.random(using: &values.random): #"{"memory": \#(values.text(depth: 2))}"#
        case "memory":
            #"{"runs": [\#(values.object(depth: 6)), \#(values.object(depth: 6))], "summary": \#(values.text(depth: 2))}"#
        case "runs": "[\(values.object(depth: 6)), \(values.object(depth: 6))]"
        default: values.text(depth: 5)
        }
    }

    @Test(
        "Whatever is in a row, conversion neither crashes nor changes its mind, and what comes out is what the target takes",
        arguments: 0..<60)
    func anything(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<25 {
            for kind in V1Kind.allCases {
                let row = row(kind, &values)
                for rules in [V1Conversion.JSONRules.python, .standard] {
                    var conversion = V1Conversion(now: 5000, json: rules)
                    conversion.takesUserMemories = seed.isMultiple(of: 2)
                    let outcome = conversion.convert(row)
                    #expect(outcome == conversion.convert(row))
                    try check(outcome, rules)
                }
            }
        }
    }

    private func check(_ outcome: V1Outcome, _ rules: V1Conversion.JSONRules) throws {
        guard case .session(let session) = outcome else { return }
        #expect(session.memories.allSatisfy { !$0.memory.memoryID.isEmpty && $0.memory.memory.kind == .string })
        #expect(Set(session.runs.map(\.runID)).count == session.runs.count)
        #expect(session.runs.map(\.index) == Array(0..<session.runs.count))
        let values = [
            session.sessionData, session.agentData, session.teamData, session.workflowData, session.metadata,
            session.summary,
        ]
        for value in values.compactMap({ $0 }) + session.runs.map(\.data) {
            #expect(value.kind == .object)
            let bytes = value.serialized(.python)
            #expect(try JSONValue(parsing: bytes) == value)
            if rules == .standard {
                #expect(throws: Never.self) {
                    _ = try JSONSerialization.jsonObject(
                        with: Data(String(decoding: bytes, as: UTF8.self).replacing("1E400", with: "1").utf8))
                }
            }
        }
        for run in session.runs { #expect(run.data["run_id"]?.stringValue == run.runID) }
    }

    @Test("A user's value comes out byte for byte from every place where users' values stand", arguments: 0..<40)
    func userData(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<20 {
            // What is taken out of texts is another test's.
            let text = values.text(depth: 5).replacing("\\u0000", with: "")
            let user = try JSONValue(parsing: text)
            guard !user.isNull else { continue }
            let run =
                #"{"run_id": "r", "agent_id": "a", "content": \#(text), "tools": [{"tool_args": \#(text), "result": \#(text)}], "messages": [{"role": "user", "content": [\#(text)], "tool_args": \#(text), "tool_calls": [{"a": \#(text)}], "provider_data": {"a": \#(text)}, "citations": {"raw": \#(text)}}]}"#
            let session = try Rows.session(
                Rows.agent(
                    memory: #"{"runs": [\#(run)]}"#,
                    [
                        "session_data": .text(#"{"session_state": \#(text)}"#),
                        "extra_data": .text(#"{"a": \#(text)}"#),
                        "agent_data": .text(#"{"model": \#(text)}"#),
                    ]))
            let data = try #require(session.runs.first).data
            for place in [
                "content", "tools[0].tool_args", "tools[0].result", "messages[0].content[0]", "messages[0].tool_args",
                "messages[0].tool_calls[0].a", "messages[0].provider_data.a", "messages[0].citations.raw",
            ] {
                #expect(data[path: place] == user, "\(place)")
            }
            #expect(session.sessionData?["session_state"] == user)
            #expect(session.metadata?["a"] == user)
            #expect(session.agentData?["model"] == user)
            #expect(session.parts == [])
        }
    }

    @Test("Members within members are converted down to the last one that can be read")
    func deepMembers() throws {
        let levels = 440
        let opening = String(
            repeating: #"{"run_id": "r", "team_id": "t", "thinking": "T", "member_responses": ["#, count: levels)
        let memory =
            #"{"runs": ["# + opening + #"{"run_id": "d", "agent_id": "a", "thinking": "deep"}"#
            + String(repeating: "]}", count: levels) + "]}"
        let session = try onSmallStack { try Rows.session(Rows.agent(memory: memory)) }
        let text = try #require(session.runs.first).data.json
        #expect(text.contains(#""reasoning_content": "deep""#) && !text.contains("thinking"))
    }

    @Test("Nesting that Python could not read either is set aside")
    func tooDeep() throws {
        let memory = #"{"runs": "# + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
        #expect(try Rows.session(Rows.agent(memory: memory)).asides == ["memory too_deep"])
    }

    @Test(
        "Twenty thousand members in one object do not take the square of that", .timeLimit(.minutes(15)),
        arguments: [
            #"{"run_id": "r", @}"#, #"{"run_id": "r", "extra_data": {@}, "metadata": {@}}"#,
            #"{"run_id": "r", "metrics": {@}}"#, #"{"run_id": "r", "metrics": {"additional_metrics": [{@}, {@}]}}"#,
            #"{"run_id": "r", "tools": [{@}], "messages": [{"role": "user", @, "images": [{"url": "u", @}]}]}"#,
            #"{"run_id": "r", "workflow_metrics": {"steps": {@}}, "metrics": {"time": 1}}"#,
        ])
    func manyMembers(run: String) throws {
        for member in [
            #""m#": {}"#, #""m#": null"#, #""run": #"#, #""\u0000": #"#, #""timer": {"a": #}"#, #""time": #"#,
        ] {
            let members = (0..<20_000).map { member.replacing("#", with: String($0)) }.joined(separator: ", ")
            let text = run.replacing("@", with: members)
            let session = try Rows.session(Rows.agent(memory: #"{"runs": [\#(text)]}"#))
            #expect(session.runs.count == 1)
            #expect(try Rows.session(Rows.workflow(["runs": .text("[\(text)]")])).runs.count == 1)
        }
    }

    @Test("Ten megabytes in one value are no trouble", .timeLimit(.minutes(15)))
    func large() throws {
        let bytes = (0..<10_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 8) }
        let stored = Base64.encode(try compressed(bytes))
        let text = String(repeating: #"é\n\u00e9\"x"#, count: 1_000_000)
        let memory =
            #"{"runs": [{"run_id": "r", "content": "\#(text)", "messages": [{"role": "user", "images": [{"content": "\#(stored)"}]}]}]}"#
        let run = try #require(try Rows.session(Rows.agent(memory: memory)).runs.first).data
        #expect(run["content"]?.json.utf8.count == text.utf8.count + 2)
        #expect(run[path: "messages[0].images[0].content"]?.stringValue == Base64.encode(bytes))
    }
}

/// Runs on a thread with a stack of a megabyte.
private func onSmallStack(_ body: @escaping @Sendable () throws -> V1Session) throws -> V1Session {
    let box = ResultBox()
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
        box.result.withLock { $0 = Result(catching: body) }
        done.signal()
    }
    thread.stackSize = 1 << 20
    thread.start()
    done.wait()
    guard let result = box.result.withLock({ $0 }) else { throw TestFailure("the thread did not end") }
    return try result.get()
}

private final class ResultBox: Sendable {
    let result = Mutex<Result<V1Session, any Error>?>(nil)
}
