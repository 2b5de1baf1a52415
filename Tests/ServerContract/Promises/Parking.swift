import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import Testing

extension ServerContract {
    func parks(goingDownTo version: SchemaVersion) throws {
        let database = try server.database()
        let manager = try database.manager { $0.makesProof = true }
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 5)
        #expect(try manager.up().isSuccess)
        try database.connected { try NewerValues($0).fill() }
        let before = try database.contents()

        let plan = try manager.plan(.down, target: version)
        #expect(plan.losses == [])
        let down = try manager.down(target: version)
        #expect(down.isSuccess, "\(down.problems)")
        #expect(Set(down.tables.flatMap(\.parked)) == Set(plan.parks))
        try requireProof(down.proof, manager)
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        #expect(try manager.status().parked == manager.parked().entries)
        let up = try manager.up()
        #expect(up.isSuccess, "\(up.problems)")
        try requireProof(up.proof, manager)
        #expect(try database.contents().differences(from: before) == [])
        #expect(try manager.parked().entries == [])
        #expect(up.tables.flatMap(\.restored).reduce(0) { $0 + $1.rows } == plan.parks.reduce(0) { $0 + $1.rows })

        // A program of 2.x deletes one row and changes others; what cannot go back stays parked.
        #expect(try manager.down(target: version).isSuccess)
        let memories = try table(.memories, of: database)
        let metrics = try table(.metrics, of: database)
        // A column that is new, and a key that some servers take for a parked one.
        try database.execute(
            "DELETE FROM \(table(.evals, of: database))", "UPDATE \(memories) SET updated_at = 1700000099",
            "ALTER TABLE \(metrics) ADD COLUMN extra INT DEFAULT 7 NOT NULL")
        if try !database.connected({ $0.dialect.traits.has(.shardedTables) }) {
            try database.execute("UPDATE \(metrics) SET id = 'ANN' WHERE id = 'metrics-1'")
        }
        let again = try manager.up()
        #expect(again.isSuccess, "\(again.problems)")
        // The rows that come back get the new column's default, which nobody had parked.
        try requireProof(again.proof, manager, but: "agno_metrics, column extra: 3 values before, ")
        for row in try database.rows("SELECT created_at, feedback FROM \(memories)") {
            #expect(row == [.integer(5), .text(NewerValues.feedback)])
        }
        #expect(try database.rows("SELECT extra FROM \(metrics) WHERE id = 'bob'") == [[.integer(7)]])
        let left = Set(try manager.parked().entries.map(\.table))
        #expect(left.subtracting([TableNames()[.metrics]]) == [TableNames()[.evals]])
        // What an `up` had no place for no later one puts back.
        #expect(try !manager.status().hasPendingWork)
        #expect(try manager.up().tables.allSatisfy { $0.outcome != .migrated })
        let dropped = try manager.dropParked()
        #expect(!dropped.dropped.isEmpty && dropped.entries == [])
    }

    private func requireProof(_ proof: Proof?, _ manager: MigrationManager, but reason: String? = nil) throws {
        let proof = try #require(proof)
        #expect(proof.reasons.count == (reason == nil ? 0 : 1))
        #expect(proof.reasons.allSatisfy { $0.hasPrefix(reason ?? "") })
        let check = try manager.check(proof)
        #expect(check.reasons == proof.reasons && check.differences == [])
    }

    private func table(_ type: TableType, of database: Server.TestDatabase) throws -> String {
        try table(TableNames()[type], of: database)
    }
}
