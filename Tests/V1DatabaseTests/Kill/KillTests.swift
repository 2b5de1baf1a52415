import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// After a kill at any statement the same command finishes the import, and the result is that of an undisturbed run.
@Suite(.serialized, .timeLimit(.minutes(30))) struct KillTests {
    private typealias Matrix = KillMatrix<ImportCopies>

    private func matrix(
        _ engine: Engine, from version: SchemaVersion?, _ moment: Matrix.Moment
    ) async throws -> [String] {
        let place = try TestPlace(engine)
        try V1Rows.makeCorpus(in: place)
        if let version { _ = try await place.manager().makeSample(version: version, sessions: 3) }
        let copies = try ImportCopies(engine)
        let done = try copies.copy(place.url, as: "done")
        defer { copies.remove(done) }
        let statements = try await FaultRunner.mustSucceed("import-v1", done)
        let command = Matrix.Command("import-v1")
        return try await Matrix(
            copies, of: place.url, command: command, then: [command], becomes: done, statements: statements, moment
        ).run()
    }

    @Test("An import that was killed before a statement is finished by the next, on SQLite")
    func importKilledBeforeStatement() async throws {
        let problems = try await matrix(.sqlite, from: nil, .before(stride: 3, from: 1))
        #expect(problems.prefix(20) == [])
    }

    @Test("An import into an older version that was killed is finished by the next")
    func importOlderVersionKilled() async throws {
        let problems = try await matrix(.sqlite, from: .baseline, .before(stride: 7, from: 2))
        #expect(problems.prefix(20) == [])
    }

    @Test("An import that was killed while a statement ran is finished by the next")
    func importKilledWhileStatement() async throws {
        let problems = try await matrix(.sqlite, from: .latest, .after(stride: 11, from: 3, microseconds: 1500))
        #expect(problems.prefix(20) == [])
    }

    @Test("An import that was killed before a statement is finished by the next, on PostgreSQL")
    func importKilledBeforeStatementFinished() async throws {
        let problems = try await matrix(.postgresql, from: nil, .before(stride: 9, from: 1))
        #expect(problems.prefix(20) == [])
    }

    @Test("An import that was killed before a statement is finished by the next, on MariaDB")
    func importKilledBeforeStatementFinishedNext() async throws {
        let problems = try await matrix(.mariadb, from: nil, .before(stride: 6, from: 1))
        #expect(problems.prefix(20) == [])
    }
}
