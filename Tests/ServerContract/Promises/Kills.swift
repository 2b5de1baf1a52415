import AgnoMigrate
import AgnoSchema
import DurabilitySupport
import MigrationCore
import Testing

extension ServerContract {
    private func stages(_ database: Server.TestDatabase) async throws -> KillStages<Server.Copies> {
        try server.makeUgly(database)
        return try await KillStages(server.copies(of: database), from: database.url())
    }

    /// - Parameter first: the first statement of those that are killed, unless it is drawn.
    private func before(_ stride: Int, from first: Int) -> KillMatrix<Server.Copies>.Moment {
        .before(stride: stride, from: server.killStrides.isRandom ? Int.random(in: 1...stride) : first)
    }

    private func expectNone(_ problems: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            problems.isEmpty, "\(problems.prefix(20).joined(separator: "\n"))", sourceLocation: sourceLocation)
    }

    func finishesAKilledUp() async throws {
        let database = try server.database()
        expectNone(try await stages(database).upAgain(before(server.killStrides.before, from: 1)))
    }

    func finishesAKilledDown() async throws {
        let database = try server.database()
        expectNone(try await stages(database).downAgain(before(server.killStrides.before, from: 2)))
    }

    func finishesWhatWasKilledInside(_ stride: Int) async throws {
        let database = try server.database()
        let stages = try await stages(database)
        expectNone(try await stages.upAgain(.after(stride: stride, from: 3, microseconds: 3000)))
        expectNone(try await stages.downAgain(.after(stride: stride, from: 5, microseconds: 3000)))
    }

    func goesTheOtherWayAfterAKill(_ stride: Int) async throws {
        let database = try server.database()
        let stages = try await stages(database)
        expectNone(try await stages.upThenDownAndUp(before(stride, from: 2)))
        expectNone(try await stages.downThenUp(before(stride, from: 3)))
    }

    /// Fills an empty database with what a way down parks.
    private func fillWithNewerValues(_ database: Server.TestDatabase) throws {
        let manager = try database.manager { $0.clock = .fixed(FaultRunner.now) }
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 12)
        #expect(try manager.up().isSuccess)
        let before = try database.connected { connection in
            let values = NewerValues(connection)
            try values.fill()
            try values.fillOddly()
            return try values.rows()
        }
        // Columns have the order then that every further way gives them.
        #expect(try manager.down(target: .baseline).isSuccess)
        #expect(try manager.up().isSuccess)
        try database.connected { connection in
            let values = NewerValues(connection)
            #expect(try values.rows() == before)
            try values.fillColumnOfApplication()
        }
    }

    func losesNothingParked() async throws {
        let database = try server.database()
        try fillWithNewerValues(database)
        let kills = try await ParkedKills(server.copies(of: database), of: database.url())
        for kill in ParkedKills<Server.Copies>.Kill.allCases {
            expectNone(
                try await kills.problems(
                    of: kill, times: server.killStrides.parked, isRandom: server.killStrides.isRandom))
        }
    }
}
