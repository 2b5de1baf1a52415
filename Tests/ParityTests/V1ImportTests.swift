import AgnoMigrate
import Foundation
import Testing

/// Conversations that the real 1.8.4 classes stored, imported, and read by the classes of later releases.
@Suite("Conversations of 1.8.4, imported") struct V1ImportTests {
    /// Where 1.8.4 has classes; for memories only on the first two, elsewhere they are in a session.
    private static let engines: [Engine] = Engine.kinds

    /// Every server to itself, and to another one.
    private static let ways: [(Engine, Engine)] = [
        (.sqlite, .sqlite), (.sqlite, .postgresql), (.postgresql, .sqlite), (.postgresql, .postgresql),
        (.mariadb, .mariadb), (.sqlite, .mariadb), (.mariadb, .postgresql), (.postgresql, .mysql), (.mysql, .mysql),
        (.mysql, .mariadb),
    ].filter { engines.contains($0.0) && engines.contains($0.1) }

    /// A database with the conversations of Tests/Parity/v1_spec.py.
    private func stored(_ engine: Engine, _ scratch: Scratch) async throws -> String {
        let place = try scratch.emptyDatabase("v1.db", on: engine)
        let written = try await Release.v1_8_4.script("v1_write.py", ["--db", place])
        guard written.code == 0 else { throw SetUpFailure(description: "v1_write.py: \(written.errors)") }
        return place
    }

    /// Nothing may be read otherwise than it was by a release's classes.
    private func expectNone(
        _ release: Release, _ place: String, importedFrom engine: Engine,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let options = engine.isMySQLFamily ? ["--memories-in-sessions"] : []
        let checked = try await release.script("v1_check.py", ["--db", place] + options)
        guard checked.code < 2, !checked.errors.contains("Traceback") else {
            throw SetUpFailure(description: "v1_check.py: \(checked.errors)")
        }
        let differences = checked.output.split(separator: "\n").map(String.init)
        #expect(differences == [], sourceLocation: sourceLocation)
    }

    private func importAll(_ source: String, into target: String) async throws -> V1ImportReport {
        let report = try await V1Import(from: database(source), into: database(target)).run()
        #expect(report.isSuccess, "\(report.tables)")
        let sessions: [Int64] = [3, 1, 1]
        #expect(report.tables.map(\.read) == sessions + (Engine(of: source).isMySQLFamily ? [] : [2]))
        return report
    }

    @Test("are the same to 3.1.10, from any server to any", arguments: ways)
    func newest(_ from: Engine, _ to: Engine) async throws {
        let scratch = try Scratch()
        let source = try await stored(from, scratch)
        let target = from == to ? source : try scratch.emptyDatabase("target.db", on: to)
        _ = try await importAll(source, into: target)
        try await expectNone(.v3_1_10, target, importedFrom: from)
        let again = try await importAll(source, into: target)
        #expect(again.tables.allSatisfy { $0.written == 0 })
        try await expectNone(.v3_1_10, target, importedFrom: from)
    }

    @Test(
        "are the same to the releases of the 2.x line in tables of their versions",
        arguments: [Release.v2_3_26, .v2_5_17],
        engines)
    func older(_ release: Release, _ engine: Engine) async throws {
        let scratch = try Scratch()
        let place = try await stored(engine, scratch)
        _ = try await manager(place).makeSample(version: version(release.schemaVersion), sessions: 0)
        _ = try await importAll(place, into: place)
        try await expectNone(release, place, importedFrom: engine)
        // And what the next upgrade makes of it.
        #expect(try await manager(place).up().isSuccess)
        try await expectNone(.v3_1_10, place, importedFrom: engine)
    }
}
