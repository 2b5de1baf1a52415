import DurabilitySupport
import Testing

@Suite("Killed on MariaDB and MySQL", .serialized, .timeLimit(.minutes(30))) struct KillTests {
    private func stages(_ database: TestDatabase) async throws -> KillStages<MySQLCopies> {
        try UglyDatabase.make(in: database)
        return try await KillStages(MySQLCopies(of: database), from: database.url())
    }

    private func expectNone(_ problems: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            problems.isEmpty, "\(problems.prefix(20).joined(separator: "\n"))", sourceLocation: sourceLocation)
    }

    /// MySQL says the same as MariaDB, more slowly: it is asked at fewer places.
    private func stride(_ step: Int, on server: TestServer) -> Int { server == .mariadb ? step : 3 * step }

    @Test("an up that was killed before a statement is finished by the next up", arguments: TestServer.all)
    func up(server: TestServer) async throws {
        let database = try TestDatabase(on: server)
        expectNone(try await stages(database).upAgain(.before(stride: stride(17, on: server), from: 1)))
    }

    @Test("a down that was killed before a statement is finished by the next down", arguments: TestServer.all)
    func down(server: TestServer) async throws {
        let database = try TestDatabase(on: server)
        expectNone(try await stages(database).downAgain(.before(stride: stride(17, on: server), from: 2)))
    }

    /// On MariaDB only: MySQL is so seldom hit in the middle of a transaction that it would prove nothing.
    @Test("an up, and a down, that were killed while a statement ran are finished by the next")
    func inside() async throws {
        let database = try TestDatabase(on: .mariadb)
        let stages = try await stages(database)
        let step = 23
        expectNone(try await stages.upAgain(.after(stride: step, from: 3, microseconds: 3000)))
        expectNone(try await stages.downAgain(.after(stride: step, from: 5, microseconds: 3000)))
    }

    @Test("after an up, and a down, that were killed, its owner may go the other way", arguments: TestServer.all)
    func otherWay(server: TestServer) async throws {
        let database = try TestDatabase(on: server)
        let stages = try await stages(database)
        let step = stride(19, on: server)
        expectNone(try await stages.upThenDownAndUp(.before(stride: step, from: 2)))
        expectNone(try await stages.downThenUp(.before(stride: step, from: 3)))
    }
}
