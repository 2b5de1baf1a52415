import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@testable import MigrationCore

@Suite("The versions table")
struct VersionStoreTests {
    private func store(_ seconds: Int64) -> VersionStore {
        VersionStore(table: "my \"versions\"", clock: .fixed(seconds))
    }

    private func write(_ version: SchemaVersion, _ table: String, at seconds: Int64, _ database: TestDatabase) throws {
        try database.connect { connection in
            let context = SchemaContext(
                traits: connection.dialect.traits, names: TableNames(versions: "my \"versions\""))
            try store(seconds).write(version, for: table, on: connection, in: context)
        }
    }

    private static let rows =
        "SELECT table_name, version, created_at = updated_at FROM \"my \"\"versions\"\"\" ORDER BY 1"

    @Test("It is made with the first stamp, as Agno makes it")
    func creation() throws {
        let database = try TestDatabase()
        try write(SchemaVersion(2, 3, 0), "agno_memories", at: 100, database)
        #expect(
            try database.texts("SELECT name, type, \"notnull\", pk FROM pragma_table_info('my \"versions\"')") == [
                "table_name|VARCHAR|1|1", "version|VARCHAR|1|0", "created_at|VARCHAR|1|0", "updated_at|VARCHAR|0|0",
            ])
        #expect(
            try database.texts("SELECT name FROM pragma_index_list('my \"versions\"') WHERE origin = 'c'") == [
                "idx_my \"versions\"_created_at"
            ])
    }

    @Test("A new stamp keeps the time at which the first one was made")
    func update() throws {
        let database = try TestDatabase()
        try write(SchemaVersion(2, 3, 0), "a", at: 100, database)
        try write(SchemaVersion(2, 3, 0), "b'\"", at: 100, database)
        try write(SchemaVersion(3, 0, 0), "a", at: 200, database)
        #expect(try database.texts(Self.rows) == ["a|3.0.0|0", "b'\"|2.3.0|1"])
        let times = try database.texts(
            "SELECT created_at, updated_at FROM \"my \"\"versions\"\"\" WHERE table_name = 'a'")
        #expect(times == ["\(MigrationClock.fixed(100).localStamp)|\(MigrationClock.fixed(200).localStamp)"])
    }

    @Test("A stamp that is taken away leaves the others")
    func removal() throws {
        let database = try TestDatabase()
        try write(SchemaVersion(2, 3, 0), "a", at: 100, database)
        try write(SchemaVersion(2, 3, 0), "b", at: 100, database)
        try database.connect { try store(0).remove("a", on: $0) }
        #expect(try database.texts(Self.rows) == ["b|2.3.0|1"])
    }

    @Test("A table that is not there, one that is something else, and a stamp read back are told apart")
    func reading() throws {
        let database = try TestDatabase()
        guard case .absent = try database.connect({ try read($0) }) else {
            Issue.record("an absent table was not absent")
            return
        }
        try write(SchemaVersion(2, 3, 0), "a", at: 100, database)
        guard case .stamps(let stamps) = try database.connect({ try read($0) }) else {
            Issue.record("no stamps")
            return
        }
        #expect(stamps == ["a": "2.3.0"])
        for (name, version) in [("caf\u{E9}", SchemaVersion(2, 5, 6)), ("cafe\u{301}", SchemaVersion(2, 3, 0))] {
            try write(version, name, at: 100, database)
        }
        if case .stamps(let stamps) = try database.connect({ try read($0) }) {
            #expect(stamps["caf\u{E9}"] == "2.5.6" && stamps["cafe\u{301}"] == "2.3.0")
        }
        try database.run("ALTER TABLE \"my \"\"versions\"\"\" RENAME COLUMN version TO v")
        guard case .unusable(let missing) = try database.connect({ try read($0) }) else {
            Issue.record("taken for a versions table")
            return
        }
        #expect(missing == ["version"])
    }

    private func read(_ connection: any DatabaseConnection) throws -> VersionStore.Contents {
        let store = store(0)
        return try store.read(
            connection, columns: connection.dialect.columns(ofTable: store.table, using: connection))
    }
}
