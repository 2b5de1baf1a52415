/// Where our result differs from the original's on purpose: the defect of the original that it is right about.
///
/// Numbers are those of the list of defects that this project keeps of the original's migration:
///
///     D6  one odd row aborts everything            D16 runs of the first generation vanish
///     D7  a session that does not load is dropped  D17 steps and metrics of workflows vanish
///     D9  no creation time                         D19 media on messages stay compressed
///     D14 rules are applied to users' data         D22 metrics of runs stay lists
///     D15 the time of references is lost           D25 keys keep what PostgreSQL refuses
///     D26 runs without an owner vanish, one of two owners is an agent's
///     D29 the session of the team is lost
///
/// Of D1, D4, D12, D13, D18 and D28 the tests of the sessions, runs and memories tell.
///
/// `kept` is no defect: the original forgets what its classes do not know, and we forget nothing.
enum DeliberateDifferences {
    struct Entry: Sendable {
        var table: String
        var key: String
        /// A difference is covered when its place begins with this.
        var place: String
        var defect: String
        /// The one release that differs there; nil for both.
        var release: String?
    }

    static func entry(
        _ table: String, _ key: String, _ place: String, _ defect: String, release: String? = nil
    ) -> Entry {
        Entry(table: table, key: key, place: place, defect: defect, release: release)
    }

    /// In the columns of sessions.
    static let sessions: [Entry] = [
        entry("agent_sessions", "a03-runs-empty-list", "updated_at", "D9"),
        entry("agent_sessions", "a09-video", "session_data.videos[1].length", "kept"),
        entry("agent_sessions", "a14-extra-data", "metadata.nested.event", "D14"),
        entry("agent_sessions", "a14-extra-data", "metadata.nested.events", "D14"),
        entry("agent_sessions", "a19-null-bytes", "session_data.session_state", "D25"),
        entry("agent_sessions", "a22-member-of-team", "metadata", "D29"),
        entry("agent_sessions", "a29-session-state-metrics-lookalike", "session_data.session_state", "D14"),
        entry("agent_sessions", "a29-session-state-metrics-lookalike", "metadata", "D14"),
        entry("team_sessions", "t06-sub-team", "metadata", "D29"),
        entry("workflow_sessions", "w01-legacy", "updated_at", "kept"),
        entry("workflow_sessions", "w02-legacy-empty", "updated_at", "kept"),
        entry("workflow_sessions_v2", "x01-plain", "updated_at", "kept"),
        entry("workflow_sessions_v2", "x02-steps", "updated_at", "kept"),
        entry("workflow_sessions_v2", "x04-events-extra", "updated_at", "kept"),
        entry("workflow_sessions_v2", "x05-empty", "updated_at", "kept"),
        entry("workflow_sessions_v2", "x06-media", "updated_at", "kept"),
    ]

    /// In the runs.
    static let runs: [Entry] = [
        entry("agent_sessions", "a05-message-metrics", "runs[0].metrics", "D22"),
        entry(
            "agent_sessions", "a05-message-metrics", "runs[0].messages[0].metrics.additional_metrics", "kept",
            release: "3.1.10"),
        entry("agent_sessions", "a07-tools", "runs[0].messages[1].tool_args", "D14"),
        entry("agent_sessions", "a07-tools", "runs[0].tools[0].tool_args", "D14"),
        entry("agent_sessions", "a08-images", "runs[0].messages[0].images[1].content", "D19"),
        entry("agent_sessions", "a10-audio", "runs[0].audio[0].duration", "kept"),
        entry("agent_sessions", "a11-message-audio", "runs[0].messages[0].audio[0].format", "kept"),
        entry("agent_sessions", "a11-message-audio", "runs[0].messages[0].audio[0].content", "D19"),
        entry("agent_sessions", "a12-thinking-both", "runs[0].messages[0].redacted_reasoning_content", "kept"),
        entry("agent_sessions", "a14-extra-data", "runs[0].references[0].time", "D15"),
        entry("agent_sessions", "a15-extra-data-unknown", "runs[0].metadata", "kept"),
        entry("agent_sessions", "a23-no-agent-id", "runs", "D26"),
        entry("agent_sessions", "a24-legacy-memory", "runs", "D16"),
        entry("agent_sessions", "a32-structured-content", "runs[0].content", "D14"),
        entry("agent_sessions", "a32-structured-content", "runs[0].metadata", "kept"),
        entry("agent_sessions", "a36-bad-metrics-key", "runs[0].metrics", "D7", release: "3.1.10"),
        entry("agent_sessions", "a37-references-on-message", "runs[0].messages[0].references.time", "D15"),
        entry("team_sessions", "t04-everything", "runs[0].metrics", "D22"),
        entry("team_sessions", "t04-everything", "runs[0].member_responses[0].metrics", "D22"),
        entry("team_sessions", "t05-both-ids", "runs[0].agent_id", "D26"),
        entry("team_sessions", "t05-both-ids", "runs[0].team_id", "D26"),
        entry("team_sessions", "t05-both-ids", "runs[0].team_name", "D26"),
        entry("team_sessions", "t05-both-ids", "runs[0].metadata", "D26"),
        entry("workflow_sessions", "w01-legacy", "runs", "D16"),
        entry("workflow_sessions_v2", "x02-steps", "runs[0].step_results", "D17"),
        entry("workflow_sessions_v2", "x02-steps", "runs[0].step_executor_runs", "D17"),
        entry("workflow_sessions_v2", "x02-steps", "runs[0].metrics", "D17"),
        entry("workflow_sessions_v2", "x04-events-extra", "runs[0].metadata", "kept"),
    ]

    /// Rows of which the original stored nothing, and we store something.
    static let stored: [Entry] = [
        entry("agent_sessions", "a25-runs-mapping", "", "D6"),
        entry("agent_sessions", "a35-bad-message-image", "", "D7"),
        entry("workflow_sessions_v2", "x03-metrics", "", "D17"),
    ]
}
