import AgnoSchema
import LosslessJSON
import Testing

@testable import AgnoV1

@Suite("Sessions")
struct SessionTests {
    @Test("A session has the columns of its kind, and a user's data to the byte")
    func columns() throws {
        let data =
            #"{"session_state": {"time": 1.10, "events": [1], "z": "\u00e9"}, "session_name": "n", "team_session_state": {"prompt_tokens": 1}}"#
        let extra = #"{"prompt_tokens": 1.0, "extra_data": {"thinking": "x"}, "a": 1, "a": 2}"#
        let session = try Rows.session(
            Rows.agent([
                "session_data": .text(data), "extra_data": .text(extra), "agent_data": .text(#"{"name": "A"}"#),
                "team_data": .text(#"{"no": 1}"#), "updated_at": .integer(2000), "created_at": .text("1999.5"),
            ]))
        #expect(session.sessionID == "s1" && session.userID == "u1" && session.agentID == "agent-1")
        #expect(session.sessionData?.json == data)
        #expect(session.metadata?.json == extra)
        #expect(session.agentData?.json == #"{"name": "A"}"#)
        #expect(session.teamData == nil && session.summary == nil && session.runs.isEmpty && session.parts.isEmpty)
        #expect(session.createdAt == 1999 && session.updatedAt == 2000)
    }

    @Test(
        "A session with nothing in a column has nothing there",
        arguments: [SQLValue.null, .text("null"), .text(""), .text(" \n"), .blob([])])
    func nothing(value: SQLValue) throws {
        let names = ["session_data", "extra_data", "agent_data", "memory"]
        let session = try Rows.session(
            Rows.agent(Dictionary(uniqueKeysWithValues: names.map { (ExactText($0), value) })))
        #expect(session.sessionData == nil && session.metadata == nil && session.agentData == nil)
        #expect(session.runs.isEmpty && session.parts.isEmpty && session.changes.isEmpty)
    }

    @Test("A session whose columns cannot be read is written without them, and each is set aside whole")
    func unreadable() throws {
        let deep = String(repeating: "[", count: 901) + String(repeating: "]", count: 901)
        let session = try Rows.session(
            Rows.agent([
                "memory": .text("{'runs': []}"), "session_data": .text("[1]"), "extra_data": .integer(7),
                "agent_data": .text(deep), "updated_at": .text("yesterday"),
            ]))
        #expect(
            Set(session.asides) == [
                "memory unreadable", "session_data not_an_object", "extra_data not_an_object", "agent_data too_deep",
                "updated_at bad_time",
            ])
        #expect(session.parts.first { $0.path == "agent_data" }?.raw == .text(deep))
    }

    @Test("A session whose column was encoded twice is read all the same")
    func encodedTwice() throws {
        let session = try Rows.session(
            Rows.agent(
                memory: #""{\"runs\": [{\"run_id\": \"r\"}]}""#, ["session_data": .blob(Array(#"{"a": 1}"#.utf8))]))
        #expect(session.runs.map(\.runID) == ["r"])
        #expect(session.sessionData?.json == #"{"a": 1}"#)
    }

    @Test("A session with bytes that are not UTF-8 is written with U+FFFD, and they are set aside")
    func notUTF8() throws {
        let bytes = Array(#"{"runs": [{"run_id": "r", "content": ""#.utf8) + [0xFF] + Array(#""}]}"#.utf8)
        let session = try Rows.session(Rows.agent(["memory": .malformedText(bytes)]))
        #expect(session.runs.first?.data["content"] == "\u{FFFD}")
        #expect(session.parts == [V1Part(path: "memory", reason: .notUTF8, raw: .malformedText(bytes))])
    }

    @Test("A session takes its creation time from the first of: itself, its update, its runs, now")
    func creationTimes() throws {
        let memory =
            #"{"runs": [{"run_id": "1", "created_at": 70}, {"run_id": "2", "created_at": 60}, {"run_id": "3"}]}"#
        func created(_ columns: [ExactText: SQLValue], _ memory: String? = nil) throws -> Int64 {
            try Rows.session(Rows.agent(memory: memory, columns)).createdAt
        }
        #expect(try created(["created_at": .integer(10), "updated_at": .integer(20)], memory) == 10)
        #expect(try created(["created_at": .null, "updated_at": .integer(20)], memory) == 20)
        #expect(try created(["created_at": .null], memory) == 60)
        #expect(try created(["created_at": .null]) == 5000)
        let session = try Rows.session(Rows.agent(memory: memory, ["created_at": .null]))
        #expect(session.runs.map(\.createdAt) == [70, 60, 60])
        #expect(session.changes[.defaultedTime] == 1)
    }

    @Test("A session has its runs from a list filed under its id; lists of other sessions are set aside")
    func filedRuns() throws {
        let session = try Rows.session(
            Rows.team(memory: #"{"runs": {"s1": [{"run_id": "r"}], "other": [{"run_id": "x"}], "empty": []}}"#))
        #expect(session.runs.map(\.runID) == ["r"])
        #expect(
            session.parts == [
                V1Part(path: "memory.runs.other", reason: .otherSession, raw: .text(#"[{"run_id": "x"}]"#))
            ])
        let odd = try Rows.session(Rows.team(memory: #"{"runs": {"run_id": "r", "content": "x"}}"#))
        #expect(odd.asides == ["memory.runs not_a_list"])
        // The same characters in other bytes are another session.
        let filed = #"{"runs": {"caf\#u{E9}": [{"run_id": "r"}], "cafe\#u{301}": [{"run_id": "x"}]}}"#
        let spelt = try Rows.session(Rows.team(memory: filed, key: "caf\u{E9}"))
        #expect(spelt.runs.map(\.runID) == ["r"] && spelt.parts.map(\.reason) == [.otherSession])
    }

    @Test("A session keeps messages of a first-generation memory without runs aside: they may be another session's")
    func messagesWithoutRuns() throws {
        let session = try Rows.session(
            Rows.agent(memory: #"{"runs": [], "messages": [{"role": "user"}], "team_context": {"a": 1}}"#))
        #expect(session.asides == ["memory.messages without_run"])
        #expect(session.changes == [.leftTeamContext: 1])
    }

    @Test(
        "A session has the summary that is filed for it",
        arguments: [
            (#"{"summary": {"summary": "S", "topics": ["t"]}}"#, #"{"summary": "S", "topics": ["t"]}"#),
            (
                #"{"summaries": {"u1": {"s1": {"summary": "S", "last_updated": "2025-07-01T12:30:00"}}}}"#,
                #"{"summary": "S", "updated_at": "2025-07-01T12:30:00"}"#
            ),
            (
                #"{"summaries": {"default": {"s1": {"summary": "S", "last_updated": "2025-07-01T12:30:00Z"}}}}"#,
                #"{"summary": "S", "updated_at": "2025-07-01T12:30:00+00:00"}"#
            ),
            (#"{"summaries": {"u1": {"s2": {"summary": "S"}}, "u2": {"s1": {"summary": "S"}}}}"#, nil),
            (#"{"summaries": {"u1": {"s1": {"topics": []}}}}"#, nil),
        ] as [(String, String?)])
    func summary(memory: String, expected: String?) throws {
        let session = try Rows.session(Rows.agent(memory: memory))
        #expect(session.summary?.json == expected)
        #expect(session.changes[.tookSummary] == (expected == nil ? nil : 1))
        if memory.contains(#""topics": []"#) { #expect(session.asides == ["memory.summaries bad_value"]) }
    }

    @Test("A session whose summary has a time that no reader takes is written without that time")
    func summaryTime() throws {
        let session = try Rows.session(
            Rows.agent(memory: #"{"summary": {"summary": "S", "last_updated": 5, "odd": 1}}"#))
        #expect(session.summary?.json == #"{"summary": "S"}"#)
        #expect(session.asides == ["memory.summary.last_updated bad_time", "memory.summary unknown_member"])
    }

    @Test("A session keeps the session of its team and the name of its workflow, which have no columns later")
    func lostColumns() throws {
        let agent = try Rows.session(Rows.agent(["team_session_id": .text("up"), "extra_data": .text(#"{"a": 1}"#)]))
        #expect(agent.metadata?.json == #"{"a": 1, "team_session_id": "up"}"#)
        let own = try Rows.session(
            Rows.agent(["team_session_id": .text("up"), "extra_data": .text(#"{"team_session_id": "mine"}"#)]))
        #expect(own.metadata?.json == #"{"team_session_id": "mine"}"#)
        let workflow = try Rows.session(Rows.workflow(["workflow_name": .text("W")]))
        #expect(workflow.workflowData?.json == #"{"name": "W"}"#)
    }

    @Test("A session without a key is refused")
    func missingKey() {
        let row = V1Row(kind: .agentSessions, key: "", columns: [:])
        #expect(V1Conversion(now: 1, json: .python).convert(row) == .refused(.missingKey))
    }

    @Test("A session has ids that every server can store")
    func ids() throws {
        let session = try Rows.session(
            Rows.agent(["user_id": .text("u\0"), "agent_id": .text("a\0b")], key: "s\u{1}x"))
        #expect(session.sessionID.hasPrefix("sx~") && session.sessionID != "sx")
        #expect(session.userID?.hasPrefix("u~") == true)
        #expect(session.agentID == "ab")
    }

    @Test("A session for a server that looks into JSON holds standard JSON only")
    func standard() throws {
        let memory =
            #"{"runs": [{"run_id": "r", "content": [NaN, "\ud800"], "metrics": {"time": [NaN, 1], "input_tokens": [1e308, 1e308]}}]}"#
        let run = try #require(try Rows.session(Rows.agent(memory: memory), .standard).runs.first).data
        #expect(run["content"]?.json == #"["NaN", "\ufffd"]"#)
        #expect(
            run[path: "metrics.additional_metrics"]?.json
                == #"{"input_tokens": [1e308, 1e308], "duration": ["NaN", 1]}"#)
        #expect(try Rows.session(Rows.agent(memory: memory)).runs.first?.data["content"]?.json == #"[NaN, "\ud800"]"#)
    }
}

@Suite("Sessions of workflows")
struct WorkflowTests {
    @Test("A workflow's session has steps, the runs that made them, and a user's data as metadata")
    func steps() throws {
        let (run, session) = try Rows.workflowRun(
            #"""
            {"run_id": "w", "content": "c", "extra_data": {"time": 1, "extra_data": {}}, "step_responses": [
              {"content": {"time": "noon"}, "response": {"run_id": "a", "agent_id": "A", "messages": [{"role": "user"}]}, "images": [{"url": "u"}], "success": true, "metrics": {"time": [1]}},
              [{"content": "x", "response": {"team_id": "T", "content": "t"}}, 5],
              {"content": "p", "parallel_step_outputs": {"left": {"response": {"run_id": "w", "agent_id": "B"}}, "right": 1}, "step_run_id": "s"}]}
            """#)
        #expect(run["metadata"]?.json == #"{"time": 1, "extra_data": {}}"#)
        #expect(run[path: "step_results[0].content"]?.json == #"{"time": "noon"}"#)
        #expect(run[path: "step_results[0].step_run_id"] == "a")
        #expect(run[path: "step_results[0].metrics"]?.json == #"{"duration": 1}"#)
        #expect(run[path: "step_results[2].steps[0].step_name"] == "left")
        let executors = try #require(run["step_executor_runs"]?.arrayValue)
        #expect(executors.count == 3)
        for executor in executors { #expect(executor["parent_run_id"] == "w") }
        #expect(executors[0][path: "messages[0].role"] == "user")
        #expect(executors[1]["team_id"] == "T" && executors[1]["run_id"] == run[path: "step_results[1].step_run_id"])
        // A step's run never has the id of the workflow's.
        #expect(WrittenBack.isDerivedID(executors[2]["run_id"]?.stringValue ?? ""))
        #expect(
            Set(session.asides) == [
                "runs[0].step_responses[1][1] not_an_object", "runs[0].step_responses[2].step_run_id unknown_member",
                "runs[0].step_responses[2].parallel_step_outputs[1] not_an_object",
            ])
        #expect(session.runs[0].runType == .workflow)
    }

    @Test(
        "A workflow's session of the first generation has a workflow's run for each, and what an agent did in it below")
    func firstGeneration() throws {
        let memory = #"""
            {"runs": [{"input": {"time": "x"}, "response": {"run_id": "1", "content": "c", "workflow_id": "W", "events": [], "status": "COMPLETED"}},
                      {"input": {"q": 1}, "response": {"run_id": "2", "content": "c", "agent_id": "A", "messages": [{"role": "user", "content": "m", "name": null}], "metrics": {"time": [2]}}},
                      {"input": {"q": 2}}, {"run_id": "4", "content": "c"}]}
            """#
        let session = try Rows.session(Rows.workflow(["memory": .text(memory), "runs": .text(#"[{"run_id": "0"}]"#)]))
        #expect(session.runs.map(\.runType) == Array(repeating: .workflow, count: 5))
        #expect(session.runs.map(\.runID).prefix(3) == ["0", "1", "2"])
        #expect(session.runs[1].data["input"]?.json == #"{"time": "x"}"#)
        #expect(session.runs[1].data["step_executor_runs"] == nil)
        let run = session.runs[2].data
        for name in ["agent_id", "messages", "metrics"] { #expect(run[name] == nil) }
        #expect(run[path: "step_executor_runs[0].messages[0].content"] == "m")
        #expect(run[path: "step_executor_runs[0].metrics.duration"] == 2)
        #expect(WrittenBack.isDerivedID(run[path: "step_executor_runs[0].run_id"]?.stringValue ?? ""))
        #expect(session.runs[3].data["input"]?.json == #"{"q": 2}"#)
        #expect(session.parts.isEmpty)
    }

    @Test("A workflow's session whose list is not a list, or holds no runs, is written without")
    func odd() throws {
        let session = try Rows.session(Rows.workflow(["runs": .text(#"{"a": 1}"#)]))
        #expect(session.asides == ["runs not_a_list"])
        let second = try Rows.session(Rows.workflow(["runs": .text(#"[1, {}, {"mine": 1}, {"run_id": "r"}]"#)]))
        #expect(second.asides == ["runs[0] not_an_object", "runs[1] not_a_run", "runs[2] not_a_run"])
        #expect(second.runs.map(\.index) == [0])
    }
}

@Suite("User memories")
struct MemoryTests {
    @Test("A user's memory is read from JSON, from a Python literal, and from either of them within a text")
    func forms() throws {
        for text in [
            #"{"memory": "it's", "topics": ["a"]}"#, #"{'memory': "it's", 'topics': ['a']}"#,
            #""{\"memory\": \"it's\", \"topics\": [\"a\"]}""#, #"'{"memory": "it\'s", "topics": ["a"]}'"#,
            #"{"memory": {"memory": "it's", "topics": ["a"]}}"#, #"{"memory": "it's", "topic": "a"}"#,
        ] {
            let memory = try Rows.converted(Rows.memory(text))
            #expect(memory.memory.stringValue == "it's", "\(text)")
            #expect(memory.topics == ["a"], "\(text)")
        }
        #expect(try Rows.converted(Rows.memory(#""plain""#)).memory == "plain")
    }

    @Test("A user's memory has its times from its columns, else from what it holds, else from now")
    func times() throws {
        let text = #"{'memory': 'x', 'last_updated': '2025-07-01T12:30:00.5+02:00'}"#
        let both: [ExactText: SQLValue] = [
            "created_at": .text("2025-07-01 08:00:00.123456+00"), "updated_at": .text("2025-07-01 10:00:00+02:30"),
        ]
        let memory = try Rows.converted(Rows.memory(text, both))
        #expect(memory.createdAt == 1_751_356_800 && memory.updatedAt == 1_751_355_000)
        let inner = try Rows.converted(Rows.memory(text))
        #expect(inner.createdAt == 1_751_365_800 && inner.updatedAt == 1_751_365_800)
        #expect(inner.changes[.defaultedTime] == 1)
        let none = try Rows.converted(Rows.memory("{'memory': 'x'}", ["created_at": .text("?")]))
        #expect(none.createdAt == 5000 && none.updatedAt == nil)
        #expect(none.parts.map(\.path) == ["created_at"])
    }

    @Test(
        "A user's memory of which nothing can be made is refused",
        arguments: [
            ("{}", .emptyMemory), ("", .emptyMemory), ("{'topics': []}", .emptyMemory),
            ("{'memory': ''}", .emptyMemory),
            ("{'memory': None}", .emptyMemory), ("[1]", .emptyMemory), ("{'memory': ", .unreadable),
            ("likes tea", .unreadable), ("__import__('os').system('true')", .unreadable),
        ] as [(String, V1Reason)])
    func refused(text: String, reason: V1Reason) {
        #expect(V1Conversion(now: 1, json: .python).convert(Rows.memory(text)) == .refused(reason))
    }

    @Test("A user's memory is written without the parts that mean nothing later")
    func parts() throws {
        let memory = try Rows.converted(
            Rows.memory(
                "{'memory': 'x', 'topics': ['a', 1, f(2)], 'input': ['y'], 'mood': 'good', 'id': 1, 'memory_id': 'm1'}")
        )
        #expect(memory.topics == ["a"])
        #expect(memory.input == nil)
        #expect(
            Set(memory.parts.map { "\($0.path) \($0.reason.rawValue)" }) == [
                "memory.topics[2] not_a_literal", "memory.topics[1] bad_value", "memory.input bad_value",
                "memory.mood unknown_member",
            ])
    }

    @Test("A user's memory keeps its id and its user")
    func ids() throws {
        let memory = try Rows.converted(Rows.memory("{'memory': 'x', 'memory_id': 'other'}"))
        #expect(memory.memoryID == "m1" && memory.userID == "u1")
    }
}
