import AgnoSchema
import Foundation
import LosslessJSON
import Testing

@testable import V1Import

/// The rows of `Tests/Fixtures/v1-corpus`, converted and loaded by the classes that will read them.
@Suite("Converted sessions of v1")
struct V1ConversionTests {
    /// Since 2.3 media are read as they are written; before, an agent's session could not hold a team's run.
    private static let releases: [Release] = [.v2_3_26, .v2_5_17, .v3_1_10]

    @Test("are loaded with every run, message and byte of media", arguments: releases)
    func corpus(_ release: Release) async throws {
        try await check(try corpusRows(), on: release)
    }

    private func check(_ rows: [V1Row], on release: Release) async throws {
        let scratch = try Scratch()
        let sessions = rows.compactMap { row in
            if case .session(let session) = V1Conversion(now: 1_760_000_000, json: .python).convert(row) {
                session
            } else {
                nil
            }
        }
        #expect(sessions.count == rows.count)
        let file = try scratch.emptyFile("sessions.jsonl")
        let text = try sessions.map { try #require(columns(of: $0).serializedText()) }.joined(separator: "\n")
        try Data(text.utf8).write(to: file)
        let finished = try await release.script("v1_load.py", [file.path])
        try #require(finished.code == 0, "\(finished.errors)")
        let lines = finished.output.split(separator: "\n")
        #expect(lines.count == sessions.count)
        for (session, line) in zip(sessions, lines) {
            let loaded = try JSONValue(parsing: String(line))
            #expect(loaded["error"]?.isNull == true, "\(session.sessionID): \(loaded["error"]?.stringValue ?? "")")
            let expected = JSONValue.array(session.runs.map { described($0.data, kind: $0.runType) })
            #expect(loaded["runs"].map(plain) == plain(expected), "\(session.sessionID)")
        }
    }

    // MARK: What is in a converted run

    private func described(_ run: JSONValue, kind: V1Session.SessionType) -> JSONValue {
        let lists = ["messages", "additional_input", "reasoning_messages"]
        let messages = lists.flatMap { run[$0]?.arrayValue ?? [] }
        let media = (messages + [run]).flatMap { holder in
            ["images", "videos", "audio", "audio_output", "response_audio"].flatMap { name -> [JSONValue] in
                let value = holder[name] ?? .null
                let items = value.arrayValue ?? (value.isNull ? [] : [value])
                return items.map { $0["content"] ?? $0["url"] ?? $0["filepath"] ?? .null }
            }
        }
        let inner = ["member_responses", "step_executor_runs"].flatMap { run[$0]?.arrayValue ?? [] }
        return [
            "kind": JSONValue(kind.rawValue), "run_id": run["run_id"] ?? .null,
            "messages": .array(messages.map { $0["content"] ?? .null }), "media": .array(media),
            "inner": .array(inner.map { described($0, kind: $0["team_id"] == nil ? .agent : .team) }),
        ]
    }

    /// Strings by what they mean.
    private func plain(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let string): .string(string.value.map { JSONString(decoding: $0) } ?? string)
        case .array(let elements): .array(elements.map(plain))
        case .object(let object):
            .object(JSONObject(members: object.members.map { JSONMember(key: $0.key, value: plain($0.value)) }))
        case .null, .bool, .number: value
        }
    }

    private func columns(of session: V1Session) -> JSONValue {
        let texts = [session.agentID, session.teamID, session.workflowID, session.userID].map { text in
            text.map { JSONValue($0) } ?? .null
        }
        return [
            "session_id": JSONValue(session.sessionID), "session_type": JSONValue(session.sessionType.rawValue),
            "agent_id": texts[0], "team_id": texts[1], "workflow_id": texts[2], "user_id": texts[3],
            "session_data": session.sessionData ?? .null, "agent_data": session.agentData ?? .null,
            "team_data": session.teamData ?? .null, "workflow_data": session.workflowData ?? .null,
            "metadata": session.metadata ?? .null, "summary": session.summary ?? .null,
            "created_at": JSONValue(session.createdAt), "updated_at": session.updatedAt.map { JSONValue($0) } ?? .null,
            // 2.3 looks at the first element of whatever list there is.
            "runs": session.runs.isEmpty ? .null : .array(session.runs.map(\.data)),
        ]
    }

    // MARK: Rows

    private func corpusRows() throws -> [V1Row] {
        let file = Repository.root.appending(path: "Tests/Fixtures/v1-corpus/v1-rows.jsonl")
        let kinds: [String: V1Kind] = [
            "agent_sessions": .agentSessions, "team_sessions": .teamSessions, "workflow_sessions": .workflowSessions,
            "workflow_sessions_v2": .workflowSessions,
        ]
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let entry = try JSONValue(parsing: String(line))
            guard let columns = entry["columns"]?.objectValue, let key = entry["key"]?.stringValue,
                let kind = entry["table"]?.stringValue.flatMap({ kinds[$0] })
            else { return nil }
            var values: [String: SQLValue] = [:]
            for member in columns.members {
                guard let name = member.key.value else { continue }
                values[name] = member.value.int64Value.map(SQLValue.integer) ?? SQLValue(member.value.stringValue)
            }
            return V1Row(kind: kind, key: key, columns: values)
        }
    }
}
