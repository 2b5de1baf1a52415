import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@Suite("Up and down on MariaDB and MySQL", .timeLimit(.minutes(30))) struct RoundTripTests {
    @Test("up reaches what a fresh database of the newest version is", arguments: TestServer.all, versions)
    func up(server: TestServer, version: SchemaVersion) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: version)
        #expect(try manager.up().isSuccess)
        let verification = try manager.verify()
        #expect(verification.tables.flatMap(\.mismatches) == [])
        #expect(try manager.status().tables.allSatisfy { $0.pending.isEmpty && $0.agrees })
        #expect(try manager.up().tables.allSatisfy { $0.outcome != .migrated })
    }

    @Test("down from the newest version gives every table and row back", arguments: TestServer.all, versions)
    func roundTrip(server: TestServer, version: SchemaVersion) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: version)
        let (facts, contents) = try (database.facts(), database.contents())
        #expect(try manager.up().isSuccess)
        let new = try database.contents()
        #expect(try manager.down(target: version, allowDataLoss: true).isSuccess)
        #expect(try database.facts() == facts)
        let differences = try database.contents().differences(from: contents)
        // The versions table, which the first run made where there was none, stays.
        #expect(differences.filter { !$0.contains("agno_schema_versions") } == [])
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(try database.contents().differences(from: new) == [])
    }

    @Test("down from a fresh 3.0.0 to each version is what up started from", arguments: TestServer.all, versions)
    func fresh(server: TestServer, version: SchemaVersion) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .latest)
        #expect(try manager.down(target: version, allowDataLoss: true).isSuccess)
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("a plan writes nothing, not even a table of its own", arguments: TestServer.all)
    func plan(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        let before = try database.contents()
        #expect(try manager.plan().tables.contains { $0.outcome == .migrate })
        #expect(try database.contents().differences(from: before) == [])
        #expect(
            try database.value(
                "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE "
                    + "'agno\\_migration%'") == .integer(0))
    }

    @Test("a reading command says what would be done, word for word what is done", arguments: TestServer.all)
    func planned(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        let planned = try manager.plan().tables.filter { $0.outcome == .migrate }.map(\.type)
        #expect(try manager.up().tables.filter { $0.outcome == .migrated }.map(\.type) == planned)
    }

    @Test(
        "a database and tables of any name are migrated", arguments: TestServer.all,
        ["My-Sess", "select", "a`b'c %s ?1", #"q"uoted"#, "größe_世界"])
    func names(server: TestServer, name: String) throws {
        var tables = TableNames(versions: "v \(name)")
        for type in TableType.allCases where type != .runs { tables[type] = "\(name) \(type.rawValue)" }
        let database = try TestDatabase(on: server, end: " \(name)")
        let manager = try database.manager(tables: tables)
        _ = try manager.makeSample(version: .baseline)
        let facts = try database.facts(tables: tables)
        #expect(facts.contains { $0.hasPrefix("\(name) sessions column") })
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try database.facts(tables: tables) == facts)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("other databases of the server are not touched", arguments: TestServer.all)
    func neighbours(server: TestServer) throws {
        let (database, other) = (try TestDatabase(on: server), try TestDatabase(on: server))
        for one in [database, other] { _ = try one.manager().makeSample(version: .baseline) }
        let before = try other.contents()
        #expect(try database.manager().up().isSuccess)
        #expect(try other.contents().differences(from: before) == [])
    }
}
