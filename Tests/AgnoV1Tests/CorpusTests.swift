import AgnoSchema
import AgnoV1Support
import LosslessJSON
import Testing

@testable import AgnoV1

@Suite("The corpus of rows written by 1.8.4")
struct CorpusTests {
    private let conversion = V1Conversion(now: 1_760_000_000, json: .python)

    private func session(_ table: String, _ key: String) throws -> V1Session {
        let entry = try #require(try Corpus.shared.get().entry(table, key))
        guard case .session(let session) = conversion.convert(entry.row) else {
            throw TestFailure("\(entry) is no session")
        }
        return session
    }

    private func memory(_ key: String) throws -> V1Memory {
        let entry = try #require(try Corpus.shared.get().entry("memories", key))
        guard case .memory(let memory) = conversion.convert(entry.row) else {
            throw TestFailure("\(entry) is no memory")
        }
        return memory
    }

    @Test("The corpus has the 62 rows that it is known to have")
    func size() throws {
        #expect(try Corpus.shared.get().entries.count == 62)
    }

    @Test(
        "The corpus becomes the sessions that the original makes of decoded rows, but for its defects"
    )
    func sessions() throws {
        let originals = try Corpus.results("v2-3.1.10-decoded")
        var unused = DeliberateDifferences.sessions
        for entry in try Corpus.shared.get().entries where entry.row.kind != .memories {
            guard case .session(let session) = conversion.convert(entry.row) else {
                Issue.record("\(entry) was refused")
                continue
            }
            guard let original = originals["\(entry)"]?["agno_sessions"]?[0]?.objectValue else { continue }
            let found = WrittenBack.differences(.object(decoded(original)), .object(columns(of: session)))
            explain(found, of: entry, by: DeliberateDifferences.sessions, &unused)
        }
        #expect(unused.map { "\($0.key) \($0.place)" } == [])
    }

    @Test(
        "The corpus becomes the runs that the original should store, but for its defects",
        arguments: ["3.1.10", "2.3.26"])
    func runs(release: String) throws {
        let isNew = release == "3.1.10"
        let originals = try Corpus.results(isNew ? "v2-3.1.10-runs" : "v2-2.3.26-decoded")
        let deliberate = DeliberateDifferences.runs.filter { $0.release == nil || $0.release == release }
        var unused = deliberate
        for entry in try Corpus.shared.get().entries where entry.row.kind != .memories {
            guard case .session(let session) = conversion.convert(entry.row),
                let original = originals["\(entry)"], original["agno_sessions"] != nil
            else { continue }
            let theirs = isNew ? runsOfTable(original) : runsOfColumn(original)
            let found = WrittenBack.differences(
                .object(["runs": .array(theirs)]), .object(["runs": .array(session.runs.map(\.data))]))
            explain(found, of: entry, by: deliberate, &unused)
        }
        #expect(unused.map { "\($0.key) \($0.place)" } == [])
    }

    @Test("The corpus is stored whole where the original drops a session or aborts")
    func stored() throws {
        let originals = try Corpus.results("v2-3.1.10-decoded")
        var expected = Set(DeliberateDifferences.stored.map { "\($0.table)/\($0.key)" })
        for entry in try Corpus.shared.get().entries where entry.row.kind != .memories {
            if originals["\(entry)"]?["agno_sessions"] == nil {
                #expect(expected.remove("\(entry)") != nil, "\(entry)")
            }
        }
        #expect(expected == [])
        #expect(try session("agent_sessions", "a35-bad-message-image").runs.count == 1)
        #expect(try session("workflow_sessions_v2", "x03-metrics").runs.count == 1)
    }

