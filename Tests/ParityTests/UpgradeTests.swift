import AgnoMigrate
import Foundation
import LosslessJSON
import Testing

@Suite("An upgrade to 3.0.0")
struct UpgradeTests {
    @Test(
        "makes the schema, the rows and the stamps that the original makes",
        arguments: Source.plain([.sqlite]) + Source.odd(Engine.allCases) + [Source(release: .v2_5_0)])
    func sameDatabase(_ source: Source) async throws {
        let scratch = try Scratch()
        let theirs = try await source.migratedByOriginal(into: scratch)
        let ours = try await source.migratedByUs(into: scratch)
        let comparison = try await Comparison.of(theirs, ours, .up)
        #expect(comparison.differences == [])
    }

    @Test(
        "reads through the original's classes like the original's own",
        arguments: Source.plain([.sqlite]) + Source.odd(Engine.allCases))
    func sameObjects(_ source: Source) async throws {
        let scratch = try Scratch()
        let theirs = try await Original.newest.read(source.migratedByOriginal(into: scratch), into: scratch)
        let ours = try await Original.newest.read(source.migratedByUs(into: scratch), into: scratch)
        let comparison = try await Comparison.of(theirs, ours, .up, on: source.engine)
        #expect(comparison.differences == [])
        // Not equal because neither can be read.
        let found = try JSONValue(parsing: String(contentsOfFile: ours, encoding: .utf8))
        for kind in try #require(expectedKinds[source.release]) {
            // The asynchronous class has no methods for them.
            if kind == "components", source.engine == .postgresqlAsync { continue }
            if Self.notOnMySQL.contains(kind), source.engine.isMySQLFamily { continue }
            let rows = try #require(found[kind]?.objectValue, "\(kind)")
            #expect(!rows.members.isEmpty && rows["error"] == nil, "\(kind)")
        }
    }

    private static let notOnMySQL = ["learnings", "components", "schedules", "approvals"]

    /// What a release's database has rows of.
    private let expectedKinds: [Release: [String]] = {
        let first = ["sessions", "runs", "memories", "metrics", "evals", "knowledge"]
        let last = first + ["learnings", "components", "schedules", "approvals"]
        return [.v2_0_11: first, .v2_2_13: first, .v2_3_26: first + ["learnings"], .v2_5_17: last]
    }()

    @Test(
        "and its comparison sees a changed value, a missing row, another type and another index",
        arguments: Engine.kinds)
    func comparisonIsSharp(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11, engine: engine)
        let changed =
            engine == .postgresql ? "jsonb_set(run_data, '{content}', '\"x\"')" : "json_set(run_data, '$.content', 'x')"
        let theirs = try await source.migratedByOriginal(into: scratch)
        let ours = try await source.migratedByUs(into: scratch)
        try SQL.execute(
            ours,
            "UPDATE agno_runs SET run_data = \(changed) WHERE run_id = 'session-000-r0'",
            "DELETE FROM agno_memories WHERE memory_id = 'memory-1'",
            "DROP INDEX idx_agno_runs_status\(engine.isMySQLFamily ? " ON agno_runs" : "")",
            "ALTER TABLE agno_eval_runs ADD COLUMN extra TEXT")
        let lines = try await Comparison.of(theirs, ours, .up).differences
        let paths = Set(lines.map { line in line.prefix(while: { $0 != ":" }) })
        #expect(
            paths.isSuperset(of: [
                "tables > agno_runs > rows > session-000-r0 > run_data > content",
                "tables > agno_memories > rows > memory-1", "tables > agno_runs > indexes > (status)",
                "tables > agno_eval_runs > columns > extra",
            ]))
    }

    @Test("has no allowed difference that no longer occurs", arguments: Engine.allCases)
    func allowedDifferencesOccur(_ engine: Engine) async throws {
        let scratch = try Scratch()
        var seen: Set<Int> = []
        let sources = Source.odd([engine]) + [Source(release: .v2_5_0, engine: engine)]
        for (number, source) in sources.enumerated() {
            let theirs = try await source.migratedByOriginal(into: scratch, as: "theirs-\(number).db")
            let ours = try await source.migratedByUs(into: scratch, as: "ours-\(number).db")
            seen.formUnion(try await Comparison.of(theirs, ours, .up).allowed.map(\.entry))
            _ = try await Original.newest.down(theirs, target: "2.0.0")
            _ = try await manager(ours).down(target: version("2.0.0"), allowDataLoss: true)
            seen.formUnion(try await Comparison.of(theirs, ours, .down).allowed.map(\.entry))
        }
        // Cases that no release's file has; each is made by a test of its own.
        if !engine.isMySQLFamily {
            let (theirs, ours) = try await unstampedApprovals(on: engine, in: scratch)
            seen.formUnion(try await Comparison.of(theirs, ours, .up).allowed.map(\.entry))
        }
        let (none, empty) = try await emptyDatabases(on: engine, in: scratch)
        seen.formUnion(try await Comparison.of(none, empty, .up).allowed.map(\.entry))

        let entries = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: Repository.allowedDifferences)))
                as? [[String: Any]])
        let unused = entries.enumerated().filter { number, entry in
            (entry["engines"] as? [String])?.contains(engine.rawValue) != false && !seen.contains(number)
        }.map { "\($1["pattern"] ?? "")" }
        #expect(unused == [])
    }
}

/// Approvals that have everything but a stamp, migrated by both: defect 27.
func unstampedApprovals(on engine: Engine, in scratch: Scratch) async throws -> (theirs: String, ours: String) {
    let source = Source(release: .v2_5_17, engine: engine)
    let theirs = try await source.copy(into: scratch, as: "unstamped-theirs.db")
    try SQL.execute(theirs, "DELETE FROM agno_schema_versions WHERE table_name = 'agno_approvals'")
    let ours = try scratch.copy(theirs, as: "unstamped-ours.db")
    _ = try await Original.newest.up(theirs)
    _ = try await manager(ours).up()
    return (theirs, ours)
}

/// A database without a table, migrated by both: defects 14 and 15.
func emptyDatabases(on engine: Engine, in scratch: Scratch) async throws -> (theirs: String, ours: String) {
    let theirs = try scratch.emptyDatabase("empty-theirs.db", on: engine)
    let ours = try scratch.emptyDatabase("empty-ours.db", on: engine)
    _ = try await Original.newest.up(theirs)
    _ = try await manager(ours).up()
    return (theirs, ours)
}
