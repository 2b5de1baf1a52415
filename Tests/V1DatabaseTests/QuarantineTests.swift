import AgnoMigrate
import DatabaseAccess
import LosslessJSON
import MigrationCore
import SQLDialects
import Testing

/// What cannot be placed is kept, and everything else goes on.
@Suite struct QuarantineTests {
    private func kept(_ place: TestPlace) throws -> [String] {
        try place.texts(
            "SELECT table_name, row_key, part, reason FROM \(place.name("agno_migration_quarantine")) ORDER BY row_key, part"
        )
    }

    /// Refuses an agent of that name, by the server's own means.
    private func forbid(_ agent: String, in place: TestPlace) throws {
        let sessions = place.name("agno_sessions")
        try place.execute(
            place.engine == .sqlite
                ? "CREATE TRIGGER no BEFORE INSERT ON \(sessions) WHEN NEW.agent_id = '\(agent)' BEGIN SELECT RAISE(ABORT, 'no'); END"
                : "ALTER TABLE \(sessions) ADD CONSTRAINT no CHECK (agent_id <> '\(agent)')")
    }

    /// SingleStore has neither checks nor triggers.
    @Test(
        "A row that the target refuses is kept as it was, and its neighbours arrive",
        arguments: Engine.allCases.filter { $0 != .singlestore })
    func rowTargetRefusesKept(engine: Engine) async throws {
        let place = try TestPlace(engine)
        _ = try await place.manager().makeSample(version: .latest, sessions: 0)
        try forbid("bad", in: place)
        try V1Rows.makeTable("agent_sessions", in: place)
        for number in 10..<60 { try V1Rows.addSession("s\(number)", in: place, runs: ["r\(number)"]) }
        _ = try place.connected { connection in
            try connection.execute(
                "UPDATE \(place.name("agent_sessions")) SET agent_id = 'bad', memory = \(connection.dialect.placeholder(1)) WHERE session_id IN ('s20', 's59')",
                [.text(#"{"runs": [], "secret": "no \u00e9"}"#)])
        }
        let report = try await place.v1Import().run()
        #expect(report.tables[0].error == nil, "\(report.tables[0].error?.description ?? "")")
        #expect(report.tables[0].written == 48 && report.tables[0].quarantined == 2)
        #expect(report.tables[0].quarantinedRows.map(\.key) == ["s20", "s59"])
        #expect(try kept(place) == ["v1:agent_sessions|s20|NULL|constraint", "v1:agent_sessions|s59|NULL|constraint"])
        let content = try place.texts(
            "SELECT content FROM \(place.name("agno_migration_quarantine")) WHERE row_key = 's20'")
        let columns = try JSONValue(parsing: content[0])
        #expect(
            columns["memory"]?.stringValue.flatMap { try? JSONValue(parsing: $0) }?["secret"]?.stringValue == "no é")
        #expect(columns["created_at"]?.int64Value == 1_700_000_000)
        #expect(try place.texts("SELECT COUNT(*) FROM \(place.name("agno_runs"))") == ["48"])
        // Nothing of a row's contents is anywhere else.
        #expect(
            try place.texts("SELECT COUNT(*) FROM \(place.name("agno_migration_journal")) WHERE payload IS NOT NULL")
                == ["0"])

        let before = try place.contents()
        let again = try await place.v1Import().run()
        #expect(again.tables[0].quarantined == 2 && again.tables[0].alreadyThere == 48)
        #expect(try place.contents() == before)
        let noted = try await place.manager().history().filter { $0.event == "quarantine" }
        #expect(noted.map(\.key) == ["s20", "s59"], "each is journalled once")
    }

    @Test("A part that is not understood is kept, and the rest of its row is written", arguments: Engine.allCases)
    func partUnderstoodKeptRest(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("s", in: place, runs: ["r"])
        try place.execute(
            "UPDATE \(place.name("agent_sessions")) SET memory = '{\"runs\": [{\"run_id\": \"r\", \"agent_id\": \"a\", \"content\": \"c\"}, 17]}'"
        )
        let report = try await place.v1Import().run()
        #expect(report.tables[0].written == 1 && report.tables[0].quarantinedParts == 1 && !report.isSuccess)
        #expect(try kept(place) == ["v1:agent_sessions|s|memory.runs[1]|not_an_object"])
        #expect(try place.texts("SELECT content FROM \(place.name("agno_migration_quarantine"))") == ["\"17\""])
        #expect(try place.texts("SELECT run_id FROM \(place.name("agno_runs"))") == ["r"])
    }

    @Test("Ids that are longer than the target's columns are kept, not cut off", arguments: Engine.servers)
    func idsLongerThanTarget(engine: Engine) async throws {
        let source = try TestPlace(.sqlite)
        let target = try TestPlace(engine)
        _ = try await target.manager().makeSample(version: .latest, sessions: 0)
        // On PostgreSQL the columns have no limit, unless somebody gave them one.
        if engine == .postgresql {
            try target.execute(
                "ALTER TABLE ai.agno_runs ALTER run_id TYPE VARCHAR(128)",
                "ALTER TABLE ai.agno_sessions ALTER user_id TYPE VARCHAR(128)")
        }
        let long = String(repeating: "\u{E9}", count: 128)
        try V1Rows.makeTable("agent_sessions", in: source)
        try V1Rows.addSession("a", in: source, runs: [long], user: long)
        try V1Rows.addSession("b", in: source, runs: ["r" + long])
        try V1Rows.addSession("c", in: source, runs: ["c"], user: "u" + long)
        try V1Rows.addSession("d", in: source, runs: ["d"])
        let report = try await source.v1Import(into: target).run()
        #expect(report.tables[0].written == 2)
        #expect(
            report.tables[0].quarantinedRows.map { "\($0.key) \($0.reason)" } == ["b id_too_long", "c id_too_long"])
        #expect(try target.texts("SELECT run_id FROM \(target.name("agno_runs")) ORDER BY session_id") == [long, "d"])
    }

