import AgnoMigrate
import MigrationCore
import Testing

/// Ids that the target's collation takes for one: each is kept, none is merged with another.
@Suite struct AlikeIDsTests {
    private func source(_ keys: [(String, [String])]) throws -> TestPlace {
        let source = try TestPlace(.sqlite)
        try V1Rows.makeTable("agent_sessions", in: source)
        for (key, runs) in keys { try V1Rows.addSession(key, in: source, runs: runs, content: "of <\(key)>") }
        return source
    }

    @Test(
        "Sessions whose ids differ in case or in a blank at their end stay apart, or are kept aside",
        arguments: Engine.allCases)
    func sessionsIdsDifferCase(
        engine: Engine
    ) async throws {
        let source = try source([("S1", ["a"]), ("s1", ["b"]), ("s1 ", ["c"]), ("s2", ["d"]), ("s2 ", ["e"])])
        let target = try TestPlace(engine)
        // MySQL's own collation takes blanks at the end seriously, the others' of the family do not.
        let aside: [String] =
            switch engine {
            case .sqlite, .postgresql: []
            case .mysql: ["s1"]
            case .mariadb, .singlestore: ["s1", "s1 ", "s2 "]
            }
        var before: Contents?
        for again in [false, true] {
            let report = try await source.v1Import(into: target).run(overwrite: again)
            #expect(report.tables[0].read == 5 && report.tables[0].written == (again ? 0 : 5 - Int64(aside.count)))
            #expect(report.tables[0].quarantinedRows.map(\.key) == aside)
            #expect(report.tables[0].quarantinedRows.allSatisfy { $0.reason == "id_taken" })
            let contents = try target.contents()
            #expect(contents["agno_sessions"]?.count == 5 - aside.count)
            #expect(contents["agno_migration_quarantine"]?.count ?? 0 == aside.count)
            #expect(before.map { contents.differences(from: $0) } ?? [] == [])
            before = contents
        }
        // Each session has its own run and no other.
        let runs = try target.texts(
            "SELECT session_id, run_id, run_data FROM \(target.name("agno_runs")) ORDER BY run_id")
        let expected = [("S1", "a"), ("s1", "b"), ("s1 ", "c"), ("s2", "d"), ("s2 ", "e")].filter {
            !aside.contains($0.0)
        }
        #expect(runs.count == expected.count)
        for (row, (key, run)) in zip(runs, expected) {
            #expect(row.hasPrefix("\(key)|\(run)|") && row.contains("of <\(key)>"))
        }
        let looked = try await source.v1Import(into: target).run(dryRun: true)
        #expect(looked.tables[0].quarantinedRows.map(\.key) == aside)
    }

    @Test(
        "A session of the application is not touched by a v1 session whose id looks like its own",
        arguments: Engine.allCases)
    func sessionApplicationTouchedV1(
        engine: Engine
    ) async throws {
        let source = try source([("s1", ["b"])])
        let target = try TestPlace(engine)
        _ = try await target.manager().makeSample(version: .latest, sessions: 0)
        try target.execute(
            "INSERT INTO \(target.name("agno_sessions")) (session_id, session_type, agent_id, user_id, created_at, updated_at) VALUES ('S1', 'agent', 'a', 'u', 5, 6)",
            "INSERT INTO \(target.name("agno_runs")) (run_id, session_id, run_type, run_data, created_at) VALUES ('own', 'S1', 'agent', '{}', 5)"
        )
        let report = try await source.v1Import(into: target).run(overwrite: true)
        #expect(report.tables[0].quarantinedRows.map(\.reason) == (engine.isMySQLFamily ? ["id_taken"] : []))
        let runs = try target.texts("SELECT session_id, run_id FROM \(target.name("agno_runs")) ORDER BY run_id")
        #expect(runs == (engine.isMySQLFamily ? [] : ["s1|b"]) + ["S1|own"])
    }

    @Test("Runs whose ids differ in case only are all written", arguments: Engine.allCases)
    func runsIdsDifferCase(engine: Engine) async throws {
        let source = try source([("one", ["r1", "R1", "x"]), ("two", ["y", "X"])])
        let target = try TestPlace(engine)
        var before: Contents?
        for again in [false, true] {
            let report = try await source.v1Import(into: target).run()
            #expect(report.tables[0].written == (again ? 0 : 2) && report.isSuccess)
            #expect(report.tables[0].renamedRuns == (engine.isMySQLFamily && !again ? 2 : 0))
            let rows = try target.texts(
                "SELECT session_id, run_index, run_id FROM \(target.name("agno_runs")) ORDER BY 1, 2")
            #expect(rows.count == 5 && Set(rows).isSuperset(of: ["one|0|r1", "one|2|x", "two|0|y"]), "\(rows)")
            let contents = try target.contents()
            #expect(before.map { contents.differences(from: $0) } ?? [] == [])
            before = contents
        }
    }

    @Test("Memories whose ids differ in case only stay apart, or are kept aside", arguments: Engine.allCases)
    func memoriesIdsDifferCase(engine: Engine) async throws {
        let source = try TestPlace(.sqlite)
        try V1Rows.makeTable("memories", in: source)
        for key in ["M1", "m1", "m2"] {
            try source.execute(
                "INSERT INTO memories (id, memory, created_at) VALUES ('\(key)', '{\"memory\": \"of \(key)\"}', '2025-07-01 08:00:00')"
            )
        }
        let target = try TestPlace(engine)
        let aside = engine.isMySQLFamily ? ["m1"] : []
        for again in [false, true] {
            let report = try await source.v1Import(into: target).run()
            #expect(report.tables[0].written == (again ? 0 : 3 - Int64(aside.count)))
            #expect(report.tables[0].quarantinedRows.map(\.key) == aside)
            #expect(report.tables[0].quarantinedRows.allSatisfy { $0.reason == "id_taken" })
        }
        let table = target.name("agno_memories")
        #expect(
            try target.texts("SELECT memory_id, memory FROM \(table)").sorted()
                == ["M1|\"of M1\"", "m1|\"of m1\"", "m2|\"of m2\""].filter { !aside.contains(String($0.prefix(2))) })
    }
}
