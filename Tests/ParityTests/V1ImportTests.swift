import AgnoMigrate
import Foundation
import Testing

/// Conversations that the real 1.8.4 classes stored, imported, and read by the classes of later releases.
@Suite("Conversations of 1.8.4, imported") struct V1ImportTests {
    /// Where 1.8.4 has classes for sessions and for memories.
    private static let engines: [Engine] = [.sqlite, .postgresql]

    /// A database with the conversations of Tests/Parity/v1_spec.py.
    private func stored(_ engine: Engine, _ scratch: Scratch) async throws -> String {
        let place = try scratch.emptyDatabase("v1.db", on: engine)
        let written = try await Release.v1_8_4.script("v1_write.py", ["--db", place])
        guard written.code == 0 else { throw SetUpFailure(description: "v1_write.py: \(written.errors)") }
        return place
    }

    /// What a release's classes read otherwise than it was.
    private func differences(_ release: Release, _ place: String) async throws -> [String] {
        let checked = try await release.script("v1_check.py", ["--db", place])
        guard checked.code < 2, !checked.errors.contains("Traceback") else {
            return ["v1_check.py: \(checked.errors)"]
        }
        return checked.output.split(separator: "\n").map(String.init)
    }

    private func importAll(_ source: String, into target: String? = nil) async throws -> V1ImportReport {
        let report = try await V1Import(from: Database(url: source), into: target.map { try Database(url: $0) }).run()
        #expect(report.isSuccess, "\(report.tables)")
        #expect(report.tables.map(\.read) == [3, 1, 1, 2].map(Int64.init))
        return report
    }

    @Test("are the same to 3.1.10, from either server to either", arguments: engines, engines)
    func newest(_ from: Engine, _ to: Engine) async throws {
        let scratch = try Scratch()
        let source = try await stored(from, scratch)
        let target = from == to ? source : try scratch.emptyDatabase("target.db", on: to)
        _ = try await importAll(source, into: target)
        #expect(try await differences(.v3_1_10, target) == [])
        let again = try await V1Import(from: Database(url: source), into: Database(url: target)).run()
        #expect(again.tables.map(\.written) == [0, 0, 0, 0])
        #expect(try await differences(.v3_1_10, target) == [])
    }

    @Test(
        "are the same to the releases of the 2.x line in tables of their versions",
        arguments: [Release.v2_3_26, .v2_5_17],
        engines)
    func older(_ release: Release, _ engine: Engine) async throws {
        let scratch = try Scratch()
        let place = try await stored(engine, scratch)
        _ = try await manager(place).makeSample(version: version(release.schemaVersion), sessions: 0)
        _ = try await importAll(place)
        #expect(try await differences(release, place) == [])
        // And what the next upgrade makes of it.
        #expect(try await manager(place).up().isSuccess)
        #expect(try await differences(.v3_1_10, place) == [])
    }
}
