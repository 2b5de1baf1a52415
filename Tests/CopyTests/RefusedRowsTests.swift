import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import MigrationCore
import SQLDialects
import Testing

/// What the target cannot hold is named by table, key and column; everything else is copied.
@Suite("Rows that the target has no place for", .timeLimit(.minutes(5)))
struct RefusedRowsTests {
    private func session(_ id: String, _ more: [String: SQLValue] = [:]) -> [String: SQLValue] {
        ["session_id": .text(id), "session_type": "agent", "created_at": .integer(1)].merging(more) { $1 }
    }

    private func source() throws -> Place {
        let source = try Place(.sqlite, sample: .latest, sessions: 2)
        let rows: [(String, [String: SQLValue])] = [
            ("nul", ["user_id": "a\0b"]), ("bytes", ["user_id": .malformedText([0x61, 0xFF])]),
            ("no json", ["metadata": "{bad"]), ("nan", ["metadata": "{\"a\": NaN}"]),
            ("json nul", ["metadata": #"{"a": "\u0000"}"#]), ("half pair", ["metadata": #"["\ud800"]"#]),
            ("large integer", ["metadata": "[1000000000000000000000000000000]"]),
            ("deep", ["metadata": .text(String(repeating: "[", count: 200) + String(repeating: "]", count: 200))]),
            ("fraction", ["updated_at": .real(1.5)]), (String(repeating: "x", count: 200), [:]),
            ("case", [:]), ("CASE", [:]), ("blank", [:]), ("blank ", [:]),
        ]
        for (id, more) in rows { try source.insert(into: "agno_sessions", session(id, more)) }
        for id in ["nul", "case"] {
            try source.insert(
                into: "agno_runs",
                [
                    "run_id": .text("run of \(id)"), "session_id": .text(id), "run_type": "agent",
                    "run_data": "{}", "created_at": .integer(1),
                ])
        }
        return source
    }

    @Test("PostgreSQL refuses these, by key, column and reason")
    func postgresql() throws {
        let (source, target) = (try source(), try Place(.postgresql))
        let report = try source.copy(to: target).run()
        #expect(
            Set(report.refusals(of: "sessions")) == [
                "nul user_id nul_character", "bytes user_id not_utf8", "no json metadata not_json",
                "nan metadata not_json", "json nul metadata nul_in_json", "half pair metadata half_surrogate_pair",
                "fraction updated_at not_storable",
            ])
        #expect(report.refusals(of: "runs") == ["run of nul - constraint"])
        let sessions = try #require(report.table("sessions"))
        #expect(sessions.outcome == .incomplete && sessions.rows == 16 && sessions.copied == 9 && sessions.refused == 7)
        #expect(!report.isSuccess && report.table("memories")?.outcome == .copied)
        // The journal names them, once.
        _ = try source.copy(to: target).run()
        let history = try target.manager().history()
        #expect(history.filter { $0.event == "quarantine" }.count == 8)
        #expect(history.contains { $0.key == "json nul" && $0.code == "nul_in_json" && $0.table == "agno_sessions" })
        #expect(
            history.filter { $0.event == "copied" && $0.table == "agno_runs" }.map(\.rows) == [
                report.table("runs")?.copied, 0,
            ])
    }

    @Test("MySQL and MariaDB refuse these", arguments: Server.available.filter(\.isMySQLFamily))
    func mysql(_ server: Server) throws {
        let (source, target) = (try source(), try Place(server))
        let report = try source.copy(to: target).run()
        var refusals = Set(report.refusals(of: "sessions"))
        // The server takes the two spellings for one key: whichever comes first has it.
        #expect(refusals.subtracting(["case - constraint", "CASE - constraint"]).count == refusals.count - 1)
        refusals.subtract(["case - constraint", "CASE - constraint", "blank  - constraint"])
        var expected: Set = [
            "bytes user_id not_utf8", "no json metadata not_json", "nan metadata not_json",
            "half pair metadata half_surrogate_pair", "fraction updated_at altered",
            "\(String(repeating: "x", count: 200)) session_id too_long",
        ]
        if server == .mysql {
            expected.formUnion(["large integer metadata large_integer", "deep metadata too_deep"])
        } else {
            expected.insert("deep metadata not_storable")
        }
        #expect(refusals == expected)
        let sessions = try #require(report.table("sessions"))
        #expect(sessions.copied + sessions.refused == sessions.rows)
        let stored = try target.count("agno_sessions")
        #expect(stored == sessions.copied)
    }

    @Test("A file holds everything, and a file copies a file whatever is in it")
    func sqlite() throws {
        let (source, target) = (try source(), try Place(.sqlite))
        #expect(try source.copy(to: target).run().shortcomings == [])
        #expect(try target.contents().differences(from: source.contents()) == [])
    }

    @Test("A row that exists with other values is named and stays as it is")
    func different() throws {
        let (source, target) = (try Place(.sqlite, sample: .latest), try Place(.postgresql))
        #expect(try source.copy(to: target).run().shortcomings == [])
        try target.execute("UPDATE ai.agno_memories SET input = 'newer' WHERE memory_id = 'memory-1'")
        try source.execute("DELETE FROM agno_memories WHERE memory_id = 'memory-2'")
        let before = try target.contents()
        let memories = try #require(try source.copy(to: target).run().table("memories"))
        #expect(memories.refusedRows.map { [$0.key, $0.column, $0.reason] } == [["memory-1", "input", "differs"]])
        #expect(memories.onlyInTarget == 1 && memories.copied == 0)
        #expect(try target.contents() == before)
    }

    @Test("A column that only the source's adapter has refuses the rows with a value there")
    func noColumn() throws {
        let source = try Place(.postgresql, sample: .latest)
        let context = SchemaContext(traits: PostgreSQLDialect.traits, names: TableNames())
        let table = try #require(
            UnmigratedTable.all(for: PostgreSQLDialect.traits).first { $0.type == "component_configs" })
        try source.connected { connection in
            let shape = table.shape(in: context, named: "agno_component_configs")
            for statement in connection.dialect.create(shape, named: "agno_component_configs") {
                try connection.execute(statement)
            }
        }
        let id = try source.connected { try $0.value("SELECT component_id FROM ai.agno_components") } ?? .null
        for version: Int64 in [1, 2] {
            try source.insert(
                into: "agno_component_configs",
                [
                    "component_id": id, "version": .integer(version), "stage": "draft", "config": "{}",
                    "created_at": .integer(1), "deleted_at": version == 2 ? .integer(5) : .null,
                ])
        }
        let target = try Place(.sqlite)
        let report = try source.copy(to: target).run()
        #expect(report.refusals(of: "component_configs") == ["\(id.keyText), 2 deleted_at no_column"])
        #expect(try target.count("agno_component_configs") == 1)
    }

    @Test("A dry run says the same as far as values tell, and writes nothing")
    func dryRun() throws {
        let (source, target) = (try source(), try Place(.postgresql))
        let report = try source.copy(to: target).run(dryRun: true)
        #expect(report.isDryRun && report.table("sessions")?.refused == 6)
        #expect(report.table("memories")?.outcome == .wouldCopy)
        let schemas = try target.database().makeDriver().withConnection(for: .read) {
            try $0.rows(SQLStatement("SELECT 1 FROM pg_namespace WHERE nspname = 'ai'"))
        }
        #expect(schemas.isEmpty)
        let missing = try Place(.sqlite)
        #expect(try source.copy(to: missing).run(dryRun: true).shortcomings.allSatisfy { $0.contains("would_copy") })
        #expect(try missing.directory?.names == [])
    }
}
