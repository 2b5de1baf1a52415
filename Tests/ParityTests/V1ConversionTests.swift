import AgnoV1
import AgnoV1Support
import Foundation
import LosslessJSON
import Testing

/// Rows of v1, converted and loaded by the classes that will read them.
@Suite("Converted sessions of v1")
struct V1ConversionTests {
    /// Since 2.3 media are read as they are written; before, an agent's session could not hold a team's run.
    private static let releases: [Release] = [.v2_3_26, .v2_5_17, .v3_1_10]

    @Test("are loaded with every run, message and byte of media", arguments: releases)
    func corpus(_ release: Release) async throws {
        let entries = try Corpus.shared.get().entries
        try await check(entries.map(\.row).filter { $0.kind != .memories }, on: release)
    }

    @Test("are loaded by every class, whatever stood in the rows", arguments: releases)
    func random(_ release: Release) async throws {
        let kinds: [V1Kind] = [.agentSessions, .teamSessions, .workflowSessions]
        let rows = (0..<300 as Range<UInt64>).map { seed in
            var values = RandomValues(seed: seed)
            return values.session(kinds[Int(seed % 3)], key: "s\(seed)")
        }
        try await check(rows, on: release)
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
        let holders = messages.map { ($0, "audio_output") } + [(run, "response_audio")]
        let media = holders.flatMap { holder, reply in
            ["images", "videos", "audio", reply].flatMap { name -> [JSONValue] in
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

    /// Strings by what they mean, floats by value, of duplicate keys the last value: as Python reads and writes.
    private func plain(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let string): .string(string.value.map { JSONString(decoding: $0) } ?? string)
        case .number(let number): number.isInteger ? value : JSONValue(number.double ?? 0)
        case .array(let elements): .array(elements.map(plain))
        case .object(let object):
            .object(object.members.reduce(into: JSONObject()) { $0[$1.key.value ?? "?"] = plain($1.value) })
        case .null, .bool: value
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
}
