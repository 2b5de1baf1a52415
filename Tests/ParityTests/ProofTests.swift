import AgnoMigrate
import Foundation
import LosslessJSON
import ReportJSON
import Testing

/// Proofs of real databases, checked by the program and by the reference in Python.
@Suite("Proofs are what the reference in Python computes")
struct ProofTests {
    private static let sources: [Source] =
        Engine.kinds.map { Source(release: .v2_0_11, engine: $0) }
        + [Engine.sqlite, .postgresql, .mariadb].map { Source(release: .v2_0_11, engine: $0, isOdd: true) }
        + [Engine.sqlite, .postgresql].map { Source(release: .v2_5_17, engine: $0, isOdd: true) }

    private static let checker = Repository.root.appending(path: "docs/check_proof.py").path

    /// Checks a proof in both ways; returns what the reference prints, and what the program finds.
    private func check(_ proof: Proof?, _ location: String, _ scratch: Scratch) async throws -> ([String], [String]) {
        let proof = try #require(proof)
        let file = scratch.path("\(UUID().uuidString).json")
        try Data((try proof.document().serializedText() ?? "").utf8).write(to: URL(filePath: file))
        let engine = Engine(of: location)
        let url = engine == .sqlite ? "sqlite:///\(location)" : location
        var arguments = [Self.checker, file, url]
        if let schema = engine.server?.schema(of: location) { arguments += ["--schema", schema] }
        let reference = try await Program.run(try await Release.v3_1_10.python(), arguments)
        try #require(reference.errors == "", "\(reference.errors)")
        let lines = reference.output.split(separator: "\n").map(String.init)
        #expect((reference.code == 0) == (lines.last == "confirmed"))
        let check = try await manager(location).check(proof)
        return (lines.dropLast(), check.reasons + check.differences)
    }

    private func proving(_ location: String) throws -> MigrationManager {
        try manager(location, options: Self.proving)
    }

    @Test("Up, down with what it parks, and cleanup are proved, and every proof is confirmed twice", arguments: sources)
    func commands(_ source: Source) async throws {
        let scratch = try Scratch()
        let location = try await source.copy(into: scratch)
        let up = try await proving(location).up()
        #expect(up.proof?.reasons == [], "\(up.warnings)")
        #expect(try await check(up.proof, location, scratch) == ([], []))

        try SQL.execute(
            location, "UPDATE agno_runs SET user_id = 'somebody', updated_at = 7 WHERE session_id = 'session-000'",
            "UPDATE agno_eval_runs SET user_id = 'somebody'",
            "UPDATE agno_memories SET feedback = 'good', created_at = 5")
        let down = try await proving(location).down(target: .baseline)
        #expect(down.proof?.reasons == [], "\(down.warnings)")
        #expect(down.proof?.after.parked.isEmpty == false)
        #expect(try await check(down.proof, location, scratch) == ([], []))

        let again = try await proving(location).up()
        #expect(again.proof?.reasons == [], "\(again.warnings)")
        #expect(try await check(again.proof, location, scratch) == ([], []))
        guard !source.isOdd else { return }
        let cleanup = try await proving(location).cleanup()
        #expect(cleanup.outcome == .dropped)
        #expect(cleanup.proof?.reasons == [])
        #expect(try await check(cleanup.proof, location, scratch) == ([], []))
    }

    @Test("A changed value, a row more and a row less are found in every table", arguments: Engine.kinds)
    func changes(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let location = try await Source(release: .v2_0_11, engine: engine).copy(into: scratch)
        let proof = try await proving(location).up().proof
        let changes = [
            ("agno_memories, column memory", "UPDATE agno_memories SET memory = '\"other\"' WHERE memory_id = (KEY)"),
            (
                "agno_sessions, column session_data",
                "UPDATE agno_sessions SET session_data = '{\"a\": 1.5}' WHERE session_id = (KEY)"
            ),
            ("agno_runs, column run_index", "UPDATE agno_runs SET run_index = run_index + 1 WHERE run_id = (KEY)"),
            ("agno_runs, column run_data", "UPDATE agno_runs SET run_data = '{\"a\": 1}' WHERE run_id = (KEY)"),
            ("agno_metrics, column completed", "UPDATE agno_metrics SET completed = NOT completed WHERE id = (KEY)"),
            ("agno_knowledge, column name", "UPDATE agno_knowledge SET name = 'other' WHERE id = (KEY)"),
        ]
        for (place, statement) in changes {
            let words = statement.split(separator: " ")
            let key = words[words.count - 3]
            let table = words[1]
            try SQL.execute(
                location,
                statement.replacing(
                    "(KEY)", with: "(SELECT k.least FROM (SELECT MIN(\(key)) AS least FROM \(table)) k)"))
            let (reference, ours) = try await check(proof, location, scratch)
            #expect(reference.contains { $0.hasPrefix("\(place) ") }, "\(place): \(reference)")
            #expect(ours.contains { $0.hasPrefix("\(place):") }, "\(place): \(ours)")
        }
        try SQL.execute(
            location, "DELETE FROM agno_eval_runs",
            "UPDATE agno_sessions SET runs = '[]' WHERE session_id = 'session-000'",
            "INSERT INTO agno_sessions (session_id, session_type, created_at) VALUES ('new', 'agent', 1)")
        let (reference, ours) = try await check(proof, location, scratch)
        for found in [reference, ours] {
            #expect(found.contains { $0.hasPrefix("agno_eval_runs has 0 rows") })
            #expect(found.contains { $0.hasPrefix("agno_sessions has ") })
            #expect(found.contains { $0.contains("run lists") })
        }
    }

    @Test("A copy to another server is proved", arguments: [Engine.postgresql, .mysql].filter(Engine.kinds.contains))
    func copy(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = try await Source(release: .v2_5_17, engine: .sqlite).migratedByUs(into: scratch)
        let target = try scratch.emptyDatabase("target.db", on: engine)
        let copy = try await DatabaseCopy(from: database(source), to: database(target), options: Self.proving).run()
        #expect(copy.proof?.before.tables.isEmpty == false)
        let left = copy.tables.filter { $0.outcome == .notCopied && $0.rows > 0 }
        #expect(copy.proof?.reasons == left.map { "\($0.name) was not copied: \($0.rows) rows" })
        let (reference, ours) = try await check(copy.proof, target, scratch)
        #expect((reference + ours).filter { !$0.contains("was not copied") } == [])
    }

    @Test("An import from 1.x is proved", arguments: [Engine.sqlite, .postgresql])
    func importFromV1(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = try scratch.emptyDatabase("v1.db")
        let written = try await Release.v1_8_4.script("v1_write.py", ["--db", source])
        guard written.code == 0 else { throw SetUpFailure(description: "v1_write.py: \(written.errors)") }
        let target = try scratch.emptyDatabase("target.db", on: engine)
        let report = try await V1Import(from: database(source), into: database(target), options: Self.proving).run()
        #expect(report.proof?.reasons == [])
        #expect(report.proof?.imported.map(\.read) == report.tables.map(\.read))
        #expect(try await check(report.proof, target, scratch) == ([], []))
    }

    private static var proving: MigrationOptions {
        var options = MigrationOptions()
        options.makesProof = true
        return options
    }
}
