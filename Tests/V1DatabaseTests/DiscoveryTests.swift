import AgnoMigrate
import MigrationCore
import Testing

/// Which tables are taken for v1 tables, and which are refused.
@Suite struct DiscoveryTests {
    private func error(_ body: () async throws -> V1ImportReport) async throws -> MigrationError? {
        do { _ = try await body() } catch let error as MigrationError { return error }
        return nil
    }

    @Test(
        "Tables of later releases, of this program and of others are not taken for v1 tables",
        arguments: Engine.allCases)
    func tablesLaterReleasesProgram(engine: Engine)
        async throws
    {
        let place = try TestPlace(engine)
        _ = try await place.manager().makeSample(version: .baseline)
        _ = try await place.manager().up()
        try place.execute(
            "CREATE TABLE \(place.name("notes")) (id VARCHAR(9) PRIMARY KEY, user_id VARCHAR(9), memory VARCHAR(9), title VARCHAR(9), created_at INTEGER, updated_at INTEGER)",
            "CREATE TABLE \(place.name("sessions")) (session_id VARCHAR(9) PRIMARY KEY, session_data VARCHAR(9))")
        let before = try place.contents()
        let report = try await place.v1Import().run()
        #expect(report.tables == [])
        #expect(report.warnings.count == 1)
        #expect(try place.contents() == before)
    }

    @Test("Tables of older releases lack columns and are found and read all the same", arguments: Engine.allCases)
    func tablesOlderReleasesLack(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place, named: "old sessions", isOld: true)

