import LosslessJSON

// Runs of workflows of both generations.
extension RowConversion {
    private static let workflowFields: [String: FieldType] = [
        "content_type": .text, "metrics": .object, "workflow_id": .text, "workflow_name": .text, "run_id": .text,
        "session_id": .text, "parent_run_id": .text, "user_id": .text, "created_at": .seconds, "status": .text,
        "step_responses": .list, "workflow_metrics": .object, "extra_data": .object, "metadata": .object,
        "response_audio": .object, "step_results": .reserved, "step_executor_runs": .reserved,
        "workflow_agent_run": .reserved, "step_requirements": .reserved, "router_requirements": .reserved,
        "error_requirements": .reserved, "cancellation_stage": .reserved, "queue_attempt": .reserved,
        "pause_kind": .reserved, "paused_step_index": .reserved, "paused_step_name": .reserved,
    ]

    /// Members by which a run is one of an agent or a team, however it came into a workflow's session.
    private static let executorMarks = [
        "agent_id", "agent_name", "team_id", "team_name", "messages", "tools", "member_responses", "model",
        "model_provider", "thinking", "reasoning_content", "citations",
    ]

    /// Converts an element of the list, or the response of a first-generation run with the input kept beside it.
    mutating func convertedWorkflowRun(_ run: JSONObject, input: JSONValue?, runID: JSONValue) -> JSONObject {
        var executorRuns: [JSONValue] = []
        var result = run
        if Self.executorMarks.contains(where: { run.has($0) }) {
            executorRuns.append(executorRun(from: run, of: runID, at: "response"))
            let shared = [
                "content", "content_type", "workflow_id", "workflow_name", "run_id", "session_id", "created_at",
                "status", "images", "videos", "audio", "response_audio", "step_responses", "workflow_metrics",
            ]
            result.members.removeAll { member in !shared.contains { member.key.means($0) } }
        }
        check(&result, Self.workflowFields, at: "")
        result["run_id"] = runID
        dropEvents(of: &result)
        if let input, !input.isNull { result["input"] = input }
        moveExtraData(of: &result)
        convertMediaOfRun(&result, at: "")
        convertSteps(of: &result, runID: runID, into: &executorRuns)
        convertWorkflowMetrics(of: &result)
        if !executorRuns.isEmpty { result["step_executor_runs"] = .array(executorRuns) }
        moveUnknownMembers(of: &result, besides: RunFields.workflow, at: "")
        return result
    }

    /// A user's data about the run is its metadata.
    private mutating func moveExtraData(of run: inout JSONObject) {
        guard case .object(let extra)? = run.take("extra_data"), !extra.isEmpty else { return }
        if run["metadata"] == nil {
            run["metadata"] = .object(extra)
            note(.liftedExtraData)
        } else {
            setAside(.object(extra), .unknownMember, at: "extra_data")
        }
    }

    /// A run of an agent or a team that a workflow made; it knows the workflow's run.
    private mutating func executorRun(from run: JSONObject, of workflowRunID: JSONValue, at path: String) -> JSONValue {
        let isOwnRun = run["run_id"] == workflowRunID || !run.has("run_id")
        var converted = convertedRun(run, of: Self.owner(of: run, default: .agent), at: path)
        if isOwnRun { converted["run_id"] = derivedID(for: "\(path).run_id") }
        converted["parent_run_id"] = workflowRunID
        return .object(converted)
    }
}

// Steps.
extension RowConversion {
    private static let stepFields: [String: FieldType] = [
        "step_name": .text, "step_id": .text, "step_type": .text, "executor_type": .text, "executor_name": .text,
        "response": .object, "metrics": .object, "success": .flag, "error": .text, "stop": .flag,
        "parallel_step_outputs": .object, "steps": .list, "step_run_id": .reserved, "is_paused": .reserved,
    ]

    private mutating func convertSteps(
        of run: inout JSONObject, runID: JSONValue, into executorRuns: inout [JSONValue]
    ) {
        guard let steps = run.take("step_responses") else { return }
        var results: [JSONValue] = []
        for (index, element) in (steps.arrayValue ?? []).enumerated() {
            let path = "step_responses[\(index)]"
            // Some releases kept the steps of a group as a list of their own.
            let list: JSONValue = element.kind == .array ? element : .array([element])
            for (step, inner) in objects(list, at: path) {
                let path = element.kind == .array ? inner : path
                results.append(convertedStep(step, runID: runID, into: &executorRuns, at: path))
            }
        }
        run["step_results"] = .array(results)
    }

