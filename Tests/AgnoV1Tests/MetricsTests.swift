import AgnoSchema
import LosslessJSON
import Testing

@testable import AgnoV1

@Suite("Metrics")
struct MetricsTests {
    private func metrics(_ text: String) throws -> (metrics: JSONValue?, session: V1Session) {
        let (run, session) = try Rows.run(#"{"run_id": "r", "metrics": \#(text)}"#)
        return (run["metrics"], session)
    }

    @Test("Metrics get their later names")
    func names() throws {
        let (metrics, session) = try metrics(
            #"{"time": 1.50, "audio_tokens": 1, "input_audio_tokens": 2, "output_audio_tokens": 3, "cached_tokens": 4, "cache_read_tokens": 9, "input_tokens": 5, "prompt_tokens": 6, "completion_tokens": 7, "prompt_tokens_details": {}, "reasoning_tokens": null}"#
        )
        #expect(
            metrics?.json
                == #"{"input_tokens": 5, "output_tokens": 7, "duration": 1.50, "audio_total_tokens": 1, "audio_input_tokens": 2, "audio_output_tokens": 3, "cache_read_tokens": 4}"#
        )
        #expect(session.changes[.renamedMetrics] == 5)
    }

    @Test(
        "Metrics that v1 kept per call are summed, and the first time to a token is kept",
        arguments: [
            ("[10, 4]", "14"), ("[1.0, 2]", "3.0"), ("[]", "0"), ("[null, 3]", "3"),
            ("[9223372036854775807, 1]", "9.223372036854775808e+18"), ("[3]", "3"),
        ])
    func lists(list: String, sum: String) throws {
        let (metrics, _) = try metrics(#"{"input_tokens": \#(list), "time_to_first_token": [null, 0.25, 0.5]}"#)
        #expect(metrics?["input_tokens"]?.doubleValue == Double(sum))
        if !sum.contains("+") { #expect(metrics?["input_tokens"]?.json == sum) }
        #expect(metrics?["time_to_first_token"]?.json == "0.25")
    }

    @Test("Metrics of a provider are merged, and members that 2.x does not know are kept where it looks for such")
    func unknown() throws {
        let (metrics, session) = try metrics(
            #"{"cost_usd": [0.01, 0.02], "input_tokens": ["a"], "time": "slow", "additional_metrics": [{"q": 1, "s": "a"}, {"q": 2, "s": "b", "r": 0.5}], "timer": {"x": 1}, "provider_metrics": [7]}"#
        )
        #expect(
            metrics?["additional_metrics"]
                == (try JSONValue(
                    parsing:
                        #"{"q": 3, "s": "b", "r": 0.5, "cost_usd": 0.03, "input_tokens": ["a"], "duration": "slow"}"#)))
        #expect(session.asides == ["memory.runs[0].metrics.provider_metrics not_an_object"])
        #expect(session.changes[.keptUnknownMetrics] == 3)
    }

    @Test("Names of the same characters in other bytes are two, where metrics and metadata are merged")
    func equivalentNames() throws {
        let (first, second) = ("caf\u{E9}", "cafe\u{301}")
        let (metrics, session) = try metrics(
            #"{"additional_metrics": [{"\#(first)": 1}, {"\#(second)": 2}], "\#(first)~": [5], "a\#u{308}": 6, "\#u{E4}": 7}"#
        )
        #expect(metrics?["additional_metrics"]?[first] == 1 && metrics?["additional_metrics"]?[second] == 2)
        #expect(metrics?["additional_metrics"]?.objectValue?.members.count == 5 && session.asides == [])
        let (run, other) = try Rows.run(#"{"run_id": "r", "metadata": {"\#(first)": 1}, "\#(second)": 2}"#)
        #expect(run["metadata"]?[first] == 1 && run["metadata"]?[second] == 2 && other.asides == [])
        let steps = #"{"steps": {"\#(first)": {"metrics": {}}, "\#(second)": {"metrics": {}}}}"#
        let (flow, third) = try Rows.workflowRun(#"{"run_id": "r", "workflow_metrics": \#(steps)}"#)
        #expect(flow["metrics"]?["steps"]?.objectValue?.members.count == 2 && third.asides == [])
    }

    @Test(
        "Metrics that 2.3 would refuse a session for are not counted", arguments: ["2.5", "1E400", "NaN", #""7""#])
    func oddCounts(count: String) throws {
        let (metrics, _) = try metrics(#"{"input_tokens": \#(count), "output_tokens": 3.0, "time": 2.5}"#)
        #expect(
            metrics?.json
                == #"{"output_tokens": 3.0, "duration": 2.5, "additional_metrics": {"input_tokens": \#(count)}}"#)
    }

    @Test("Metrics of a session keep their nulls")
    func session() throws {
        let session = try Rows.session(
            Rows.agent([
                "session_data": .text(
                    #"{"session_metrics": {"time": 1, "timer": null, "additional_metrics": null}, "session_state": {"metrics": {"time": 1}}}"#
                )
            ]))
        #expect(
            session.sessionData?.json
                == #"{"session_metrics": {"timer": null, "additional_metrics": null, "duration": 1}, "session_state": {"metrics": {"time": 1}}}"#
        )
    }

    @Test("Metrics of a workflow are entries of steps, whatever v1 kept them as")
    func workflow() throws {
        let (run, session) = try Rows.workflowRun(
            #"""
            {"run_id": "w", "workflow_name": "W", "metrics": {"time": [1, 2]}, "workflow_metrics": {"total_steps": 2, "steps": {
              "W": {"step_name": "W", "executor_type": "agent", "executor_name": "A", "metrics": {"time": 1}},
              "p": {"step_name": "p", "executor_type": "parallel", "executor_name": "P", "parallel_steps": {
                 "q": {"executor_type": null, "metrics": {"time": 2}}, "W": {"metrics": {}}}}, "x": 5}}}
            """#)
        #expect(
            run["metrics"]
                == (try JSONValue(
                    parsing: #"""
                        {"total_steps": 2, "steps": {
                          "W": {"step_name": "W", "executor_type": "agent", "executor_name": "A", "metrics": {"duration": 1}},
                          "p": {"step_name": "p", "executor_type": "parallel", "executor_name": "P"},
                          "q": {"metrics": {"duration": 2}, "step_name": "q", "executor_type": "", "executor_name": ""},
                          "W 2": {"step_name": "W 2", "executor_type": "workflow", "executor_name": "W", "metrics": {"duration": 3}}}}
                        """#)))
        #expect(
            session.asides == [
                "runs[0].workflow_metrics.steps[1].parallel_steps[1] bad_value",
                "runs[0].workflow_metrics.steps[2] bad_value",
            ])
    }
}
