import DurabilitySupport
import Testing

/// After a kill at any statement the same command finishes the work, and the result is that of an undisturbed run.
@Suite(.serialized, .timeLimit(.minutes(30))) struct KillTests {
    private func stages(_ journalMode: String, isSmall: Bool) async throws -> KillStages<SQLiteCopies> {
        let copies = SQLiteCopies(directory: try TemporaryDirectory())
        let old = copies.directory.file("old.db")
        try UglyDatabase(journalMode: journalMode, isSmall: isSmall).make(at: old)
        return try await KillStages(copies, from: old)
    }

    @Test(arguments: ["delete", "wal"])
    func `an up that was killed at any statement is finished by the next up`(journalMode: String) async throws {
        let problems = try await stages(journalMode, isSmall: journalMode == "wal").upAgain()
        #expect(problems.prefix(20) == [])
    }

    @Test(arguments: ["delete", "wal"])
    func `a down that was killed at any statement is finished by the next down`(journalMode: String) async throws {
        let problems = try await stages(journalMode, isSmall: journalMode == "wal").downAgain()
        #expect(problems.prefix(20) == [])
    }

    @Test func `an up that was killed while a statement ran is finished by the next up`() async throws {
        let problems = try await stages("delete", isSmall: true)
            .upAgain(.after(stride: 4, from: 2, microseconds: 1500))
        #expect(problems.prefix(20) == [])
    }

    @Test func `after an up that was killed at any statement, down and up give what up gives`() async throws {
        let problems = try await stages("delete", isSmall: true).upThenDownAndUp(.before(stride: 3, from: 1))
        #expect(problems.prefix(20) == [])
    }

    @Test func `after a down that was killed at any statement, up gives what it gave before`() async throws {
        let problems = try await stages("delete", isSmall: true).downThenUp(.before(stride: 2, from: 1))
        #expect(problems.prefix(20) == [])
    }
}
