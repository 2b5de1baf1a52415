import AgnoMigrate
import AgnoSchema
import ServerContract
import Testing

@Suite("The lock row of SingleStore", .timeLimit(.minutes(30))) struct LockTests {
    @Test("Is free without anything having been written to it")
    func free() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline, sessions: 1)
        try database.driver().withLock("test", waiting: { _ in false }) {}
        #expect(try database.value("SELECT taken FROM agno_migration_lock") == .integer(0))
    }
}
