import AgnoSchema
import LosslessJSON

// Sessions of agents, teams and workflows.
extension RowConversion {
    mutating func session(_ row: V1Row, _ type: V1Session.SessionType) -> V1Outcome {
        guard !row.key.isEmpty || !row["session_id"].isNull else { return .refused(.missingKey) }
        rowID = StorableText.cleanedID(row.key)
        if rowID != row.key { note(.cleanedID) }
        var session = V1Session(sessionID: rowID, sessionType: type, createdAt: 0)
        session.userID = text("user_id", of: row).map(StorableText.cleanedID)
        switch type {
        case .agent: session.agentID = id("agent_id", of: row)
        case .team: session.teamID = id("team_id", of: row)
        case .workflow: session.workflowID = id("workflow_id", of: row)
        }
        readData(row, into: &session)
        let memory = object("memory", of: row)
        session.runs = type == .workflow ? workflowRuns(row, memory) : runs(row, memory, in: session)
        if let memory { takeSummary(from: memory, into: &session) }
        setTimes(row, of: &session)
        if type != .workflow, let memory { takeUserMemories(from: memory, into: &session) }
        session.renamedRuns = renamedRuns
        session.parts = parts
        session.changes = changes
        return .session(session)
    }

    private mutating func readData(_ row: V1Row, into session: inout V1Session) {
        if var data = object("session_data", of: row) {
            convertSessionData(&data)
            session.sessionData = .object(data)
        }
        session.agentData = ownerData("agent_data", of: row, if: session.sessionType == .agent)
        session.teamData = ownerData("team_data", of: row, if: session.sessionType == .team)
        session.workflowData = ownerData("workflow_data", of: row, if: session.sessionType == .workflow)
        session.metadata = object("extra_data", of: row).map { .object($0) }
        if let data = object("user_data", of: row), !data.isEmpty {
            add("user_data", .object(data), to: &session.metadata)
        }
        if session.sessionType == .workflow, let name = text("workflow_name", of: row), !name.isEmpty {
            add("name", JSONValue(StorableText.cleaned(name)), to: &session.workflowData)
        }
        if let parent = id("team_session_id", of: row), !parent.isEmpty {
            add("team_session_id", JSONValue(parent), to: &session.metadata)
        }
    }

    /// Keeps a column that later releases do not have as a member of an object, where that has none of the name.
    private func add(_ key: String, _ member: JSONValue, to value: inout JSONValue?) {
        var object = value?.objectValue ?? JSONObject()
        if object[key] == nil { object[key] = member }
        value = .object(object)
    }

    private mutating func ownerData(_ column: String, of row: V1Row, if isWanted: Bool) -> JSONValue? {
        guard isWanted, let data = object(column, of: row), !data.isEmpty else { return nil }
        return .object(data)
    }

    /// Metrics and media of the session; its state is a user's.
    private mutating func convertSessionData(_ data: inout JSONObject) {
        convertMetrics("session_metrics", of: &data, at: "session_data", keepsNulls: true)
        for (key, kind) in [("images", MediaKind.image), ("videos", .video), ("audio", .audio)] {
            convertMediaList(key, of: &data, kind, .sessionData, at: "session_data")
        }
    }

    private mutating func setTimes(_ row: V1Row, of session: inout V1Session) {
        let created = time("created_at", of: row)
        session.updatedAt = time("updated_at", of: row)
        let runTimes = session.runs.compactMap { $0.data["created_at"]?.int64Value }
        session.createdAt = created ?? session.updatedAt ?? runTimes.min() ?? rules.now
        if created == nil { note(.defaultedTime) }
        for index in session.runs.indices {
            session.runs[index].createdAt = session.runs[index].data["created_at"]?.int64Value ?? session.createdAt
        }
    }
}

// The session's summary.
extension RowConversion {
    private mutating func takeSummary(from memory: JSONObject, into session: inout V1Session) {
        if let summary = memory["summary"], summary.isTruthy {
            session.summary = converted(summary: summary, at: "memory.summary")
        } else if case .object(let users)? = memory["summaries"] {
            // Without a user the 1.x releases filed a summary under this name.
            let names = [session.userID, "default"].compactMap { $0 }
            let id = session.sessionID
            guard let found = names.compactMap({ users[$0]?[id] }).first else { return }
            session.summary = converted(summary: found, at: "memory.summaries")
        }
        if session.summary != nil { note(.tookSummary) }
    }

    /// Later releases take these three members and no other.
    private mutating func converted(summary value: JSONValue, at path: String) -> JSONValue? {
        guard case .object(var summary) = value else {
            setAside(value, .notAnObject, at: path)
            return nil
        }
        check(&summary, ["summary": .text, "topics": .list, "last_updated": .text], at: path)
        guard let text = summary.take("summary") else {
            setAside(value, .badValue, at: path)
            return nil
        }
        var result: JSONObject = ["summary": text]
        if let topics = summary.take("topics") { result["topics"] = topics }
        if let updated = summary.take("last_updated") {
            if let text = updated.stringValue.flatMap(Self.isoTime) {
                result["updated_at"] = JSONValue(text)
            } else {
                setAside(updated, .badTime, at: "\(path).last_updated")
            }
        }
        if !summary.isEmpty { setAside(.object(summary), .unknownMember, at: path) }
        return .object(result)
    }

    /// A time that all Python releases read.
    private static func isoTime(_ text: String) -> String? {
        guard EpochSeconds(iso8601: text) != nil, !text.contains(",") else { return nil }
        return text.hasSuffix("Z") || text.hasSuffix("z") ? text.dropLast() + "+00:00" : text
    }
}
