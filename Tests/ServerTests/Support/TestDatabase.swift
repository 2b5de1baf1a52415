import AgnoMigrate
import AgnoMigrateServer
import DurabilitySupport
import Foundation
import GRDB

/// A SQLite database of a test's own.
struct TestDatabase {
    let path: String

    /// A sample database of a schema version.
    static func sample(
        _ version: SchemaVersion, in folder: TemporaryDirectory, named name: String = "agno.db", sessions: Int = 5
    ) throws -> TestDatabase {
        let database = TestDatabase(path: folder.file(name))
        _ = try MigrationManager(database.opened).makeSample(version: version, sessions: sessions)
        return database
    }

    /// What the recorded exchanges started from: empty sessions and memories, both stamped 2.0.0.
    static func recorded(in folder: TemporaryDirectory, named name: String) throws -> TestDatabase {
        let database = try sample(.baseline, in: folder, named: name, sessions: 1)
        try database.execute("DELETE FROM agno_sessions; DELETE FROM agno_memories")
        for table in try database.tables where !["agno_sessions", "agno_memories"].contains(table) {
            try database.execute("DROP TABLE \"\(table)\"")
        }
        // A version table is made by the first step only.
        let manager = MigrationManager(try database.opened)
        _ = try manager.up(target: "2.3.0")
        _ = try manager.down(target: .baseline)
        return database
    }

    var opened: AgnoMigrate.Database { get throws { try AgnoMigrate.Database(url: path) } }

    /// The database as the service knows it.
    func served(as id: String, tables: TableNames = TableNames()) throws -> ServedDatabase {
        ServedDatabase(id: id, try AgnoMigrate.Database(url: path, tables: tables))
    }

    /// The stamps by table.
    var stamps: [String: String] {
        get throws {
            let status = try MigrationManager(opened).status()
            return Dictionary(
                uniqueKeysWithValues: status.tables.compactMap { table in table.stamp.map { (table.name, $0) } })
        }
    }

    /// The names of all tables.
    var tables: [String] {
        get throws {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read {
                try String.fetchAll(
                    $0, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            }
        }
    }

    /// Runs statements behind the program's back.
    func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    /// The first column of a query.
    func texts(_ sql: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try String.fetchAll($0, sql: sql) }
    }

    /// One number.
    func number(_ sql: String) throws -> Int {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }
}
