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

    /// Keys of rows that a server could not have: text that is no JSON, numbers and characters that its JSON has not.
    static func impossible(on engine: Engine) -> Set<String> {
        let notJSON: Set<String> = ["a21-nan", "z01-malformed-json", "z02-empty-string"]
        return switch engine {
        case .sqlite: []
        case .postgresql: notJSON.union(["a19-null-bytes", "a29-session-state-metrics-lookalike", "m03"])
        case .mariadb, .mysql, .singlestore: notJSON
        }
    }

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
    ///
    /// - Parameter other: leaves out what that server could not have either.
    static func makeCorpus(in place: TestPlace, asOn other: Engine? = nil) throws {
        let (tables, rows) = try corpus()
        let hasMemories = place.engine.hasMemories && other?.hasMemories ?? true
        let impossible = impossible(on: place.engine).union(other.map(impossible) ?? [])
        try place.connected { connection in
            try connection.transaction {
                if place.engine == .sqlite {
                    for sql in tables where hasMemories || !sql.contains("memories") { try connection.execute(sql) }
                } else {
                    for table in Set(rows.map(\.table)).sorted() where hasMemories || table != "memories" {
                        try connection.execute(definition(table, on: place.engine))
                    }
                }
                for row in rows where !impossible.contains(row.key) && (hasMemories || row.table != "memories") {
                    var columns = row.columns
                    if [place.engine, other].contains(.singlestore) {
                        columns.removeAll { $0.name == "workflow_name" }
                    }
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

    /// The statement with which 1.8.4 makes a table, or its older releases did, without the indexes.
    ///
    /// - Parameter name: the table's name in a statement; nil: the kind's own, in the schema that 1.8.4 takes.
    static func definition(
        _ table: String, on engine: Engine, named name: String? = nil, isOld: Bool = false
    ) -> String {
        let (key, text, json) =
            switch engine {
            case .sqlite: ("VARCHAR", "VARCHAR", "JSON")
            case .postgresql: ("VARCHAR", "VARCHAR", "JSONB")
            case .mariadb, .mysql: ("VARCHAR(255)", "VARCHAR(255)", "JSON")
            // 1.8.4 says TEXT here too, which the double has no key for.
            case .singlestore: ("VARCHAR(255)", "TEXT", "JSON")
            }
        let number = engine == .sqlite ? "INTEGER" : "BIGINT"
        let now =
            switch engine {
            case .sqlite, .singlestore: ""
            case .postgresql: " DEFAULT (extract(epoch from now()))::bigint"
            case .mariadb, .mysql: " DEFAULT (UNIX_TIMESTAMP())"
            }
        let team = isOld ? "" : ", team_session_id \(text)"
        let common =
            "session_id \(key) NOT NULL PRIMARY KEY, user_id \(text), memory \(json), session_data \(json), "
            + "extra_data \(json), created_at \(number)\(now), updated_at \(number)"
        let columns =
            switch table {
            case "agent_sessions": "\(common), agent_id \(text)\(team), agent_data \(json)"
            case "team_sessions": "\(common), team_id \(text)\(team), team_data \(json)"
            case "workflow_sessions": "\(common), workflow_id \(text), workflow_data \(json)"
            case "workflow_sessions_v2":
                // On SingleStore 1.8.4 forgets the name.
                "\(common), workflow_id \(text)"
                    + (engine == .singlestore ? "" : ", workflow_name \(text)")
                    + ", workflow_data \(json), runs \(json)"
            default:
                engine == .postgresql
                    ? "id VARCHAR PRIMARY KEY, user_id VARCHAR, memory JSONB DEFAULT '{}'::jsonb, "
                        + "created_at TIMESTAMPTZ DEFAULT now(), updated_at TIMESTAMPTZ"
                    : "id VARCHAR PRIMARY KEY, user_id VARCHAR, memory VARCHAR, created_at DATETIME, updated_at DATETIME"
            }
        return "CREATE TABLE \(name ?? (engine == .postgresql ? "ai.\(table)" : table)) (\(columns))"
    }

    /// An empty v1 table as 1.8.4 makes it, or as its older releases did.
    static func makeTable(_ table: String, in place: TestPlace, named name: String? = nil, isOld: Bool = false) throws {
        try place.connected { connection in
            let name = name.map(connection.dialect.table)
            try connection.execute(definition(table, on: place.engine, named: name, isOld: isOld))
        }
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
