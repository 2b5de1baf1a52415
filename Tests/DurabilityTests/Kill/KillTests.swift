import AgnoMigrate
import AgnoSchema
import DurabilitySupport
import SQLiteAccess
import Testing

/// After a kill at any statement the same command finishes the work, and the result is that of an undisturbed run.
@Suite(.serialized, .timeLimit(.minutes(30))) struct KillTests {
    private func stages(_ journalMode: String, isSmall: Bool) async throws -> KillStages<SQLiteCopies> {
        let copies = SQLiteCopies(directory: try TemporaryDirectory())
        let old = copies.directory.file("old.db")
        try UglyDatabase(journalMode: journalMode, isSmall: isSmall).make(at: old)
        return try await KillStages(copies, from: old)
    }

    @Test("An up that was killed at any statement is finished by the next up", arguments: ["delete", "wal"])
    func upKilledAnyStatement(journalMode: String) async throws {
        let problems = try await stages(journalMode, isSmall: journalMode == "wal").upAgain()
        #expect(problems.prefix(20) == [])
    }

    @Test("A down that was killed at any statement is finished by the next down", arguments: ["delete", "wal"])
    func downKilledAnyStatement(journalMode: String) async throws {
        let problems = try await stages(journalMode, isSmall: journalMode == "wal").downAgain()
        #expect(problems.prefix(20) == [])
    }

    @Test("An up that was killed while a statement ran is finished by the next up")
    func upKilledWhileStatement() async throws {
        let problems = try await stages("delete", isSmall: true)
            .upAgain(.after(stride: 4, from: 2, microseconds: 1500))
        #expect(problems.prefix(20) == [])
    }

    @Test("After an up that was killed at any statement, down and up give what up gives")
    func afterUpKilledAny() async throws {
        let problems = try await stages("delete", isSmall: true).upThenDownAndUp(.before(stride: 3, from: 1))
        #expect(problems.prefix(20) == [])
    }

    @Test("After a down that was killed at any statement, up gives what it gave before")
    func afterDownKilledAny() async throws {
        let problems = try await stages("delete", isSmall: true).downThenUp(.before(stride: 2, from: 1))
        #expect(problems.prefix(20) == [])
    }

    /// Fills a new file with what a way down parks.
    private func fillWithNewerValues(_ file: String) throws {
        let manager = try MigrationManager.over(file)
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 12)
        try manager.mustGoUp()
        let driver = SQLiteDriver(path: file)
        let before = try driver.withConnection(for: .write) { connection in
            let values = NewerValues(connection)
            try values.fill()
            try values.fillOddly()
            return try values.rows()
        }
        // Columns have the order then that every further way gives them.
        try manager.mustGoDown()
        try manager.mustGoUp()
        try driver.withConnection(for: .write) { connection in
            let values = NewerValues(connection)
            #expect(try values.rows() == before)
            try values.fillColumnOfApplication()
        }
    }

    @Test("What a down has parked comes back exactly, wherever the down or the up was killed")
    func parkedValuesKilledAny() async throws {
        let copies = SQLiteCopies(directory: try TemporaryDirectory())
        let file = copies.directory.file("full.db")
        try fillWithNewerValues(file)
        let kills = try await ParkedKills(copies, of: file)
        for kill in ParkedKills<SQLiteCopies>.Kill.allCases {
            let problems = try await kills.problems(of: kill, times: 10)
            #expect(problems.isEmpty, "\(problems.prefix(20).joined(separator: "\n"))")
        }
    }
}
