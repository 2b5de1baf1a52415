import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects
import Testing

extension ServerContract {
    func readsBack(_ version: SchemaVersion) throws {
        let database = try server.database()
        var expected: [String] = []
        try database.connected { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            if connection.dialect.kind == .postgresql { try connection.execute("CREATE SCHEMA ai") }
            for type in TableType.allCases {
                guard let shape = TableDefinition.shape(of: type, at: version, in: context) else { continue }
                for statement in connection.dialect.create(shape, named: context.names[type]) {
                    try connection.execute(statement)
                }
                expected += shape.facts(named: context.names[type])
            }
        }
        #expect(!expected.isEmpty)
        #expect(try database.facts() == expected.sorted())
    }

    func ignoresNeighbours() throws {
        let database = try server.database()
        let neighbours = try server.neighbours(of: database)
        #expect(!neighbours.isEmpty)
        for neighbour in neighbours { _ = try neighbour.manager().makeSample(version: .baseline) }
        #expect(try database.manager().status().tables.allSatisfy { !$0.exists })
    }

    static func shortensNames(_ limit: NameLimit) {
        let suffixes = ["", "_user_id", "_user_id_enabled_next_run_at", "_session_id_run_index", "_uq_user_name"]
        for table in limit.tables {
            let fitted = suffixes.map { limit.fitted("idx_\(table)\($0)", table) }
            #expect(Set(fitted).count == suffixes.count)
            for (name, suffix) in zip(fitted, suffixes) {
                #expect(limit.length(name) <= limit.limit)
                #expect(name.hasSuffix(suffix))
                let whole = "idx_\(table)\(suffix)"
                if limit.length(whole) <= limit.limit { #expect(name == whole) }
            }
        }
    }

    /// The versions table as the database's connections name it.
    private func versionsTable(_ database: Server.TestDatabase) throws -> String {
        try database.connected { $0.dialect.table(TableNames().versions) }
    }

    func stamps() throws {
        let database = try server.database()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        #expect(try manager.up().isSuccess)
        let stamps = try database.rows("SELECT table_name, version, updated_at FROM \(versionsTable(database))")
        let newest = SQLValue.text(SchemaVersion.latest.description)
        #expect(stamps.contains { $0[0] == .text("agno_sessions") && $0[1] == newest })
        #expect(stamps.allSatisfy { $0[1] == newest })
        #expect(try manager.history().contains { $0.event == "run" && $0.outcome == "finished" })
    }

    func refusesTheFuture() throws {
        let database = try server.database()
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 3, 0))
        let table = try versionsTable(database)
        try database.execute("UPDATE \(table) SET version = '9.9.9' WHERE table_name = 'agno_metrics'")
        let before = try database.contents()
        #expect { try manager.up() } throws: { ($0 as? MigrationError)?.code == .newerDatabase }
        #expect(try database.contents().differences(from: before) == [])
    }
}
