import AgnoMigrate
import Foundation
import Testing

@Suite("Whether a release may serve on a database")
struct ServingTests {
    private static let releases: [Release] = [
        .v2_0_11, .v2_2_13, .v2_3_26, .v2_5_6, .v2_5_17, .v2_9_0, .v3_0_11, .v3_1_10,
    ]

    /// The databases of the tests: one with all tables of 2.5.17, taken to each version.
    private func database(at target: SchemaVersion, on engine: Engine, in scratch: Scratch) async throws -> String {
        let source = Source(release: .v2_5_17, engine: engine)
        let location = try await source.migratedByUs(into: scratch, as: "\(target).db")
        if target < .latest { #expect(try await manager(location).down(target: target).isSuccess) }
        return location
    }

    /// The answers of a real release by table type: nil if it serves.
    private func answers(
        of release: Release, on location: String, expecting run: String?
    ) async throws -> [String: String?] {
        let arguments = ["--db", location, "--release", release.rawValue] + (run.map { ["--expect-run", $0] } ?? [])
        let finished = try await release.script("serve.py", arguments)
        guard finished.code == 0 else { throw SetUpFailure(description: "serve.py: \(finished.errors)") }
        return try JSONDecoder().decode([String: String?].self, from: Data(finished.output.utf8))
    }

    struct Question: CustomTestStringConvertible, Sendable {
        let release: Release
        let engine: Engine
        var testDescription: String { "\(release.rawValue) on \(engine.rawValue)" }
    }

    /// Every release on SQLite and PostgreSQL; on MariaDB and MySQL, which have fewer tables, one before, between and after.
    private static let questions =
        releases.flatMap { [Question(release: $0, engine: .sqlite), Question(release: $0, engine: .postgresql)] }
        + Engine.kinds.filter(\.isMySQLFamily).flatMap { engine in
            [Release.v2_0_11, .v2_5_17, .v3_1_10].map { Question(release: $0, engine: engine) }
        }

    @Test("check says of every table what the real release finds", arguments: questions)
    func sameAnswers(_ question: Question) async throws {
        let (release, engine) = (question.release, question.engine)
        let scratch = try Scratch()
        let named = try #require(AgnoRelease(release.rawValue))
        for target in SchemaVersion.known {
            let location = try await database(at: target, on: engine, in: scratch)
            // A run as 3.x stores it, which only its own table has.
            let run = target.description == "3.0.0" ? "early" : nil
            if run != nil { #expect(try await Original.newest.writeRun(location).raised == nil) }
            let check = try await manager(location).check(named)
            let answers = try await answers(of: release, on: location, expecting: run)
            let existing = check.tables.filter(\.exists)
            #expect(Set(existing.map(\.type.name)) == Set(answers.keys), "\(release.rawValue) on \(target)")
            for table in existing {
                let answer = answers[table.type.name] ?? nil
                #expect(
                    table.serves == (answer == nil),
                    "\(release.rawValue) on \(target): \(table.name): \(table.reasons), \(answer ?? "serves")")
            }
            #expect(check.mayServe == existing.allSatisfy(\.serves))
        }
    }

    @Test("Each release stamps and makes what the table of releases says", arguments: releases, [Engine.sqlite])
    func stamps(_ release: Release, _ engine: Engine) async throws {
        let scratch = try Scratch()
        let location = try await Source(release: release, engine: engine).copy(into: scratch)
        let range = try #require(AgnoRelease(release.rawValue)?.range)
        let stamps = try SQL.tables(in: location).contains("agno_schema_versions") ? SQL.stamps(in: location) : [:]
        #expect(Set(stamps.values) == Set([range.stamp?.description].compactMap(\.self)))
        #expect(range.schemaVersion.description == release.schemaVersion)
        let named = try #require(AgnoRelease(release.rawValue))
        let check = try await manager(location).check(named)
        #expect(check.mayServe, "\(check.tables.flatMap(\.reasons))")
    }
}
