import AgnoMigrate
import AgnoSchema
import SQLDialects
import Testing

@Suite("Up and down on PostgreSQL") struct RoundTripTests {
    @Test("up reaches what a fresh database of the newest version is", arguments: versions)
    func up(version: SchemaVersion) throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: version)
        let report = try manager.up()
        #expect(report.isSuccess)
        let verification = try manager.verify()
        #expect(verification.tables.flatMap(\.mismatches) == [])
        #expect(try manager.status().tables.allSatisfy { $0.pending.isEmpty && $0.agrees })
        #expect(try manager.up().tables.allSatisfy { $0.outcome != .migrated })
    }

    @Test("down from the newest version gives every table and row back", arguments: versions)
    func roundTrip(version: SchemaVersion) throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: version)
        let (catalogue, contents) = try (database.catalogue(), database.contents())
        #expect(try manager.up().isSuccess)
        #expect(try manager.down(target: version, allowDataLoss: true).isSuccess)
        #expect(try database.catalogue() == catalogue)
        #expect(try database.contents() == contents)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("down from a fresh 3.0.0 to each version is what up started from", arguments: versions)
    func fresh(version: SchemaVersion) throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .latest)
        #expect(try manager.down(target: version, allowDataLoss: true).isSuccess)
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("a plan writes nothing, not even a table of its own")
    func plan() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        let relations =
            "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'ai'"
        let before = try database.value(relations)
        #expect(try manager.plan().tables.contains { $0.outcome == .migrate })
        #expect(try database.value(relations) == before)
    }

    @Test("the JSON columns of a table are rewritten once")
    func oneRewrite() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        let plan = try manager.plan(tables: [.sessions], target: SchemaVersion(2, 3, 0))
        let statements = plan.tables.flatMap(\.steps).flatMap(\.statements)
        #expect(statements.count == 1)
        #expect(statements.first?.ranges(of: "TYPE JSONB").count == 7)
    }

    @Test(
        "a schema of another name holds everything, and no other schema is touched",
        arguments: ["Ugly \"schema\"", "public"])
    func schemas(schema: String) throws {
        let database = try TestDatabase(schema: schema)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        let others = try database.rows(
            "SELECT DISTINCT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE c.relname LIKE 'agno%'")
        #expect(others == [[.text(schema)]])
    }

    @Test("tables of any name are migrated", arguments: ["My-Sess", "select", "a\"b'c %s $1", "größe_世界"])
    func names(name: String) throws {
        var tables = TableNames(versions: "v \(name)")
        for type in TableType.allCases where type != .runs { tables[type] = "\(name) \(type.rawValue)" }
        let database = try TestDatabase()
        let manager = try database.manager(tables: tables)
        _ = try manager.makeSample(version: .baseline)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try manager.up().isSuccess)
    }
}
