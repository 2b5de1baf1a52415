import AgnoMigrate
import Foundation
import LosslessJSON
import SQLDialects
import Testing

/// Databases that the storage classes of phidata 2.7.10 wrote; `Tests/Fixtures/phidata/make.py` made the rows.
@Suite struct PhidataTests {
    private func source() throws -> TestPlace {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/phidata/phidata-2.7.10.sql")
        let place = try TestPlace(.sqlite)
        for statement in try String(contentsOf: file, encoding: .utf8).split(separator: ";\n")
        where statement.hasPrefix("CREATE") || statement.hasPrefix("INSERT") {
            try place.execute(String(statement))
        }
        return place
    }

    private func check(_ target: TestPlace, _ report: V1ImportReport) throws {
        #expect(report.isSuccess, "\(report.tables.flatMap(\.quarantinedRows))")
        #expect(report.tables.map(\.table).contains("agent_sessions"))
        #expect(
            try target.texts(
                "SELECT session_id, session_type, agent_id, workflow_id, user_id, created_at, updated_at FROM \(target.name("agno_sessions")) ORDER BY 1"
            ) == [
                "p1|agent|agent-1|NULL|anna|1735689612|1735689617", "p2|agent|agent-1|NULL|NULL|1735689625|NULL",
                "p3|agent|agent-1|NULL|bert|1735689632|NULL", "p4|agent|agent-1|NULL|anna|1735689639|NULL",
                "w1|workflow|NULL|wf-1|anna|1735689642|NULL",
            ])
        func json(_ column: String, of session: String) throws -> JSONValue {
            let sql = "SELECT \(column) FROM \(target.name("agno_sessions")) WHERE session_id = '\(session)'"
            return try JSONValue(parsing: target.texts(sql)[0])
        }
        #expect(try json("metadata", of: "p1")["user_data"]?["plan"] == "pro")
        #expect(try json("session_data", of: "p1")["session_state"]?["open"] == true)
        #expect(try json("agent_data", of: "p1")["model"]?["id"] == "parrot")
        #expect(
            try target.texts("SELECT metadata FROM \(target.name("agno_sessions")) WHERE session_id = 'p2'") == ["NULL"]
        )
        #expect(try json("summary", of: "p4")["summary"] == "Talked about tea.")
        let runs = try target.texts(
            "SELECT session_id, run_type, run_data FROM \(target.name("agno_runs")) ORDER BY session_id, run_index"
        ).map { $0.split(separator: "|", maxSplits: 2).map(String.init) }
        #expect(runs.map { $0[0] } == ["p1", "p1", "p2", "p3", "p4", "w1"])
        #expect(runs.map { $0[1] } == ["agent", "agent", "agent", "agent", "agent", "workflow"])
        let second = try JSONValue(parsing: runs[1][2])
        #expect(second["content"]?.stringValue == "You said: caf\u{E9} \u{1F600}")
        #expect(second["messages"]?.arrayValue?.map { $0["role"]?.stringValue } == ["user", "assistant"])
        #expect(second["metrics"]?["total_tokens"] == 7)
        let picture = try JSONValue(parsing: runs[3][2])
        #expect(picture["messages"]?[0]?["images"]?[0]?["url"] == "https://example.org/cat.png")
    }

    @Test("Sessions and memories of phidata are found by their shape and imported", arguments: Engine.allCases)
    func imported(engine: Engine) async throws {
        let (source, target) = (try source(), try TestPlace(engine))
        let report = try await source.v1Import(into: target).run()
        #expect(report.tables.map(\.table) == ["agent_sessions", "workflow_sessions", "agent_memory"])
        try check(target, report)
        #expect(
            try target.texts("SELECT memory, input, user_id FROM \(target.name("agno_memories"))") == [
                "\"likes tea\"|I like tea|anna"
            ])
        let before = try target.contents()
        #expect(try await source.v1Import(into: target).run().tables.map(\.alreadyThere) == [4, 1, 1])
        #expect(try target.contents().differences(from: before) == [])
        #expect(try await target.manager().verify().isVerified)
    }

    /// Where phidata has classes of its own.
    @Test(
        "Sessions that phidata has on a server are imported in their place",
        arguments: [Engine.postgresql, .singlestore])
    func importedInPlace(engine: Engine) async throws {
        let (source, place) = (try source(), try TestPlace(engine))
        let (key, text, json) =
            engine == .postgresql ? ("VARCHAR", "VARCHAR", "JSONB") : ("VARCHAR(255)", "TEXT", "JSON")
        for (table, owner) in [("agent_sessions", "agent"), ("workflow_sessions", "workflow")] {
            try place.connected { connection in
                try connection.execute(
                    "CREATE TABLE \(connection.dialect.table(table)) (session_id \(key) NOT NULL PRIMARY KEY, \(owner)_id \(text), user_id \(text), memory \(json), \(owner)_data \(json), user_data \(json), session_data \(json), created_at BIGINT, updated_at BIGINT)"
                )
                let columns = [
                    "session_id", "\(owner)_id", "user_id", "memory", "\(owner)_data", "user_data", "session_data",
                    "created_at", "updated_at",
                ]
                let rows = try source.connected {
                    try $0.rows(SQLStatement("SELECT \(columns.joined(separator: ", ")) FROM \(table)"))
                }
                for row in rows { try V1Rows.insert(Array(zip(columns, row)), into: table, connection) }
            }
        }
        try check(place, try await place.v1Import().run())
    }
}
