import DurabilitySupport
import Testing

@Suite("Killed on PostgreSQL", .serialized, .timeLimit(.minutes(30))) struct KillTests {
    private func stages(_ database: TestDatabase) async throws -> KillStages<PostgreSQLCopies> {
        try UglyDatabase.make(in: database)
        return try await KillStages(PostgreSQLCopies(of: database), from: database.url())
    }

    private func expectNone(_ problems: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            problems.isEmpty, "\(problems.prefix(20).joined(separator: "\n"))", sourceLocation: sourceLocation)
    }

    @Test("an up that was killed before a statement is finished by the next up")
    func up() async throws {
        let database = try TestDatabase()
        expectNone(try await stages(database).upAgain(.before(stride: 3, from: 1)))
    }

    @Test("a down that was killed before a statement is finished by the next down")
    func down() async throws {
        let database = try TestDatabase()
        expectNone(try await stages(database).downAgain(.before(stride: 3, from: 2)))
    }

    @Test("an up, and a down, that were killed while a statement ran are finished by the next")
    func inside() async throws {
        let database = try TestDatabase()
        let stages = try await stages(database)
        expectNone(try await stages.upAgain(.after(stride: 7, from: 3, microseconds: 3000)))
        expectNone(try await stages.downAgain(.after(stride: 7, from: 5, microseconds: 3000)))
    }

    @Test("after an up, and a down, that were killed, its owner may go the other way")
    func otherWay() async throws {
        let database = try TestDatabase()
        let stages = try await stages(database)
        expectNone(try await stages.upThenDownAndUp(.before(stride: 13, from: 2)))
        expectNone(try await stages.downThenUp(.before(stride: 13, from: 3)))
    }
}