    @Test("The corpus has the columns of the runs table that the original's own writer fills")
    func runColumns() throws {
        for (name, original) in try Corpus.results("v2-3.1.10-runs") {
            guard let entry = try Corpus.shared.get().entries.first(where: { "\($0)" == name }),
                case .session(let session) = conversion.convert(entry.row)
            else { continue }
            for row in original["agno_runs"]?.arrayValue ?? [] {
                guard let id = row["run_id"]?.stringValue, row["team_id"]?.isNull != false || id != "trun-1" else {
                    continue
                }
                let run = try #require(session.runs.first { $0.runID == id })
                // The one run with two owners: D26.
                if entry.row.key.hasPrefix("t05") { continue }
                #expect(run.runType.rawValue == row["run_type"]?.stringValue)
                #expect(run.agentID == row["agent_id"]?.stringValue)
                #expect(run.workflowID == row["workflow_id"]?.stringValue)
                #expect(run.parentRunID == row["parent_run_id"]?.stringValue)
                #expect(run.status == row["status"]?.stringValue)
                #expect(run.createdAt == row["created_at"]?.int64Value)
            }
        }
    }

    @Test("The corpus sets aside, by path and reason, exactly what cannot be understood")
    func parts() throws {
        var found: Set<String> = []
        for entry in try Corpus.shared.get().entries {
            let parts: [V1Part] =
                switch conversion.convert(entry.row) {
                case .session(let session): session.parts
                case .memory(let memory): memory.parts
                case .refused: []
                }
            for part in parts { found.insert("\(entry.row.key.prefix(3)) \(part.path) \(part.reason.rawValue)") }
        }
        #expect(
            found == [
                "a25 memory.runs.a25 other_session", "a26 memory unreadable", "a27 memory not_an_object",
                "a34 memory.runs[0].response_audio no_source", "z01 memory unreadable",
                "a35 memory.runs[0].messages[0].images[0] no_source", "m06 memory.flag unknown_member",
            ])
    }

    @Test("The corpus keeps every message's media as the bytes that a user gave")
    func media() throws {
        let image = try session("agent_sessions", "a08-images").runs[0].data["messages"]?[0]?["images"]?[1]
        #expect(bytes(image?["content"]) == [0x89] + Array("PNG raw bytes".utf8))
        let sound = try session("agent_sessions", "a11-message-audio").runs[0].data["messages"]?[0]?["audio"]?[0]
        #expect(bytes(sound?["content"]) == Array("RIFFdata".utf8))
        #expect(sound?["mime_type"]?.stringValue == "audio/wav")
        let reply = try session("agent_sessions", "a10-audio").runs[0].data["response_audio"]
        #expect(reply?["content"]?.stringValue == "UklGRiQAAABXQVZFZm10IBAAAAABAAEA")
        #expect(reply?["transcript"]?.stringValue == "spoken words")
    }

    @Test("The corpus keeps the first generation's conversations")
    func firstGeneration() throws {
        let agent = try session("agent_sessions", "a24-legacy-memory")
        #expect(agent.runs.map(\.runID) == ["run-1"])
        #expect(agent.runs[0].data["messages"]?.arrayValue?.map { $0["content"]?.stringValue } == ["q", "a"])
        let workflow = try session("workflow_sessions", "w01-legacy")
        #expect(workflow.runs.map(\.runID) == ["run-21"])
        #expect(workflow.runs[0].data["input"]?["topic"] == "x")
        #expect(workflow.runs[0].data["content"] == "answer 21")
        #expect(workflow.runs[0].data["step_executor_runs"]?[0]?["parent_run_id"] == "run-21")
    }

    @Test(
        "The corpus takes no summary of another session, and counts the memories that stay where they are"
    )
    func summary() throws {
        // The corpus files the summary of this row under another session's id.
        let session = try session("agent_sessions", "a28-summaries")
        #expect(session.summary == nil)
        #expect(session.changes[.leftUserMemories] == 1)
    }

    @Test("The corpus gives a session without a creation time one that is known")
    func creationTime() throws {
        let session = try session("agent_sessions", "a03-runs-empty-list")
        #expect(session.createdAt == 1_760_000_000)
        #expect(session.updatedAt == nil)
        #expect(session.changes[.defaultedTime] == 1)
    }

    @Test("The corpus becomes memories with the ids, texts, topics and times of v1")
    func memories() throws {
        let first = try memory("m01")
        #expect(first.memoryID == "m01")
        #expect(first.memory == "likes tea")
        #expect(first.topics == ["drink"])
        #expect(first.input == "I like tea")
        #expect(first.userID == "user-1")
        #expect(first.createdAt == 1_751_356_800)
        #expect(first.updatedAt == 1_751_447_411)
        #expect(try memory("m02").memory == #"name is O'Brien "Bob" 😀"#)
        #expect(try memory("m03").memory == "ab")
        #expect(try memory("m03").topics == ["t"])
        #expect(try memory("m04").userID == nil)
        #expect(try memory("m06").memory == "x")
        let empty = try #require(try Corpus.shared.get().entry("memories", "m05"))
        #expect(conversion.convert(empty.row) == .refused(.emptyMemory))
    }

    @Test("The corpus gives the same result every time")
    func repeatable() throws {
        for entry in try Corpus.shared.get().entries {
            #expect(conversion.convert(entry.row) == conversion.convert(entry.row))
        }
    }

    // MARK: Helpers

    private func explain(
        _ found: [String], of entry: Corpus.Entry, by entries: [DeliberateDifferences.Entry],
        _ unused: inout [DeliberateDifferences.Entry]
    ) {
        let own = entries.filter { $0.table == entry.table && $0.key == entry.row.key }
        for place in found where !own.contains(where: { place.hasPrefix($0.place) }) {
            Issue.record("\(entry) differs at \(place)")
        }
        unused.removeAll { candidate in
            own.contains { $0.key == candidate.key && $0.place == candidate.place }
                && found.contains { $0.hasPrefix(candidate.place) }
        }
    }

    private func decoded(_ row: JSONObject) -> JSONObject {
        var result = row
        for name in ["session_data", "agent_data", "team_data", "workflow_data", "metadata", "summary"] {
            result[name] = decoded(row[name])
        }
        result["runs"] = nil
        return result
    }

    /// JSON that was encoded, once or twice.
    private func decoded(_ value: JSONValue?) -> JSONValue? {
        guard let text = value?.stringValue, let inner = try? JSONValue(parsing: text) else { return value }
        return inner.kind == .string ? decoded(inner) : inner
    }

    private func columns(of session: V1Session) -> JSONObject {
        var columns: JSONObject = [
            "session_id": JSONValue(session.sessionID), "session_type": JSONValue(session.sessionType.rawValue),
            "created_at": JSONValue(session.createdAt),
        ]
        let texts = [
            ("agent_id", session.agentID), ("team_id", session.teamID), ("workflow_id", session.workflowID),
            ("user_id", session.userID),
        ]
        for (name, text) in texts { columns[name] = text.map { JSONValue($0) } }
        let values = [
            ("session_data", session.sessionData), ("agent_data", session.agentData), ("team_data", session.teamData),
            ("workflow_data", session.workflowData), ("metadata", session.metadata), ("summary", session.summary),
            ("updated_at", session.updatedAt.map { JSONValue($0) }),
        ]
        for (name, value) in values { columns[name] = value }
        return columns
    }

    private func runsOfTable(_ original: JSONObject) -> [JSONValue] {
        let rows = original["agno_runs"]?.arrayValue ?? []
        return rows.sorted { ($0["run_index"]?.int64Value ?? 0) < ($1["run_index"]?.int64Value ?? 0) }
            .compactMap { decoded($0["run_data"]) }
    }

    private func runsOfColumn(_ original: JSONObject) -> [JSONValue] {
        decoded(original["agno_sessions"]?[0]?["runs"])?.arrayValue ?? []
    }

    private func bytes(_ value: JSONValue?) -> [UInt8]? {
        guard var text = value?.stringValue else { return nil }
        return text.withUTF8 { Base64.decode($0) }
    }
}

/// Why a test could not go on.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
