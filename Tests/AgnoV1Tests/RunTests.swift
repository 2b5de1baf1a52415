import AgnoSchema
import LosslessJSON
import Testing

@testable import AgnoV1

@Suite("Runs")
struct RunTests {
    @Test("A run of a user's data keeps every byte, however much it looks like something else")
    func userData() throws {
        let user =
            #"{"time": "noon", "prompt_tokens": 1.10, "events": [1e5], "thinking": "\u0068mm", "extra_data": {"a": null}, "images": [{"length": "3"}], "metrics": {"time": [1]}, "team_session_id": "x"}"#
        let (run, session) = try Rows.run(
            #"""
            {"run_id": "r", "agent_id": "a", "content": \#(user), "tools": [{"tool_name": "t", "tool_args": \#(user), "result": \#(user)}],
             "messages": [{"role": "user", "content": [\#(user)], "tool_args": \#(user), "provider_data": \#(user),
                "tool_calls": [{"function": {"arguments": \#(user)}}]}],
             "citations": {"raw": \#(user)}, "session_state": \#(user), "metadata": {"session_state": 1},
             "references": [{"query": "q", "references": [\#(user)], "time": 0.5}]}
            """#)
        for place in [
            "content", "tools[0].tool_args", "tools[0].result", "messages[0].content[0]", "messages[0].tool_args",
            "messages[0].provider_data", "messages[0].tool_calls[0].function.arguments", "citations.raw",
            "references[0].references[0]",
        ] {
            #expect(run[path: place]?.json == user, "\(place)")
        }
        #expect(run[path: "references[0].time"] == 0.5)
        // The metadata has a member of that name.
        #expect(session.asides == ["memory.runs[0] unknown_member"])
    }

    @Test("A run has thinking before reasoning, with the escapes of both, and redacted thinking under its later name")
    func thinking() throws {
        let (run, session) = try Rows.run(
            #"""
            {"run_id": "r", "thinking": "T\u00e9", "reasoning_content": "é\"", "extra_data": {"reasoning_content": "E"},
             "messages": [{"role": "a", "thinking": "", "reasoning_content": "R"}, {"role": "a", "thinking": "T"},
                {"role": "a", "redacted_thinking": "Z"}, {"role": "a", "thinking": null}]}
            """#)
        #expect(run["reasoning_content"]?.json == #""T\u00e9\né\"\nE""#)
        #expect(run[path: "messages[0].reasoning_content"] == "R")
        #expect(run[path: "messages[1].reasoning_content"] == "T")
        #expect(run[path: "messages[2].redacted_reasoning_content"] == "Z")
        #expect(!run.json.contains("thinking"))
        #expect(session.changes[.mergedThinking] == 2)
    }

    @Test("A run takes what later releases have members for out of its extra data, the rest into its metadata")
    func extraData() throws {
        let (run, session) = try Rows.run(
            #"""
            {"run_id": "r", "extra_data": {"add_messages": [{"role": "user", "content": "m"}], "mine": {"events": [1]},
             "references": [{"query": "q"}, {"no": "query"}], "reasoning_steps": [{"title": "t", "confidence": 1}, 5],
             "reasoning_messages": "none", "nothing": null}}
            """#)
        #expect(run[path: "additional_input[0].content"] == "m")
        #expect(run["metadata"]?.json == #"{"mine": {"events": [1]}}"#)
        #expect(run["references"]?.json == #"[{"query": "q"}]"#)
        #expect(run["reasoning_steps"]?.json == #"[{"title": "t", "confidence": 1}]"#)
        #expect(run["extra_data"] == nil)
        #expect(
            session.asides == [
                "memory.runs[0].extra_data.reasoning_messages not_a_list", "memory.runs[0].references[1] bad_value",
                "memory.runs[0].reasoning_steps[1] bad_value",
            ])
    }

    @Test("A run loses its events and the texts of its tool calls, and that is counted")
    func events() throws {
        let (run, session) = try Rows.run(
            #"{"run_id": "r", "event": "RunCompleted", "events": [{"event": "x"}], "formatted_tool_calls": ["f()"]}"#)
        #expect(run.json == #"{"run_id": "r", "agent_id": "agent-1"}"#)
        #expect(session.changes == [.droppedEvents: 1, .droppedToolCallTexts: 1])
    }

    @Test(
        "A run belongs to whom it looks like, else to the kind of its session",
        arguments: [
            (#"{"agent_id": "a"}"#, "agent", "team"), (#"{"team_id": "t"}"#, "team", "agent"),
            (#"{"agent_id": "a", "team_id": "t"}"#, "agent", "agent"),
            (#"{"agent_id": "a", "team_id": "t"}"#, "team", "team"),
            (#"{"agent_id": "a", "team_id": "t", "team_name": "T"}"#, "team", "agent"),
            (#"{"agent_id": "a", "team_id": "t", "agent_name": "A"}"#, "agent", "team"),
            (#"{"agent_id": "a", "member_responses": [{"agent_id": "b"}]}"#, "team", "agent"),
            (#"{"content": "x"}"#, "agent", "agent"), (#"{"content": "x"}"#, "team", "team"),
            (#"{"agent_id": null, "team_id": "t"}"#, "team", "agent"),
        ])
    func owner(text: String, expected: String, sessionType: String) throws {
        let memory = #"{"runs": [\#(text)]}"#
        let row = sessionType == "team" ? Rows.team(memory: memory) : Rows.agent(memory: memory)
        let run = try #require(try Rows.session(row).runs.first)
        #expect(run.runType.rawValue == expected)
        // By these keys the later releases choose the class.
        let keys = run.data.objectValue?.members.compactMap(\.key.value) ?? []
        #expect(keys.contains("agent_id") == (expected == "agent"))
        #expect(keys.contains("team_id") == (expected == "team"))
    }

    @Test("A run of a member has the session of its team, at any depth")
    func members() throws {
        let (run, session) = try Rows.run(
            #"""
            {"run_id": "t", "team_id": "T", "team_session_id": "up", "session_id": "own", "member_responses": [
              {"run_id": "m", "team_id": "U", "team_session_id": "x", "session_id": "y", "member_responses": [
                {"run_id": "d", "agent_id": "A", "team_id": "U", "session_id": "z", "team_session_id": "w", "metrics": {"time": [1, 2]}, "thinking": "h"},
                7, {"message": {"role": "user", "content": "q"}, "response": {"run_id": "l", "agent_id": "B", "content": "c"}}]}]}
            """#)
        let deep = "member_responses[0].member_responses"
        #expect(run["session_id"] == "own")
        #expect(run[path: "\(deep)[0].session_id"] == "w")
        #expect(run[path: "\(deep)[0].team_id"] == nil)
        #expect(run[path: "\(deep)[0].metrics.duration"] == 3)
        #expect(run[path: "\(deep)[0].reasoning_content"] == "h")
        #expect(run[path: "\(deep)[1].messages[0].content"] == "q")
        #expect(!run.json.contains("team_session_id"))
        #expect(session.asides == ["memory.runs[0].member_responses[0].member_responses[1] not_an_object"])
    }

    @Test("A run of the first generation is its response, with the messages beside it where it has none")
    func firstGeneration() throws {
        let message = #"{"role": "user", "content": "q", "created_at": 77}"#
        let answer = #"{"role": "assistant", "content": "a"}"#
        let memory = #"""
            {"runs": [
              {"message": \#(message), "messages": [\#(message), \#(answer)], "response": {"run_id": "1", "content": "a"}},
              {"message": \#(message), "response": {"run_id": "2", "content": "a"}},
              {"message": \#(message), "response": {"run_id": "3", "messages": [\#(answer)]}},
              {"message": \#(message), "messages": null, "response": null},
              {"message": null, "member_responses": [{"response": {"agent_id": "m", "content": "c"}}], "response": {"run_id": "5", "team_id": "t"}, "odd": 1}]}
            """#
        let session = try Rows.session(Rows.agent(memory: memory))
        #expect(session.runs.map { $0.data["messages"]?.arrayValue?.count } == [2, 1, 1, 1, nil])
        #expect(session.runs[3].createdAt == 77)
        #expect(WrittenBack.isDerivedID(session.runs[3].runID))
        #expect(session.runs[4].runType == .team)
        #expect(session.runs[4].data[path: "member_responses[0].content"] == "c")
        #expect(session.asides == ["memory.runs[4] unknown_member"])
        // The outer five and the member.
        #expect(session.changes[.tookLegacyRun] == 6)
    }

    @Test("A run without an id gets one, and the second of one id another, the same ones every time")
    func ids() throws {
        let memory =
            #"{"runs": [{"content": 1}, {"run_id": "r", "messages": [{"role": "user"}]}, {"run_id": "r", "messages": [{"role": "user"}]}, {"run_id": ""}, {"run_id": 5}, {"run_id": [1], "content": 1}]}"#
        let session = try Rows.session(Rows.agent(memory: memory))
        let ids = session.runs.map(\.runID)
        #expect(Set(ids).count == ids.count)
        #expect(ids == (try Rows.session(Rows.agent(memory: memory))).runs.map(\.runID))
        #expect(ids != (try Rows.session(Rows.agent(memory: memory, key: "s2"))).runs.map(\.runID))
        #expect(ids.contains("r") && ids.contains("5"))
        #expect(session.renamedRuns == [2])
        #expect(ids[2] == DerivedID.make("s1", "r", "2"))
        for run in session.runs { #expect(run.data["run_id"]?.stringValue == run.runID) }
        let messages = session.runs.compactMap { $0.data[path: "messages[0].id"]?.stringValue }
        #expect(Set(messages).count == 2)
        #expect(session.asides == ["memory.runs[3] not_a_run", "memory.runs[5].run_id bad_value"])
        #expect(session.runs.map(\.index) == Array(0..<session.runs.count))
    }

    @Test("A run that gets another id hands it on to the runs of its steps")
    func renaming() throws {
        let (_, session) = try Rows.workflowRun(
            #"{"run_id": "w", "step_responses": [{"response": {"run_id": "a", "agent_id": "x"}}]}"#)
        let run = session.runs[0].renamed(inSession: "s1")
        #expect(WrittenBack.isDerivedID(run.runID) && run == session.runs[0].renamed(inSession: "s1"))
        #expect(run.data["run_id"]?.stringValue == run.runID)
        #expect(run.data[path: "step_executor_runs[0].parent_run_id"]?.stringValue == run.runID)
        #expect(run.runID != session.runs[0].renamed(inSession: "s2").runID)
    }

    @Test("A run keeps what its class does not know in its metadata, and nothing that means something else later")
    func unknownMembers() throws {
        let (run, session) = try Rows.run(
            #"{"run_id": "r", "input": {"x": 1}, "run": {"run_id": "z"}, "mine": 5, "empty": [], "requirements": [1]}"#)
        #expect(run.json == #"{"run_id": "r", "agent_id": "agent-1", "metadata": {"mine": 5}}"#)
        #expect(
            session.asides == [
                "memory.runs[0].input unknown_member", "memory.runs[0].run unknown_member",
                "memory.runs[0].requirements unknown_member",
            ])
    }

    @Test("A run has a time of its own as whole seconds, else that of its session")
    func times() throws {
        let memory =
            #"{"runs": [{"run_id": "1", "created_at": 12.9}, {"run_id": "2", "created_at": "2025-07-01T12:30:00Z"}, {"run_id": "3", "created_at": "soon"}, {"run_id": "4", "created_at": true}]}"#
        let session = try Rows.session(Rows.agent(memory: memory))
        #expect(session.runs.map(\.createdAt) == [12, 1_751_373_000, 1000, 1000])
        #expect(session.runs[0].data["created_at"]?.json == "12")
        #expect(session.asides == ["memory.runs[2].created_at bad_time", "memory.runs[3].created_at bad_time"])
    }
}

@Suite("Messages")
struct MessageTests {
    private func messages(_ text: String) throws -> (run: JSONValue, session: V1Session) {
        try Rows.run(#"{"run_id": "r", "messages": [\#(text)]}"#)
    }

    @Test("A message is converted with what the later classes check, and keeps what they do not know")
    func checks() throws {
        let (run, session) = try messages(
            #"""
            {"role": "user", "content": {"a": [1, 2.50]}, "name": 5, "created_at": 3.7, "from_history": 0, "mine": {"time": 1}, "id": null},
            {"role": "user", "content": 7, "tool_calls": [1], "stop_after_tool_call": "yes", "citations": {"urls": [{"url": 1}]},
             "references": {"time": 1}, "provider_data": [], "created_at": "never", "compressed_content": "c"},
            {"content": "nobody"}, 5, null
            """#)
        #expect(run["messages"]?.arrayValue?.count == 2)
        #expect(run[path: "messages[0].content"]?.stringValue == #"{"a": [1, 2.50]}"#)
        #expect(run[path: "messages[0].name"] == "5")
        #expect(run[path: "messages[0].created_at"] == 3)
        #expect(run[path: "messages[0].from_history"] == false)
        #expect(run[path: "messages[0].mine"]?.json == #"{"time": 1}"#)
        #expect(run[path: "messages[1].content"] == "7")
        #expect(run[path: "messages[1].id"].map { WrittenBack.isDerivedID($0.stringValue ?? "") } == true)
        let place = "memory.runs[0].messages"
        #expect(
            Set(session.asides) == [
                "\(place)[1].tool_calls bad_value", "\(place)[1].stop_after_tool_call bad_value",
                "\(place)[1].citations bad_value", "\(place)[1].references bad_value",
                "\(place)[1].provider_data not_an_object", "\(place)[1].created_at bad_time",
                "\(place)[1].compressed_content unknown_member", "\(place)[2] bad_value", "\(place)[3] not_an_object",
            ])
    }

    @Test("A message keeps an id that it has")
    func id() throws {
        #expect(try messages(#"{"role": "user", "id": "mine"}"#).run[path: "messages[0].id"] == "mine")
    }
}