        try V1Rows.addSession("s", in: place, table: "old sessions", runs: ["r"])
        let report = try await place.v1Import().run()
        #expect(report.tables.map(\.table) == ["old sessions"])
        #expect(report.tables[0].written == 1)
        #expect(try place.texts("SELECT run_id FROM \(place.name("agno_runs"))") == ["r"])
    }

    @Test("Columns that are spelt in another case are the same columns", arguments: Engine.allCases)
    func columnsInAnotherCase(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("s", in: place, runs: ["r"])
        for name in ["session_id", "memory", "agent_data", "updated_at"] {
            // SQLite and MySQL read it with the old name all the same.
            try place.connected { connection in
                let table = connection.dialect.table("agent_sessions")
                let (old, new) = (connection.dialect.quote(name), connection.dialect.quote(name.uppercased()))
                try connection.execute(
                    engine == .singlestore
                        ? "ALTER TABLE \(table) CHANGE \(old) \(new)"
                        : "ALTER TABLE \(table) RENAME COLUMN \(old) TO \(new)")
            }
        }
        let report = try await place.v1Import().run()
        #expect(report.tables.map(\.written) == [1])
        #expect(
            try place.texts("SELECT session_id, updated_at FROM \(place.name("agno_sessions"))") == ["s|1700000100"])
        #expect(try place.texts("SELECT run_id FROM \(place.name("agno_runs"))") == ["r"])
        #expect(try await place.v1Import().run().tables.map(\.alreadyThere) == [1])
    }

    @Test(
        "A table with the columns of v1 and another key is refused by name, and the others are imported",
        arguments: Engine.allCases)
    func tableOnlyLooksLikeV1(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("s", in: place, runs: ["r"])
        try place.execute(
            "CREATE TABLE \(place.name("notes")) (id INTEGER PRIMARY KEY, user_id VARCHAR(9), memory VARCHAR(99), created_at INTEGER, updated_at INTEGER)",
            "INSERT INTO \(place.name("notes")) (id, memory) VALUES (1, '{\"memory\": \"mine\"}')",
            "CREATE TABLE \(place.name("tenants")) (tenant VARCHAR(9), session_id VARCHAR(9), memory VARCHAR(9), session_data VARCHAR(9), extra_data VARCHAR(9), team_data VARCHAR(9), PRIMARY KEY (tenant, session_id))",
            "INSERT INTO \(place.name("tenants")) (tenant, session_id) VALUES ('t', 'x')")
        let report = try await place.v1Import().run()
        #expect(report.tables.map(\.table) == ["agent_sessions", "tenants", "notes"])
        #expect(report.tables.map(\.written) == [1, 0, 0] && report.tables[0].error == nil)
        for (table, reason) in [
            (report.tables[1], "primary key is tenant, session_id"), (report.tables[2], "its id is a number"),
        ] {
            #expect(table.error?.code == .notAgnoTable && table.error?.message.contains(reason) == true, "\(table)")
            #expect(table.error?.message.contains(table.table) == true && table.read == 0)
        }
        #expect(try place.contents()["agno_memories"] == nil && place.contents()["agno_sessions"]?.count == 1)
    }

    /// The journal names the table and its place, in fewer characters than SQLite's names may have.
    @Test("A table whose name is longer than the journal takes is imported and known again", arguments: Engine.allCases)
    func tableNameLongerThan(engine: Engine) async throws {
        let (source, target) = (try TestPlace(.sqlite), try TestPlace(engine))
        let long = String(repeating: "t\u{E9}", count: 80)
        try V1Rows.makeTable("agent_sessions", in: source, named: long)
        try V1Rows.addSession("s", in: source, table: long, runs: ["r"])
        let first = try await source.v1Import(into: target).run()
        #expect(first.tables.map(\.table) == [long])
        #expect(first.tables[0].written == 1)
        #expect(try await source.v1Import(into: target).run().tables[0].alreadyThere == 1)
    }

    @Test("Only the tables that are named are imported", arguments: Engine.allCases)
    func onlyTablesNamedImported(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeCorpus(in: place)
        let report = try await place.v1Import().run(
            tables: V1Tables(
                teamSessions: ["team_sessions", "team_sessions"], workflowSessions: ["workflow_sessions_v2"],
                memories: engine.hasMemories ? ["memories"] : []))
        #expect(
            report.tables.map(\.table)
                == ["team_sessions", "workflow_sessions_v2"] + (engine.hasMemories ? ["memories"] : []))
        #expect(try place.contents()["agno_sessions"]?.count == 8 + 6)
    }

    @Test(
        "A name that is not a table, or names a table of another kind, is a usage error, and nothing is done",
        arguments: Engine.allCases)
    func nameTableTableAnother(
        engine: Engine
    ) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeCorpus(in: place)
        let before = try place.contents()
        for (tables, text) in [
            (V1Tables(agentSessions: ["nothing"]), "table nothing not found"),
            (V1Tables(agentSessions: ["team_sessions"]), "holds team sessions"),
            (V1Tables(memories: ["agent_sessions"]), "holds agent sessions"),
        ] {
            let error = try #require(try await error { try await place.v1Import().run(tables: tables) })
            #expect(error.code == .usage && error.message.contains(text), "\(error)")
        }
        let error = try #require(try await error { try await place.v1Import().run(batchSize: 0) })
        #expect(error.code == .usage)
        #expect(try place.contents() == before)
    }

    @Test("A v1 table with the name of a table to write into is refused", arguments: Engine.allCases)
    func v1TableNameTable(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place, named: "agno_sessions")
        try V1Rows.addSession("s", in: place, table: "agno_sessions")
        let error = try #require(try await error { try await place.v1Import().run() })
        #expect(error.code == .usage && error.message.contains("agno_sessions"), "\(error)")
        let report = try await place.v1Import(tables: TableNames([.sessions: "mine"])).run()
        #expect(report.tables[0].written == 1)
        #expect(try place.contents()["mine"]?.count == 1)
        #expect(try place.contents()["mine_runs"]?.count == 0)
    }

    @Test("V1 tables may lie in a schema of their own")
    func v1TablesMayLie() async throws {
        let place = try TestPlace(.postgresql)
        try place.execute("CREATE SCHEMA old")
        try place.execute(V1Rows.definition("agent_sessions", on: .postgresql, named: "old.agent_sessions"))
        try place.execute("INSERT INTO old.agent_sessions (session_id, agent_id) VALUES ('s', 'a')")
        let report = try await place.v1Import(v1Schema: "old").run()
        #expect(report.tables.map(\.written) == [1])
        #expect(report.source.schema == "old" && report.target.schema == "ai")
        // With a schema between them, even the name of the target's table is no clash.
        try place.execute("ALTER TABLE old.agent_sessions RENAME TO agno_sessions")
        let again = try await place.v1Import(v1Schema: "old").run()
        #expect(again.tables.map(\.alreadyThere) == [1])
    }

    @Test("Rows without a key of their own refuse their table, and the others are imported")
    func rowsWithoutKeyTheir() async throws {
        let place = try TestPlace(.sqlite)
        try place.execute(
            "CREATE TABLE loose (session_id VARCHAR, memory JSON, session_data JSON, extra_data JSON, created_at INTEGER, agent_id VARCHAR, agent_data JSON)",
            "INSERT INTO loose (session_id, agent_id) VALUES ('twice', 'a'), ('twice', 'b')")
        try V1Rows.makeTable("team_sessions", in: place)
        try V1Rows.addSession("t", in: place, table: "team_sessions")
        let report = try await place.v1Import().run()
        #expect(report.tables.map(\.table) == ["loose", "team_sessions"])
        #expect(report.tables[0].error?.code == .duplicateValues)
        #expect(report.tables[0].read == 0)
        #expect(report.tables[1].written == 1)
    }
}
