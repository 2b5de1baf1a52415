import AgnoMigrate
import LosslessJSON
import MigrationCore
import Testing

/// Runs whose id another run has.
@Suite struct RunIDTests {
    @Test(
        "The second run of an id gets one of its own, in the column and in the run, and is listed",
        arguments: Engine.allCases)
    func secondRunIdGets(
        engine: Engine
    ) async throws {
        let place = try TestPlace(engine)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("a", in: place, runs: ["same", "other"])
        try V1Rows.addSession("b", in: place, runs: ["mine", "same"])
        try V1Rows.addSession("c", in: place, runs: ["twice", "twice"])
        let report = try await place.v1Import().run()
        #expect(report.tables[0].written == 3 && report.tables[0].renamedRuns == 2)
        #expect(
            Set(report.tables[0].renamedRunRows) == [
                QuarantinedRow(key: "b", position: 1, reason: "duplicate_run_id"),
                QuarantinedRow(key: "c", position: 1, reason: "duplicate_run_id"),
            ])
        #expect(report.isSuccess, "nothing is missing, so it is no finding")
        let rows = try place.texts(
            "SELECT session_id, run_index, run_id, run_data FROM \(place.name("agno_runs")) ORDER BY 1, 2")
        #expect(rows.count == 6)
        #expect(
            rows.map { $0.split(separator: "|").prefix(2).joined(separator: " ") } == [
                "a 0", "a 1", "b 0", "b 1", "c 0", "c 1",
            ])
        let ids = rows.map { String($0.split(separator: "|")[2]) }
        #expect(Set(ids).count == 6)
        #expect(ids[0] == "same" && ids[2] == "mine" && ids[4] == "twice")
        #expect(ids[3].wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        for (row, id) in zip(rows, ids) {
            let data = row.split(separator: "|", maxSplits: 3)[3]
            #expect(try JSONValue(parsing: String(data))["run_id"] == JSONValue(id))
        }
        let journal = try await place.manager().history().filter { $0.event == "renamed" }
        #expect(Set(journal.map(\.key)) == ["b", "c"])

        let before = try place.contents()
        let again = try await place.v1Import().run()
        #expect(again.tables[0].alreadyThere == 3 && again.tables[0].renamedRuns == 0)
        #expect(try place.contents() == before)
    }

    @Test("Runs of the application keep their ids, and orphans are not touched", arguments: Engine.allCases)
    func runsApplicationKeepTheir(engine: Engine) async throws {
        let place = try TestPlace(engine)
        _ = try await place.manager().makeSample(version: .latest, sessions: 2)
        try V1Rows.makeTable("agent_sessions", in: place)
        try V1Rows.addSession("imported", in: place, runs: ["run-1-0", "own"])
        let before = try place.contents()["agno_runs"] ?? []
        let report = try await place.v1Import().run()
        #expect(report.tables[0].written == 1 && report.tables[0].renamedRuns == 1)
        let after = try place.contents()["agno_runs"] ?? []
        #expect(Set(before).isSubset(of: after) && after.count == before.count + 2)
    }
}
