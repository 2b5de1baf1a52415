import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// An application that migrates its database before it starts.
struct StartTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("agno.db")
        try UglyDatabase(isSmall: true).make(at: path)
    }

    @Test("The first start migrates, and the second has nothing to do and writes nothing")
    func start() async throws {
        let manager = try MigrationManager.over(path)
        let report = try #require(try await manager.migrateIfNeeded())
        #expect(report.isSuccess && !report.names(.migrated).isEmpty)
        let before = try directory.bytes
        #expect(try await manager.migrateIfNeeded() == nil)
        #expect(try directory.bytes == before)
        try blocking(manager)
        #expect(try directory.bytes == before)
    }

    private func blocking(_ manager: MigrationManager) throws { #expect(try manager.migrateIfNeeded() == nil) }

    @Test("Of several starts at once one migrates")
    func startsAtOnce() async throws {
        let path = path
        let reports = try await withThrowingTaskGroup(of: MigrationReport?.self) { group in
            for _ in 1...4 { group.addTask { try await MigrationManager.over(path).migrateIfNeeded() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(reports.compactMap(\.self).count == 1)
    }

    @Test("A table that does not get there is an error: the application must not start on it")
    func refused() throws {
        try RawDatabase(path).execute("ALTER TABLE agno_sessions RENAME COLUMN runs TO runs_old")
        let manager = try MigrationManager.over(path)
        #expect(throws: MigrationError.self) { try manager.migrateIfNeeded() }
        #expect(throws: MigrationError.self) { try manager.migrateIfNeeded() }
    }

    @Test("A newer database is not started on")
    func newer() throws {
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        try RawDatabase(path).execute("UPDATE agno_schema_versions SET version = '9.0.0'")
        #expect(try errorCode { _ = try manager.migrateIfNeeded() } == "newer_database")
    }
}