    @Test(
        "V1 ids and texts that the same server's newer tables have no place for are kept", arguments: Engine.mysqlFamily
    )
    func v1IdsTextsSame(
        engine: Engine
    ) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        let long = String(repeating: "s", count: 200)
        for key in ["a", long, "z"] { try V1Rows.addSession(key, in: place, runs: ["run of \(key.prefix(9))"]) }
        for again in [false, true] {
            let report = try await place.v1Import().run()
            #expect(report.tables[0].written == (again ? 0 : 2) && report.tables[0].quarantined == 1)
            #expect(report.tables[0].quarantinedRows == [V1QuarantinedRow(key: long, part: nil, reason: "id_too_long")])
        }
        // A memory's input is a text of at most 64 KB there, which only the server knows.
        let file = try TestPlace(.sqlite)
        try V1Rows.makeTable("memories", in: file)
        for (key, length) in [("long", 70_000), ("m1", 65_535), ("m2", 1)] {
            try file.execute(
                "INSERT INTO memories (id, memory, created_at) VALUES ('\(key)', "
                    + "'{\"memory\": \"x\", \"input\": \"\(String(repeating: "i", count: length))\"}', '2025-07-01 08:00:00')"
            )
        }
        for again in [false, true] {
            let report = try await file.v1Import(into: place).run()
            #expect(report.tables[0].written == (again ? 0 : 2))
            #expect(
                report.tables[0].quarantinedRows == [V1QuarantinedRow(key: "long", part: nil, reason: "not_storable")])
        }
        #expect(
            try place.texts("SELECT memory_id, LENGTH(input) FROM agno_memories ORDER BY 1") == ["m1|65535", "m2|1"])
    }

    @Test("What no server stores is kept in whatever form it has", arguments: Engine.allCases)
    func serverStoresKeptWhatever(engine: Engine) async throws {
        let place = try TestPlace(.sqlite)
        let target = engine == .sqlite ? place : try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("s", in: place, runs: ["r"])
        try place.execute("UPDATE agent_sessions SET memory = CAST(x'7B22FF' AS TEXT), session_data = x'00FF'")
        let report = try await place.v1Import(into: target).run()
        #expect(report.tables[0].error == nil, "\(report.tables[0].error?.description ?? "")")
        #expect(report.tables[0].quarantined + report.tables[0].quarantinedParts > 0)
        #expect(try kept(target).count == report.tables[0].quarantined + report.tables[0].quarantinedParts)
    }
}
