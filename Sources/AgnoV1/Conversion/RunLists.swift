import AgnoSchema
import LosslessJSON

/// An element of a list of runs, its path and its position in the list, from 0.
private struct ListedRun {
    var value: JSONValue
    var path: String
    var position: Int

    static func all(_ elements: [JSONValue], at path: String) -> [ListedRun] {
        elements.enumerated().map { ListedRun(value: $1, path: "\(path)[\($0)]", position: $0) }
    }
}

// The lists of runs in a row.
extension RowConversion {
    /// The runs of an agent's or a team's session.
    mutating func runs(_ row: V1Row, _ memory: JSONObject?, in session: V1Session) -> [V1Run] {
        guard let memory else { return [] }
        let listed = listedRuns(in: memory, key: row.key)
        if memory.has("team_context") { note(.leftTeamContext) }
        // Later releases have no place for them.
        if listed.isEmpty, let messages = memory["messages"], messages.isTruthy {
            setAside(messages, .withoutRun, at: "memory.messages")
        }
        let owner: RunOwner = session.sessionType == .team ? .team : .agent
        var seen: Set<ExactText> = []
        var result: [V1Run] = []
        for run in listed {
            runPath = run.path
            defer { runPath = "" }
            guard let object = runObject(run) else { continue }
            let runID = runID(of: object, at: run.position)
            runKey = "\(runID.text)#\(run.position)"
            let kind = Self.owner(of: object, default: owner)
            let ownerID = kind == owner ? (kind == .agent ? session.agentID : session.teamID) : nil
            var data = convertedRun(object, of: kind, ownerID: ownerID, at: "")
            data["run_id"] = runID.value
            append(data, kind == .agent ? .agent : .team, runID.text, to: &result, seen: &seen)
        }
        return result
    }

    /// The runs of a workflow's session: the list of the second generation, then those in the memory of the first.
    mutating func workflowRuns(_ row: V1Row, _ memory: JSONObject?) -> [V1Run] {
        var listed = ListedRun.all(list("runs", of: row) ?? [], at: "runs")
        if let memory { listed += listedRuns(in: memory, key: row.key) }
        var seen: Set<ExactText> = []
        var result: [V1Run] = []
        for (position, run) in listed.enumerated() {
            runPath = run.path
            defer { runPath = "" }
            guard case .object(var object) = run.value else {
                setAside(run.value, .notAnObject, at: "")
                continue
            }
            var input: JSONValue?
            let hasNoID = object["run_id"] == nil
            let isFirstGeneration = object["response"]?.kind == .object || (hasNoID && object.has("input"))
            if isFirstGeneration {
                input = object.take("input")
                object = unwrapped(object, at: "")
            }
            guard isFirstGeneration || Self.isRun(object) else {
                setAside(run.value, .notARun, at: "")
                continue
            }
            let runID = runID(of: object, at: position)
            runKey = "\(runID.text)#\(position)"
            let data = convertedWorkflowRun(object, input: input, runID: runID.value)
            append(data, .workflow, runID.text, to: &result, seen: &seen)
        }
        return result
    }

    /// The elements of `memory.runs`: a list, or lists filed under the ids of their sessions.
    private mutating func listedRuns(in memory: JSONObject, key: String) -> [ListedRun] {
        guard let runs = memory["runs"], runs.isTruthy else { return [] }
        switch runs {
        case .array(let elements): return ListedRun.all(elements, at: "memory.runs")
        case .object(let sessions) where sessions.members.allSatisfy({ $0.value.kind == .array || $0.value.isNull }):
            var own: [ListedRun] = []
            for member in sessions.members {
                guard case .array(let elements) = member.value, !elements.isEmpty else { continue }
                let name = member.key.value ?? ""
                if [ExactText(key), ExactText(rowID)].contains(ExactText(name)) {
                    own += ListedRun.all(elements, at: "memory.runs")
                } else {
                    setAside(member.value, .otherSession, at: "memory.runs.\(name)")
                }
            }
            return own
        case .object, .null, .bool, .number, .string:
            setAside(runs, .notAList, at: "memory.runs")
            return []
        }
    }

    /// The run in an element; nil if it is not a run.
    private mutating func runObject(_ run: ListedRun) -> JSONObject? {
        guard case .object(let object) = run.value else {
            setAside(run.value, .notAnObject, at: "")
            return nil
        }
        let isWrapper = Self.isWrapper(object)
        let result = unwrapped(object, at: "")
        guard isWrapper || Self.isRun(result) else {
            setAside(run.value, .notARun, at: "")
            return nil
        }
        return result
    }

    private static func isRun(_ object: JSONObject) -> Bool {
        [
            "run_id", "content", "messages", "agent_id", "team_id", "workflow_id", "session_id", "status", "tools",
            "member_responses", "step_responses",
        ].contains { object.has($0) }
    }

    /// The run's id, or one derived from its position.
    private mutating func runID(of run: JSONObject, at position: Int) -> (text: String, value: JSONValue) {
        if let id = run["run_id"]?.stringLiteral, let text = id.value, !text.isEmpty { return (text, .string(id)) }
        if let number = run["run_id"]?.numberValue { return (number.text, JSONValue(number.text)) }
        note(.derivedID)
        let id = DerivedID.make("run", rowID, String(position))
        return (id, JSONValue(id))
    }

    private mutating func append(
        _ data: JSONObject, _ type: V1Session.SessionType, _ runID: String, to runs: inout [V1Run],
        seen: inout Set<ExactText>
    ) {
        var run = V1Run(runID: runID, runType: type, index: runs.count, data: .object(data), createdAt: 0)
        run.agentID = data["agent_id"]?.stringValue
        run.teamID = data["team_id"]?.stringValue
        run.workflowID = data["workflow_id"]?.stringValue
        run.parentRunID = data["parent_run_id"]?.stringValue
        run.status = data["status"]?.stringValue
        if !seen.insert(ExactText(runID)).inserted {
            run = run.renamed(inSession: rowID)
            seen.insert(ExactText(run.runID))
            renamedRuns.append(run.index)
            note(.derivedID)
        }
        runs.append(run)
        runKey = ""
    }
}

extension V1Run {
    /// The same run with an id of its own, for the second one of an id: UUIDv5 of session, run and position. The runs of its
    /// steps follow.
    package func renamed(inSession sessionID: String) -> V1Run {
        var run = self
        run.runID = DerivedID.make(sessionID, runID, String(index))
        let old = data["run_id"]
        run.data.modifyObject { object in
            object["run_id"] = JSONValue(run.runID)
            object["step_executor_runs"]?.modifyArray { executorRuns in
                for index in executorRuns.indices where executorRuns[index]["parent_run_id"] == old {
                    executorRuns[index].modifyObject { $0["parent_run_id"] = JSONValue(run.runID) }
                }
            }
        }
        return run
    }
}