    private mutating func convertedStep(
        _ step: JSONObject, runID: JSONValue, into executorRuns: inout [JSONValue], at path: String
    ) -> JSONValue {
        var step = step
        check(&step, Self.stepFields, at: path)
        convertMetrics("metrics", of: &step, at: path)
        for (key, kind) in [("images", MediaKind.image), ("videos", .video), ("audio", .audio), ("files", .file)] {
            convertMediaList(key, of: &step, kind, .run, at: path)
        }
        if case .object(let response)? = step.take("response"), !response.isEmpty {
            let run = executorRun(from: unwrapped(response, at: path), of: runID, at: "\(path).response")
            executorRuns.append(run)
            step["step_run_id"] = run["run_id"]
            note(.tookStepRun)
        }
        var inner: [JSONValue] = []
        if let steps = step.take("steps") {
            for (object, path) in objects(steps, at: "\(path).steps") {
                inner.append(convertedStep(object, runID: runID, into: &executorRuns, at: path))
            }
        }
        if case .object(let outputs)? = step.take("parallel_step_outputs") {
            for (index, output) in outputs.members.enumerated() {
                let path = "\(path).parallel_step_outputs[\(index)]"
                guard case .object(var object) = output.value else {
                    setAside(output.value, .notAnObject, at: path)
                    continue
                }
                if object["step_name"]?.isNull ?? true { object["step_name"] = .string(output.key) }
                inner.append(convertedStep(object, runID: runID, into: &executorRuns, at: path))
            }
        }
        if !inner.isEmpty { step["steps"] = .array(inner) }
        return .object(step)
    }
}

// Metrics of a workflow: one entry per step.
extension RowConversion {
    private struct StepMetrics {
        var entries = JSONObject()
        var names = UnusedNames()
    }

    private mutating func convertWorkflowMetrics(of run: inout JSONObject) {
        let flat = run.take("metrics")?.objectValue
        var steps = StepMetrics()
        var result: JSONObject?
        if case .object(var metrics)? = run.take("workflow_metrics") {
            let path = "workflow_metrics"
            if let value = metrics.take("steps") {
                if case .object(let entries) = value {
                    addSteps(entries, to: &steps, at: "\(path).steps")
                } else {
                    setAside(value, .notAnObject, at: "\(path).steps")
                }
            }
            check(&metrics, ["duration": .number, "timer": .reserved], at: path)
            result = metrics
        }
        if var flat {
            convert(&flat, at: "metrics", keepsNulls: false)
            if !flat.isEmpty {
                addRunMetrics(flat, of: run, to: &steps)
                result = result ?? JSONObject()
            }
        }
        guard var result else { return }
        result["steps"] = .object(steps.entries)
        run["metrics"] = .object(result)
    }

    /// The metrics that v1 kept for the whole run, as an entry of its own: later releases have only entries.
    private func addRunMetrics(_ metrics: JSONObject, of run: JSONObject, to steps: inout StepMetrics) {
        let name = run["workflow_name"]?.stringValue ?? "workflow"
        let key = steps.names.take(name) { "\(name) \($0)" }
        let entry: JSONValue = [
            "step_name": JSONValue(key), "executor_type": "workflow", "executor_name": JSONValue(name),
            "metrics": .object(metrics),
        ]
        steps.entries.members.append(JSONMember(key: JSONString(decoding: key), value: entry))
    }

    /// v1 nests parallel steps in another entry; later releases put them beside it.
    private mutating func addSteps(_ entries: JSONObject, to steps: inout StepMetrics, at path: String) {
        let types: [String: FieldType] = [
            "step_name": .text, "executor_type": .text, "executor_name": .text, "metrics": .object,
            "parallel_steps": .object,
        ]
        for (index, member) in entries.members.enumerated() {
            let path = "\(path)[\(index)]"
            guard case .object(var entry) = member.value, let name = member.key.value, !steps.names.has(name) else {
                setAside(member.value, .badValue, at: path)
                continue
            }
            check(&entry, types, at: path)
            convertMetrics("metrics", of: &entry, at: path)
            // All three are wanted, none is looked up.
            if entry["step_name"] == nil { entry["step_name"] = .string(member.key) }
            for key in ["executor_type", "executor_name"] where entry[key] == nil { entry[key] = "" }
            let parallel = entry.take("parallel_steps")
            _ = steps.names.take(name) { "\(name) \($0)" }
            steps.entries.members.append(JSONMember(key: member.key, value: .object(entry)))
            if case .object(let inner)? = parallel { addSteps(inner, to: &steps, at: "\(path).parallel_steps") }
        }
    }
}
