import AgnoMigrate
import Foundation
import LosslessJSON
import Testing

/// All rows of the corpus, through a database and back.
@Suite(.timeLimit(.minutes(10))) struct CorpusTests {
    @Test("Every row is accounted for, and a second run changes nothing", arguments: Engine.allCases)
    func everyRowAccountedSecond(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeCorpus(in: place)
        let before = try place.contents()

        let first = try await place.v1Import().run()
        let tables = ["agent_sessions", "team_sessions", "workflow_sessions", "workflow_sessions_v2"]
        #expect(first.tables.map(\.table) == tables + (engine.hasMemories ? ["memories"] : []))
        for table in first.tables {
            #expect(table.error == nil, "\(table.table): \(table.error?.description ?? "")")
            #expect(table.read == Int64(before[table.table]?.count ?? -1), "\(table.table)")
            #expect(table.read == table.written + table.alreadyThere + table.quarantined, "\(table.table)")
            #expect(table.alreadyThere == 0)
        }
        let quarantined = first.tables.flatMap(\.quarantinedRows).filter { $0.part == nil }
        #expect(quarantined.map(\.key) == ["a04-one-run"] + (engine.hasMemories ? ["m05"] : []))
        #expect(quarantined.map(\.reason) == ["id_taken"] + (engine.hasMemories ? ["empty_memory"] : []))

        let after = try place.contents()
        for table in first.tables { #expect(after[table.table] == before[table.table], "v1 tables stay as they are") }
        let sessions = first.tables.filter { $0.kind != .memories }.reduce(0) { $0 + $1.written }
        #expect(after["agno_sessions"]?.count == Int(sessions))
        let memories = first.tables.first { $0.kind == .memories }
        // Where there is no table of them, the only one that a session holds becomes one.
        #expect(after["agno_memories"]?.count == memories.map { Int($0.written) } ?? 1)

        let second = try await place.v1Import().run()
        #expect(second.tables.map(\.written).allSatisfy { $0 == 0 })
        #expect(second.tables.map(\.alreadyThere) == first.tables.map(\.written))
        #expect(second.tables.map(\.quarantined) == first.tables.map(\.quarantined))
        #expect(second.tables.map(\.quarantinedParts) == first.tables.map(\.quarantinedParts))
        #expect(second.warnings == [])
        #expect(try place.contents().differences(from: after) == [])

        let forced = try await place.v1Import().run(overwrite: true)
        #expect(forced.tables.map(\.written).allSatisfy { $0 == 0 }, "the same rows are no news, also where v1 wins")
        #expect(try place.contents().differences(from: after) == [])
    }

    @Test("A dry run writes nothing and says what the import then does", arguments: Engine.allCases)
    func dryRunWritesNothing(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeCorpus(in: place)
        let before = try place.contents()
        let looked = try await place.v1Import().run(dryRun: true)
        #expect(try place.contents() == before)
        #expect(looked.isDryRun)
        #expect(looked.tables[0].examples.contains { $0.hasPrefix("a08-images: ") && $0.contains("inflated_media 1") })
        let done = try await place.v1Import().run()
        for (would, did) in zip(looked.tables, done.tables) {
            #expect(would.read == did.read && would.written == did.written, "\(did.table)")
            #expect(would.quarantined == did.quarantined && would.quarantinedParts == did.quarantinedParts)
            #expect(would.quarantinedRows == did.quarantinedRows)
            #expect(would.changes == did.changes)
        }
    }

    @Test("Every row becomes on a server what it becomes on SQLite", arguments: Engine.servers)
    func everyRowBecomesServer(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeCorpus(in: place)
        let file = try TestPlace(.sqlite)
        try V1Rows.makeCorpus(in: file, asOn: engine)
        let there = try await place.v1Import().run()
        let here = try await file.v1Import().run()
        let sessions = zip(there.tables, here.tables).filter { $0.0.kind != .memories }
        #expect(sessions.map(\.0.quarantinedRows) == sessions.map(\.1.quarantinedRows))
        let differences = try Imported(in: place).differences(
            from: Imported(in: file), but: engine.hasMemories ? ["agno_memories"] : [])
        #expect(differences == [])
    }

    /// Numbers beyond 64 bits are a double to MySQL, in whatever program's hands; nothing else is another value.
    @Test(
        "A file's rows become on every server what they become on PostgreSQL",
        arguments: Engine.servers.filter { $0 != .postgresql })
    func fileRowsBecomeEvery(engine: Engine) async throws {
        let file = try TestPlace(.sqlite)
        try V1Rows.makeCorpus(in: file)
        let place = try TestPlace(engine)
        let there = try await file.v1Import(into: place).run()
        let model = try TestPlace(.postgresql)
        let here = try await file.v1Import(into: model).run()
        #expect(there.tables.map(\.written) == here.tables.map(\.written))
        #expect(there.tables.map(\.quarantinedRows) == here.tables.map(\.quarantinedRows))
        #expect(there.tables.map(\.changes) == here.tables.map(\.changes))
        #expect(try file.contents()["agno_sessions"] == nil, "the source is only read")
        let differences = try Imported(in: place).differences(from: Imported(in: model))
        #expect(differences == [])
    }

    @Test(
        "A database of its own can be the target, on another server and back",
        arguments: [
            (Engine.sqlite, Engine.sqlite), (.postgresql, .sqlite), (.mariadb, .postgresql), (.singlestore, .mariadb),
        ])
    func databaseOwnCanTarget(
        from: Engine, to: Engine
    ) async throws {
        let source = try TestPlace(from)
        try V1Rows.makeCorpus(in: source)
        let target = try TestPlace(to, file: "new.db")
        let first = try await source.v1Import(into: target).run()
        #expect(first.tables.allSatisfy { $0.error == nil })
        #expect(try source.contents()["agno_sessions"] == nil, "the source is only read")
        _ = try await source.v1Import().run()
        let differences = try Imported(in: target).differences(from: Imported(in: source))
        #expect(differences == [])
        let again = try await source.v1Import(into: target).run()
        #expect(again.tables.map(\.alreadyThere) == first.tables.map(\.written))
    }

    @Test("Two sources with tables of the same name do not get into each other's way", arguments: Engine.allCases)
    func twoSourcesTablesSame(engine: Engine) async throws {
        let target = try TestPlace(engine)
        for key in ["one", "two"] {
            let source = try TestPlace(.sqlite)
            try V1Rows.makeTable("agent_sessions", in: source)
            try V1Rows.addSession(key, in: source, runs: ["run of \(key)"])
            let report = try await source.v1Import(into: target).run()
            #expect(report.tables[0].written == 1)
        }
        #expect(
            try target.texts("SELECT session_id FROM \(target.name("agno_sessions")) ORDER BY 1") == ["one", "two"])
    }
}
