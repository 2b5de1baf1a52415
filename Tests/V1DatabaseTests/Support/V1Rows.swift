import AgnoSchema
import DatabaseAccess
import Foundation
import LosslessJSON
import SQLDialects

/// Rows that the real 1.8.4 classes wrote, and rows of the tests' own in the same shape.
enum V1Rows {
    /// A row of the corpus: its table, its key, its columns as stored.
    struct Row: Sendable {
        var table: String
        var key: String
        var columns: [(name: String, value: SQLValue)]
    }

    /// Keys of rows that PostgreSQL could not have: text that is no JSON, numbers and characters that `jsonb` has not.
    private static let impossible: Set<String> = [
        "a19-null-bytes", "a21-nan", "a29-session-state-metrics-lookalike", "z01-malformed-json", "z02-empty-string",
        "m03",
    ]

    static func corpus() throws -> (tables: [String], rows: [Row]) {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = folder.appending(path: "Fixtures/v1-corpus/v1-rows.jsonl").path
        var tables: [String] = []
        var rows: [Row] = []
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let value = try JSONValue(parsing: String(line))
            if let sql = value["sql"]?.stringValue {
                tables.append(sql)
            } else if let table = value["table"]?.stringValue, let key = value["key"]?.stringValue {
                let columns = value["columns"]?.objectValue?.members ?? []
                rows.append(
                    Row(table: table, key: key, columns: columns.map { ($0.key.value ?? "", Self.value($0.value)) }))
            }
        }
        return (tables, rows)
    }

    private static func value(_ value: JSONValue) -> SQLValue {
        if let text = value.stringValue { return .text(text) }
        return SQLValue(value.int64Value)
    }

    /// The corpus as a database of 1.8.4 has it; on a server without the rows that it could not have.
    static func makeCorpus(in place: TestPlace) throws {
        let (tables, rows) = try corpus()
        try place.connected { connection in
            try connection.transaction {
                if place.engine == .sqlite {
                    for sql in tables { try connection.execute(sql) }
                } else {
                    for table in Set(rows.map(\.table)) { try connection.execute(postgreSQLTable(table)) }
                }
                for row in rows where place.engine == .sqlite || !impossible.contains(row.key) {
                    var columns = row.columns
                    if place.engine == .postgresql, row.table == "memories" { columns = asJSON(columns) }
                    try insert(columns, into: row.table, connection)
                }
            }
        }
    }

    /// PostgreSQL's memories are JSON, not Python literals.
    private static func asJSON(_ columns: [(name: String, value: SQLValue)]) -> [(name: String, value: SQLValue)] {
        let texts = [
            "m01":
                #"{"memory_id": "m01", "memory": "likes tea", "topics": ["drink"], "input": "I like tea", "last_updated": "2025-07-01T12:30:00"}"#,
            "m02": #"{"memory_id": "m02", "memory": "name is O'Brien \"Bob\" \ud83d\ude00"}"#,
            "m04": #"{"memory": "orphan"}"#,
            "m05": "{}", "m06": #"{"memory": "x", "topics": null, "flag": true}"#,
        ]
        let key = columns.first { $0.name == "id" }?.value.string ?? ""
        return columns.map { $0.name == "memory" ? ($0.name, SQLValue(texts[key])) : $0 }
    }

    static func insert(
        _ columns: [(name: String, value: SQLValue)], into table: String, _ connection: any DatabaseConnection
    ) throws {
        let dialect = connection.dialect
        let places = columns.indices.map { dialect.placeholder($0 + 1) }.joined(separator: ", ")
        try connection.execute(
            SQLStatement(
                "INSERT INTO \(dialect.table(table)) (\(dialect.list(columns.map(\.name)))) VALUES (\(places))",
                columns.map(\.value)))
    }

    /// The statement with which 1.8.4 makes a table on PostgreSQL, without its indexes.
    static func postgreSQLTable(_ table: String, schema: String = "ai", withTeamSession: Bool = true) -> String {
        let team = withTeamSession ? ", team_session_id VARCHAR" : ""
        let common =
            "session_id VARCHAR NOT NULL PRIMARY KEY, user_id VARCHAR, memory JSONB, session_data JSONB, extra_data JSONB, "
            + "created_at BIGINT DEFAULT (extract(epoch from now()))::bigint, updated_at BIGINT"
        let columns =
            switch table {
            case "agent_sessions": "\(common), agent_id VARCHAR\(team), agent_data JSONB"
            case "team_sessions": "\(common), team_id VARCHAR\(team), team_data JSONB"
            case "workflow_sessions": "\(common), workflow_id VARCHAR, workflow_data JSONB"
            case "workflow_sessions_v2":
                "\(common), workflow_id VARCHAR, workflow_name VARCHAR, workflow_data JSONB, runs JSONB"
            default:
                "id VARCHAR PRIMARY KEY, user_id VARCHAR, memory JSONB DEFAULT '{}'::jsonb, "
                    + "created_at TIMESTAMPTZ DEFAULT now(), updated_at TIMESTAMPTZ"
            }
        return "CREATE TABLE \(schema).\(table) (\(columns))"
    }

    /// An empty v1 table as 1.8.4 makes it, or as its older releases did.
    static func makeTable(_ table: String, in place: TestPlace, named name: String? = nil, isOld: Bool = false) throws {
        var sql = postgreSQLTable(table, withTeamSession: !isOld).replacing(
            table, with: name.map { "\"\($0)\"" } ?? table)
        if place.engine == .sqlite {
            sql = sql.replacing("ai.", with: "").replacing("JSONB", with: "JSON").replacing(
                " DEFAULT '{}'::jsonb", with: ""
            )
            .replacing(" DEFAULT (extract(epoch from now()))::bigint", with: "").replacing("BIGINT", with: "INTEGER")
            .replacing("TIMESTAMPTZ DEFAULT now()", with: "DATETIME").replacing("TIMESTAMPTZ", with: "DATETIME")
        }
        try place.execute(sql)
    }

    /// Puts an agent session with so many plain runs into `agent_sessions`, or into another table.
    static func addSession(
        _ key: String, in place: TestPlace, table: String = "agent_sessions", runs: [String] = [], user: String? = "u",
        updatedAt: Int64? = 1_700_000_100, content: String = "answer"
    ) throws {
        let owner = table.hasPrefix("team") ? "team" : "agent"
        let list = runs.map { run in
            #"{"run_id": "\#(run)", "\#(owner)_id": "a", "content": "\#(content)", "messages": [{"role": "user", "content": "hi"}], "status": "COMPLETED", "created_at": 1700000000}"#
        }
        let memory = "{\"runs\": [\(list.joined(separator: ", "))]}"
        try place.connected { connection in
            try insert(
                [
                    ("session_id", .text(key)), ("user_id", SQLValue(user)), ("memory", .text(memory)),
                    ("created_at", .integer(1_700_000_000)), ("updated_at", SQLValue(updatedAt)),
                    ("\(owner)_id", .text("a")),
                ], into: table, connection)
        }
    }
}
