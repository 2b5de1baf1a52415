import AgnoMigrate
import DurabilitySupport
import Foundation
import MigrationCore
import Testing

/// Documents of files, on every server.
@Suite(.timeLimit(.minutes(10))) struct FilesTests {
    private func line(_ number: Int, more: String = "") -> String {
        #"{"session_id": "s\#(number)", "agent_id": "a", "agent_data": null, "created_at": 1751328000, "updated_at": "#
            + #"\#(1_751_328_000 + number), "memory": {"runs": [{"run_id": "r\#(number)", "content": "é 😀\#(more)"}]}}"#
    }

    private func files(_ numbers: Range<Int>, more: String = "") throws -> (TemporaryDirectory, String) {
        let directory = try TemporaryDirectory()
        let path = directory.file("agents.jsonl")
        try numbers.map { line($0, more: more) }.joined(separator: "\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        return (directory, path)
    }

    private func work(
        _ path: String, _ place: TestPlace, configure: (inout EngineOptions) -> Void = { _ in }
    ) throws -> V1Import {
        let target = try place.database()
        return V1Import(
            fromFiles: path, into: target, driver: target.makeDriver(), options: TestPlace.options(configure))
    }

    @Test("A run that was stopped resumes, and a second one has nothing to do", arguments: Engine.allCases)
    func resumes(engine: Engine) async throws {
        let place = try TestPlace(engine)
        let (directory, path) = try files(100..<140)
        defer { withExtendedLifetime(directory) {} }
        let stop = Interruption()
        let first = try await work(path, place) {
            $0.batchBytes = 1000
            $0.interruption = stop
            $0.onEvent = { if case .progress(_, _, _, let progress) = $0, progress.done >= 20 { stop.request() } }
        }.run()
        #expect(first.interrupted)
        let written = try #require(first.tables.first?.written)
        #expect(written >= 20 && written < 40)
        let second = try await work(path, place).run()
        #expect(second.isSuccess && second.tables.map(\.read) == [40])
        #expect(second.tables.map(\.written) == [40 - written] && second.tables.map(\.alreadyThere) == [written])
        #expect(try await work(path, place).run().tables.map(\.written) == [0])
        #expect(try place.texts("SELECT COUNT(*) FROM \(place.name("agno_runs"))") == ["40"])
    }

    @Test("An import of files has a proof that its balance is in")
    func proof() async throws {
        let place = try TestPlace(.sqlite)
        let (directory, path) = try files(0..<3)
        defer { withExtendedLifetime(directory) {} }
        let report = try await work(path, place) { $0.makesProof = true }.run()
        #expect(report.path == path)
        let proof = try #require(report.proof)
        #expect(proof.reasons == [] && proof.imported.map(\.read) == [3])
    }

    @Test("Two documents with one id are refused, and nothing of their table is imported")
    func duplicates() async throws {
        let place = try TestPlace(.sqlite)
        let directory = try TemporaryDirectory()
        for name in ["one.json", "two.json"] {
            try line(1).write(toFile: directory.file(name), atomically: true, encoding: .utf8)
        }
        let report = try await work(directory.path, place).run()
        #expect(report.tables.compactMap(\.error).map(\.code) == [.duplicateValues])
        #expect(report.tables.map(\.written) == [0])
    }
}
