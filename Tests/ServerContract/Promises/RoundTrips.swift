import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

extension ServerContract {
    func goesUpAndDown(from version: SchemaVersion) throws {
        let database = try server.database()
        let manager = try database.manager()
        _ = try manager.makeSample(version: version)
        let (facts, contents) = try (database.facts(), database.contents())
        let up = try manager.up()
        #expect(up.isSuccess, "\(up.problems)")
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        #expect(try manager.status().tables.allSatisfy { $0.pending.isEmpty && $0.agrees })
        #expect(try manager.up().tables.allSatisfy { $0.outcome != .migrated })
        let new = try database.contents()
        let down = try manager.down(target: version, allowDataLoss: true)
        #expect(down.isSuccess, "\(down.problems)")
        #expect(try database.facts() == facts)
        // The versions table, which the first run made where there was none, stays.
        #expect(try database.contents().differences(from: contents).withoutStamps == [])
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(try database.contents().differences(from: new) == [])
    }

    func goesDownAndUp(to version: SchemaVersion) throws {
        let database = try server.database()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .latest)
        #expect(try manager.down(target: version, allowDataLoss: true).isSuccess)
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    func plansWithoutWriting() throws {
        let database = try server.database()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        let tables = try allTables(of: database)
        #expect(!tables.isEmpty)
        let before = try database.contents()
        let planned = try manager.plan().tables.filter { $0.outcome == .migrate }.map(\.type)
        #expect(!planned.isEmpty)
        #expect(try database.contents().differences(from: before) == [])
        #expect(try allTables(of: database) == tables)
        #expect(try manager.up().tables.filter { $0.outcome == .migrated }.map(\.type) == planned)
    }

    /// The names of all tables, the program's own included.
    private func allTables(of database: Server.TestDatabase) throws -> [String] {
        try database.connected { try $0.dialect.columnsOfTables(using: $0) }?.keys.map(\.text).sorted() ?? []
    }

    func migrates(named name: String) throws {
        var tables = TableNames(versions: "v \(name)")
        for type in TableType.allCases where type != .runs { tables[type] = "\(name) \(type.rawValue)" }
        let database = try server.database(named: " \(name)")
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

    func repairsWhatIsLost() throws {
        let database = try server.database()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .latest)
        let facts = try database.facts()
        try database.connected { connection in
            let names: [TableType: String] = [.sessions: "agno_sessions"]
            let found = try connection.dialect.snapshots(of: names, using: connection)
            let sessions = try #require(found[.sessions])
            let losses: [SchemaChange] = [
                .dropIndex(Index(on: ["created_at"])), .dropColumn(.optional("summary", .parsedJSON)),
            ]
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            for loss in losses {
                guard
                    case .statements(let statements) = connection.dialect.lower(
                        [loss], of: sessions, among: found, in: context, now: 0)
                else {
                    Issue.record("\(loss) has no statement")
                    continue
                }
                for statement in statements { try connection.executeWithFallbacks(statement) }
            }
        }
        #expect(try manager.verify().tables.flatMap(\.mismatches).count == 2)
        #expect(try manager.status().hasPendingWork)
        #expect(try manager.plan().tables.flatMap(\.repairs).count == 2)
        let up = try manager.up()
        #expect(up.isSuccess, "\(up.problems) \(up.tables.flatMap(\.drift))")
        #expect(up[.sessions]?.repaired.count == 2)
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        #expect(try !manager.status().hasPendingWork)
        #expect(try database.facts() == facts)
    }

    func keepsLateLists() throws {
        let database = try server.database()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 3)
        #expect(try manager.up().isSuccess)
        try database.connected { _ = try $0.execute(server.append(run: "late", toSession: "session-1")) }
        #expect(try !manager.verify().isVerified)
        #expect(try manager.cleanup().outcome == .refused)
        #expect(try manager.status().tables.first { $0.type == .sessions }?.pending.isEmpty == false)
        let down = try manager.down(target: SchemaVersion(2, 5, 6), allowDataLoss: true)
        #expect(down.isSuccess, "\(down.problems)")
        let lists = try database.rows("SELECT runs FROM \(table(TableNames()[.sessions], of: database))")
        #expect(lists.contains { $0[0].string?.contains("late") ?? false })
    }

    func leavesNeighboursAlone() throws {
        let database = try server.database()
        let neighbours = try server.neighbours(of: database)
        for one in [database] + neighbours { _ = try one.manager().makeSample(version: .baseline) }
        let before = try neighbours.map { try $0.contents() }
        #expect(try database.manager().up().isSuccess)
        for (neighbour, contents) in zip(neighbours, before) {
            #expect(try neighbour.contents().differences(from: contents) == [])
        }
    }
}

extension [String] {
    /// Differences of databases, but for those of the versions table.
    package var withoutStamps: [String] { filter { !$0.contains(TableNames().versions) } }
}
