import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Rows that a copy trips over unless it keeps their meaning.
enum UglyRows {
    static let text = "it's \"quoted\" `so` \\ and %_ $1 ?1 :x, Grüße, 世界, עברית, 👩‍🚀\t\n\r \u{7}\u{7f}\u{2028} end "

    /// JSON that servers spell in other ways than it is written here.
    static let json =
        #"{ "z": 1e5, "a":[1.10, -0.0, 0.1, 5e-324, 9223372036854775807, -9223372036854775808], "é\u00e9": "\ud83d\ude00\/\b", "#
        + #""twice": 1, "twice": {"last": true}, "": [null, {}, [], "", false], "text": "{\"not\": \"JSON\"}" }"#

    /// Puts rows into the tables of the newest version that every server has a place for.
    static func add(to place: Place) throws {
        let deep = String(repeating: "[", count: 30) + "1" + String(repeating: "]", count: 30)
        let large = "[\"" + String(repeating: "é\\\"\\\\ ", count: 40_000) + "\"]"
        for (id, json) in [
            ("ugly' \" ☃ \\ id", json), ("ugly deep", deep), ("ugly large", large), ("ugly null", "null"),
        ] {
            try place.insert(
                into: "agno_sessions",
                [
                    "session_id": .text(id), "session_type": "agent", "session_data": .text(json),
                    "metadata": id == "ugly null" ? .null : .text(json), "created_at": .integer(.max),
                    "updated_at": .integer(-1), "user_id": .text(text),
                ])
            try place.insert(
                into: "agno_runs",
                [
                    "run_id": .text("run of \(id)"), "session_id": .text(id), "run_type": "agent",
                    "run_data": .text(json), "created_at": .integer(0), "run_index": .integer(1 << 40),
                ])
        }
        try place.insert(
            into: "agno_memories",
            [
                "memory_id": "ugly", "memory": .text(json), "input": .text(String(repeating: text, count: 100)),
                "topics": "[]", "feedback": "", "created_at": .integer(1), "user_id": "",
            ])
        try place.insert(
            into: "agno_metrics",
            [
                "id": "ugly", "agent_runs_count": .integer(1), "team_runs_count": .integer(0),
                "workflow_runs_count": .integer(0), "agent_sessions_count": .integer(0),
                "team_sessions_count": .integer(0), "workflow_sessions_count": .integer(0),
                "users_count": .integer(0), "token_metrics": "{}", "model_metrics": "[]", "date": "0001-01-01",
                "aggregation_period": "daily", "created_at": .integer(1), "completed": .integer(1), "user_id": "x",
            ])
    }

    /// Makes and fills the tables of traces as a release does.
    static func addTraces(to place: Place) throws {
        try place.connected { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            for table in UnmigratedTable.all(for: connection.dialect.traits).prefix(2) {
                let name = "agno_\(table.type)"
                for statement in connection.dialect.create(table.shape(in: context, named: name), named: name) {
                    try connection.execute(statement)
                }
            }
        }
        let time = SQLValue.text("2025-01-01T00:00:00.123456+00:00")
        try place.insert(
            into: "agno_traces",
            [
                "trace_id": "t1", "name": .text(text.trimmingPrefix("it's").description), "status": "OK",
                "start_time": time, "end_time": time, "duration_ms": .integer(5), "created_at": time,
            ])
        try place.insert(
            into: "agno_spans",
            [
                "span_id": "p1", "trace_id": "t1", "name": "span", "span_kind": "INTERNAL", "status_code": "OK",
                "start_time": time, "end_time": time, "duration_ms": .integer(5), "attributes": .text(json),
                "created_at": time,
            ])
    }
}

extension SQLValue: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self = .text(text) }
}
