import AgnoMigrate
import Foundation
import LosslessJSON
import Testing

/// All rows of the corpus, through a database and back.
@Suite(.timeLimit(.minutes(10))) struct CorpusTests {
    @Test(arguments: Engine.allCases)
    func `every row is accounted for, and a second run changes nothing`(engine: Engine) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeCorpus(in: place)
        let before = try place.contents()

        let first = try await place.v1Import().run()
        #expect(
            first.tables.map(\.table) == [
                "agent_sessions", "team_sessions", "workflow_sessions", "workflow_sessions_v2", "memories",
            ])
        for table in first.tables {
            #expect(table.error == nil, "\(table.table): \(table.error?.description ?? "")")
            #expect(table.read == Int64(before[table.table]?.count ?? -1), "\(table.table)")
            #expect(table.read == table.written + table.alreadyThere + table.quarantined, "\(table.table)")
            #expect(table.alreadyThere == 0)
        }
        let quarantined = first.tables.flatMap(\.quarantinedRows).filter { $0.part == nil }
        #expect(quarantined.map(\.key) == ["a04-one-run", "m05"])
        #expect(quarantined.map(\.reason) == ["id_taken", "empty_memory"])

        let after = try place.contents()
        for table in first.tables { #expect(after[table.table] == before[table.table], "v1 tables stay as they are") }
        let sessions = first.tables.filter { $0.kind != .memories }.reduce(0) { $0 + $1.written }
        #expect(after["agno_sessions"]?.count == Int(sessions))
        #expect(after["agno_memories"]?.count == Int(first.tables[4].written))

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

    @Test(arguments: Engine.allCases)
    func `a dry run writes nothing and says what the import then does`(engine: Engine) async throws {
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

    @Test func `a database of its own can be the target, on another server and back`() async throws {
        let file = try TestPlace(.sqlite)
        try V1Rows.makeCorpus(in: file)
        let beside = try TestPlace(.sqlite, file: "new.db")
        let server = try TestPlace(.postgresql)
        let here = try await file.v1Import(into: beside).run()
        let there = try await file.v1Import(into: server).run()
        #expect(here.tables.map(\.written) == there.tables.map(\.written))
        #expect(try file.contents()["agno_sessions"] == nil, "the source is only read")
        let query = "SELECT session_id, run_type, run_index, run_id FROM \(beside.name("agno_runs")) ORDER BY run_id"
        #expect(
            try beside.texts(query).sorted()
                == server.texts(query.replacing("agno_runs", with: "ai.agno_runs")).sorted())
        // The other way: v1 tables on the server, a new file.
        let old = try TestPlace(.postgresql)
        try V1Rows.makeCorpus(in: old)
        let last = try TestPlace(.sqlite)
        let back = try await old.v1Import(into: last).run()
        #expect(back.tables.allSatisfy { $0.error == nil })
        #expect(
            try last.contents()["agno_sessions"]?.count == Int(back.tables.dropLast().reduce(0) { $0 + $1.written }))
    }

    @Test(arguments: Engine.allCases)
    func `two sources with tables of the same name do not get into each other's way`(engine: Engine) async throws {
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
