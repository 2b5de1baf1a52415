package import AgnoSchema
package import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Fills an empty database with Agno's tables of one version and a few believable rows, for trying things on.
package struct SampleBuilder {
    private let connection: any DatabaseConnection
    private let context: SchemaContext
    private let version: SchemaVersion
    private let clock: MigrationClock

    package init(
        connection: any DatabaseConnection, names: TableNames, version: SchemaVersion, clock: MigrationClock = .system
    ) {
        self.connection = connection
        self.context = SchemaContext(traits: connection.dialect.traits, names: names)
        self.version = version
        self.clock = clock
    }

    private var dialect: any Dialect { connection.dialect }
    private var isNormalised: Bool { version.hasRunsTable }

    /// Makes the tables and rows in one transaction.
    ///
    /// - Throws: ``MigrationError`` with the code `usage` where one of Agno's tables is there already.
    package func build(sessions: Int) throws -> SampleReport {
        let names = Dictionary(uniqueKeysWithValues: TableType.allCases.map { ($0, context.names[$0]) })
        let existing = try dialect.snapshots(of: names, using: connection)
        guard existing.isEmpty else {
            let list = existing.values.map(\.name).sorted().joined(separator: ", ")
            throw MigrationError(
                .usage, "the database already has \(list)", remedy: "name a database that does not exist yet")
        }
        return try connection.transaction {
            var report = SampleReport(dialect: dialect.kind, version: version, tables: [], rows: 0)
            for type in TableType.allCases {
                guard let shape = TableDefinition.shape(of: type, at: version, in: context) else { continue }
                let name = context.names[type]
                for statement in dialect.create(shape, named: name) { try connection.execute(statement) }
                report.tables.append(name)
                for row in rows(of: type, sessions: sessions) {
                    try insert(row, into: name, shape: shape)
                    report.rows += 1
                }
            }
            if version >= SchemaVersion(2, 3, 0) { try stamp(report.tables) }
            return report
        }
    }

    private func stamp(_ tables: [String]) throws {
        let store = VersionStore(table: context.names.versions, clock: clock)
        for table in tables where table != context.names[.culture] {
            try store.write(version, for: table, on: connection, in: context)
        }
    }

    private func insert(_ row: [String: SQLValue], into table: String, shape: TableShape) throws {
        // A value for a column that came later is left out; a fresh row has one for every column it must have.
        let columns = shape.columns.map(\.name).filter { row[$0] != nil }
        let places = (1...columns.count).map(dialect.placeholder).joined(separator: ", ")
        try connection.execute(
            "INSERT INTO \(dialect.table(table)) (\(dialect.list(columns))) VALUES (\(places))",
            columns.map { row[$0] ?? .null })
    }

    // MARK: Rows

    private static let start: Int64 = 1_735_689_600  // 2025-01-01

    private func rows(of type: TableType, sessions: Int) -> [[String: SQLValue]] {
        switch type {
        case .sessions: (0..<sessions).map(session)
        case .runs: (0..<sessions).flatMap { index in (0..<runCount(index)).map { runRow(index, $0) } }
        case .memories: (0..<max(1, sessions / 2)).map(memory)
        case .metrics: (0..<3).map(metricsDay)
        case .evals: [eval]
        case .knowledge: (0..<2).map(knowledge)
        case .approvals: [approval]
        case .components: [component]
        case .schedules: [schedule]
        case .scheduleRuns: [scheduleRun]
        case .learnings: [learning]
        case .culture: [culture]
        case .products, .sources, .projects, .tasks: []
        }
    }

    private func user(_ index: Int) -> SQLValue { index % 5 == 4 ? .null : .text("user-\(index % 3)") }
    private func runCount(_ index: Int) -> Int { index % 7 == 6 ? 0 : 1 + index % 4 }

    private func run(_ session: Int, _ position: Int) -> JSONValue {
        [
            "run_id": JSONValue("run-\(session)-\(position)"), "agent_id": "assistant",
            "session_id": JSONValue("session-\(session)"), "status": "COMPLETED",
            "content": JSONValue("Answer \(position) of session \(session): déjà vu, \u{1F600}, \"quoted\"."),
            "messages": [
                ["role": "user", "content": JSONValue("Question \(position)?")],
                ["role": "assistant", "content": JSONValue("Answer \(position).")],
            ],
            "metrics": ["input_tokens": JSONValue(120 + position), "duration": 1.0],
            "created_at": JSONValue(Self.start + Int64(session * 3600 + position)),
        ]
    }

    /// JSON as the adapter of that version stores it.
    private func stored(_ value: JSONValue) -> SQLValue {
        let text = value.serializedText(.python) ?? "null"
        guard dialect.traits.has(.doublyEncodedSessions), !isNormalised else { return .text(text) }
        return .text(JSONValue.string(JSONString(decoding: text, ascii: true)).serializedText() ?? text)
    }

    private func session(_ index: Int) -> [String: SQLValue] {
        let runs = (0..<runCount(index)).map { run(index, $0) }
        return [
            "session_id": .text("session-\(index)"), "session_type": .text("agent"), "agent_id": .text("assistant"),
            "user_id": user(index), "session_data": stored(["session_name": JSONValue("Session \(index)")]),
            "runs": runs.isEmpty ? .null : stored(.array(runs)),
            "created_at": .integer(Self.start + Int64(index * 3600)),
            "updated_at": .integer(Self.start + Int64(index * 3600 + 60)),
        ]
    }

    private func runRow(_ session: Int, _ position: Int) -> [String: SQLValue] {
        [
            "run_id": .text("run-\(session)-\(position)"), "session_id": .text("session-\(session)"),
            "run_type": .text("agent"), "agent_id": .text("assistant"), "user_id": user(session),
            "status": .text("COMPLETED"), "run_index": .integer(Int64(position)),
            "run_data": .text(run(session, position).serializedText(.python) ?? "{}"),
            "created_at": .integer(Self.start + Int64(session * 3600 + position)),
        ]
    }

    private func memory(_ index: Int) -> [String: SQLValue] {
        [
            "memory_id": .text("memory-\(index)"), "memory": stored(JSONValue("Likes tea no. \(index)")),
            "topics": stored(["preferences"]), "user_id": user(index), "agent_id": .text("assistant"),
            "created_at": .integer(Self.start + Int64(index)), "updated_at": .integer(Self.start + Int64(index)),
        ]
    }

    private func metricsDay(_ index: Int) -> [String: SQLValue] {
        var row: [String: SQLValue] = [
            "id": .text("metrics-\(index)"), "date": .text("2025-01-0\(index + 1)"),
            "aggregation_period": .text("daily"),
            "token_metrics": stored(["total_tokens": 100]), "model_metrics": stored([]),
            "created_at": .integer(Self.start), "completed": .integer(index < 2 ? 1 : 0), "user_id": .text(""),
        ]
        for column in [
            "agent_runs", "team_runs", "workflow_runs", "agent_sessions", "team_sessions", "workflow_sessions",
        ] {
            row["\(column)_count"] = .integer(Int64(index))
        }
        row["users_count"] = .integer(1)
        return row
    }

    private var eval: [String: SQLValue] {
        [
            "run_id": .text("eval-0"), "eval_type": .text("accuracy"), "eval_data": stored(["avg_score": 9.5]),
            "eval_input": stored(["input": "What is 2 + 2?"]), "created_at": .integer(Self.start),
        ]
    }

    private func knowledge(_ index: Int) -> [String: SQLValue] {
        [
            "id": .text("knowledge-\(index)"), "name": .text("Handbook \(index)"), "description": .text("A file"),
            "created_at": .integer(Self.start),
        ]
    }

    private var approval: [String: SQLValue] {
        [
            "id": .text("approval-0"), "run_id": .text("run-0-0"), "session_id": .text("session-0"),
            "status": .text("approved"), "source_type": .text("agent"), "pause_type": .text("confirmation"),
            "created_at": .integer(Self.start),
        ]
    }

    private var component: [String: SQLValue] {
        [
            "component_id": .text("component-0"), "component_type": .text("agent"), "name": .text("Assistant"),
            "created_at": .integer(Self.start),
        ]
    }

    private var schedule: [String: SQLValue] {
        [
            "id": .text("schedule-0"), "name": .text("Every morning"), "method": .text("POST"),
            "endpoint": .text("/agents/assistant/runs"), "cron_expr": .text("0 7 * * *"), "timezone": .text("UTC"),
            "timeout_seconds": .integer(60), "max_retries": .integer(1), "retry_delay_seconds": .integer(5),
            "enabled": .integer(1), "created_at": .integer(Self.start),
        ]
    }

    private var scheduleRun: [String: SQLValue] {
        [
            "id": .text("schedule-run-0"), "schedule_id": .text("schedule-0"), "attempt": .integer(1),
            "status": .text("success"), "created_at": .integer(Self.start),
        ]
    }

    private var learning: [String: SQLValue] {
        let isKeyed = isNormalised
        return [
            // The hash is SHA-256 of "user-0", as the 3.x releases put it into the id.
            "learning_id": .text(isKeyed ? "entity_user_7fad6a4d0041a937_person_ada" : "entity_user_person_ada"),
            "learning_type": .text("entity_memory"), "namespace": .text("user"), "user_id": .text("user-0"),
            "entity_id": .text("ada"), "entity_type": .text("person"),
            "content": .text(#"{"name": "Ada", "facts": [{"id": "f1", "content": "Writes programs"}]}"#),
            "created_at": .integer(Self.start),
        ]
    }

    private var culture: [String: SQLValue] {
        ["id": .text("culture-0"), "name": .text("House style"), "created_at": .integer(Self.start)]
    }
}
