import AgnoMigrate
import Foundation
import LosslessJSON
import Testing

/// Databases of servers whose schema and tables are called otherwise than usual.
@Suite("A schema and tables of other names")
struct NamesTests {
    private struct Naming {
        /// With `{name}` for the name of the database, where schemas are databases and so have a name each.
        let schema: String
        let names: [(type: TableType, parameter: String, name: String)]

        var tables: TableNames { TableNames(Dictionary(uniqueKeysWithValues: names.map { ($0.type, $0.name) })) }
        /// As the scripts take them.
        var tableNames: [String] { names.map { "\($0.parameter)=\($0.name)" } }

        static func ugly(on engine: Engine) -> Naming {
            Naming(schema: #"Ugly "schema" ö"# + (engine.isMySQLFamily ? " {name}" : ""), names: uglyTables)
        }

        private static let uglyTables: [(type: TableType, parameter: String, name: String)] = [
            (.sessions, "session", #"My "Sess""#), (.memories, "memory", "select"),
            (.metrics, "metrics", "größe 世界"), (.evals, "eval", "it's %s $1"),
        ]

        func schema(of location: String) -> String {
            schema.replacing("{name}", with: String(location.split(separator: "/").last ?? ""))
        }

        /// A database that the release made with these names.
        func populated(by release: Release, on engine: Engine, in scratch: Scratch) async throws -> String {
            let location = try scratch.emptyDatabase("made.db", on: engine)
            // The original does not quote it.
            if let server = engine.server, engine.isMySQLFamily {
                try scratch.makeDatabase(schema(of: location), copyOf: nil, on: server)
            } else {
                try SQL.execute(location, "CREATE SCHEMA \"\(schema.replacing("\"", with: "\"\""))\"")
            }
            try await release.populate(
                location, ["--schema", schema(of: location)] + tableNames.flatMap { ["--table-name", $0] })
            return location
        }

        func copy(_ location: String, in scratch: Scratch) throws -> String {
            let copy = try scratch.copy(location)
            let engine = Engine(of: location)
            if let server = engine.server, engine.isMySQLFamily {
                try scratch.makeDatabase(schema(of: copy), copyOf: schema(of: location), on: server)
            }
            return copy
        }

        func manager(_ location: String) throws -> MigrationManager {
            try ParityTests.manager(location, schema: schema(of: location), tables: tables)
        }
    }

    @Test(
        "gives what the original makes of it, which its classes read alike", arguments: [Release.v2_0_11, .v2_5_17],
        Engine.servers.filter { !$0.skipsMemories })
    func uglyNames(_ release: Release, _ engine: Engine) async throws {
        let scratch = try Scratch()
        let naming = Naming.ugly(on: engine)
        let ours = try await naming.populated(by: release, on: engine, in: scratch)
        let theirs = try naming.copy(ours, in: scratch)
        let untouched = try naming.copy(ours, in: scratch)
        let original = try await Original.newest.up(
            theirs, schema: naming.schema(of: theirs), tableNames: naming.tableNames)
        #expect(original.raised == nil)
        #expect(try await naming.manager(ours).up().isSuccess)
        let comparison = try await Comparison.of(theirs, ours, .up, schema: naming.schema)
        #expect(comparison.differences == [])
        #expect(try await naming.manager(ours).verify().isVerified)
        #expect(try await naming.manager(ours).up().changed == [])
        #expect(try SQL.tables(in: ours) == [])  // The usual schema was not made.

        let read = try await Original.newest.read(
            ours, into: scratch, schema: naming.schema(of: ours), tableNames: naming.tableNames)
        let expected = try await Original.newest.read(
            theirs, into: scratch, schema: naming.schema(of: theirs), tableNames: naming.tableNames)
        #expect(try await Comparison.of(expected, read, .up, on: engine).differences == [])
        let document = try JSONValueFile(read)
        #expect(document.count("sessions") == 26 && document.count("runs") == 67 && document.count("memories") == 12)

        #expect(
            try await Original.newest.up(ours, schema: naming.schema(of: ours), tableNames: naming.tableNames).raised
                == nil)
        let target = try version(release.schemaVersion)
        #expect(try await naming.manager(ours).down(target: target, allowDataLoss: true).isSuccess)
        let back = try await Comparison.of(
            untouched, ours, nil, schema: naming.schema,
            except: [
                "^tables > agno_schema_versions: only in B", "^stamps > ", "^tables > My \"Sess\" > rows > .* > runs: ",
            ], numbersByValue: true)
        #expect(back.differences == [])
    }

    @Test("26: a name that the original does not quote stops it, not us", arguments: Engine.postgresqls)
    func unquotedByOriginal(_ engine: Engine) async throws {
        let scratch = try Scratch()
        let naming = Naming(schema: "My-Schema", names: [(.memories, "memory", "My-Mem")])
        let ours = try await naming.populated(by: .v2_0_11, on: engine, in: scratch)
        let theirs = try scratch.copy(ours)
        let original = try await Original.newest.up(theirs, schema: naming.schema, tableNames: naming.tableNames)
        #expect(original.raised != nil && original.stamps["My-Mem"] == nil)
        #expect(try await naming.manager(ours).up().isSuccess)
        #expect(try await naming.manager(ours).verify().isVerified)
        let read = try JSONValueFile(
            await Original.newest.read(ours, into: scratch, schema: naming.schema, tableNames: naming.tableNames))
        #expect(read.count("memories") == 12 && read.count("runs") == 67)
    }

    @Test("24: a long name gets every index, where the original leaves out what the server would cut to one name")
    func longName() async throws {
        let scratch = try Scratch()
        let ours = try await Source(release: .v2_5_17, engine: .postgresql).copy(into: scratch)
        let name = "schedules_" + String(repeating: "x", count: 49)
        try SQL.execute(ours, "ALTER TABLE agno_schedules RENAME TO \(name)")
        let theirs = try scratch.copy(ours)
        let original = try await Original.newest.up(theirs, tableNames: ["schedules=\(name)"])
        #expect(original.raised == nil && original.stamps[name] == "3.0.0")
        let indexes = "SELECT COUNT(*) FROM pg_indexes WHERE tablename = '\(name)'"
        let tables = TableNames([.schedules: name])
        #expect(try await manager(ours, tables: tables).up().isSuccess)
        #expect(try await manager(ours, tables: tables).verify().isVerified)
        let usual = try await Source(release: .v2_5_17, engine: .postgresql).migratedByUs(into: scratch)
        let expected = try SQL.column(usual, "SELECT COUNT(*) FROM pg_indexes WHERE tablename = 'agno_schedules'")
        #expect(try SQL.column(ours, indexes) == expected)
        #expect(try SQL.column(theirs, indexes) != expected)
        // And what the original left out is made up for.
        #expect(try await manager(theirs, tables: tables).up().isSuccess)
        #expect(try SQL.column(theirs, indexes) == expected)
    }
}
