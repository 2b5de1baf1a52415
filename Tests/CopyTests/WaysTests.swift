import AgnoMigrate
import DatabaseAccess
import SQLDialects
import Testing

/// Between any two servers the rows keep their meaning, and the target is as Agno makes it.
@Suite("Copies from one server to another", .timeLimit(.minutes(10)))
struct WaysTests {
    private static let ways: [(Server, Server)] = [
        (.sqlite, .postgresql), (.postgresql, .sqlite),
        (.sqlite, .mariadb), (.mariadb, .postgresql), (.mysql, .sqlite), (.mysql, .mariadb),
    ].filter { Server.available.contains($0.0) && Server.available.contains($0.1) }

    @Test("Every row of the newest version has its meaning on the other side, ugly ones included", arguments: ways)
    func newest(_ from: Server, _ to: Server) throws {
        let (source, target) = (try Place(from, sample: .latest), try Place(to))
        try UglyRows.add(to: source)
        try UglyRows.addTraces(to: source)
        let before = try source.contents()
        let report = try source.copy(to: target).run()
        // The family's adapters have no such tables.
        let absent = Set(report.tables.filter { $0.outcome == .notCopied }.map(\.type))
        let extended: Set = [
            "approvals", "components", "schedules", "schedule_runs", "learnings", "products", "sources", "projects",
            "tasks",
        ]
        #expect(absent == (to.isMySQLFamily && !from.isMySQLFamily ? extended : []))
        #expect(report.version == .latest && report.isSuccess == absent.isEmpty)
        for table in report.tables where !absent.contains(table.type) {
            #expect(table.outcome == .copied && table.copied == table.rows, "\(table)")
        }
        #expect(report.table("runs")?.rows ?? 0 > 10 && report.table("spans")?.rows == 1)
        let differences = try target.contents().differences(from: before)
        #expect(differences.filter { !$0.hasPrefix("agno_schema_versions") } == [])
        #expect(try target.manager().verify().tables.flatMap(\.mismatches) == [])
        #expect(try target.manager().status().hasPendingWork == false)
        // Nothing of the source has changed, and there is nothing to do twice.
        #expect(try source.contents() == before)
        let again = try source.copy(to: target).run()
        for table in again.tables where !absent.contains(table.type) {
            #expect(table.outcome == .copied && table.copied == 0 && table.alreadyThere == table.rows, "\(table)")
        }
    }

    private static let olderWays: [(Server, Server)] = [
        (.sqlite, .postgresql), (.postgresql, .sqlite), (.mariadb, .sqlite),
    ]

    @Test(
        "An older version stays that version, and its release reads the JSON as it writes it", arguments: olderWays,
        [SchemaVersion.baseline, "2.5.6"])
    func older(_ way: (Server, Server), _ version: SchemaVersion) throws {
        let (source, target) = (try Place(way.0, sample: version), try Place(way.1))
        let report = try source.copy(to: target).run()
        #expect(report.shortcomings == [] && report.version == version)
        #expect(try target.contents().differences(from: source.contents()) == [])
        #expect(try target.manager().verify().tables.flatMap(\.mismatches) == [])
        // Where sessions encode JSON twice, they do so in the copy, and only there.
        let data = try target.connected {
            try $0.value("SELECT session_data FROM \(target.name("agno_sessions")) LIMIT 1")?.string ?? ""
        }
        #expect(data.hasPrefix(way.1 == .sqlite ? "\"{" : "{"), "\(data.prefix(20))")
        // And both migrate to the same.
        #expect(try source.manager().up().isSuccess && target.manager().up().isSuccess)
        let versions = try target.contents().differences(from: source.contents())
        #expect(versions.filter { !$0.contains(" session_id=") } == [])
    }

    @Test("A copy to another server and back again is the original, byte by byte but for the spelling of JSON")
    func thereAndBack() throws {
        let (source, middle, back) = (try Place(.sqlite, sample: .latest), try Place(.postgresql), try Place(.sqlite))
        try UglyRows.add(to: source)
        #expect(try source.copy(to: middle).run().shortcomings == [])
        #expect(try middle.copy(to: back).run().shortcomings == [])
        let report = try back.copy(to: source).run()
        #expect(report.shortcomings == [] && report.tables.allSatisfy { $0.copied == 0 })
    }

    @Test("Tables under other names keep them")
    func names() throws {
        let names = TableNames([.sessions: "my sessions", .evals: "Evals"], versions: "my_versions")
        let (source, target) = (try Place(.sqlite), try Place(.postgresql))
        let database = try source.database(tables: names)
        _ = try MigrationManager(database).makeSample(version: .latest, sessions: 3)
        #expect(try source.copy(to: target, tables: names).run().shortcomings == [])
        #expect(try target.count("\"my sessions_runs\"") ?? 0 > 2)
        let status = try MigrationManager(target.database(tables: names)).status()
        #expect(
            status.tables.filter { $0.exists && $0.type != .culture }.allSatisfy {
                $0.stamp == SchemaVersion.latest.description
            })
    }
}
