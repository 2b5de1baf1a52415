import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import SQLDialects
import ServerContract
import Testing

@Suite("Stamps and tables that disagree on MariaDB and MySQL", .timeLimit(.minutes(30))) struct StampTests {
    private static let versionsTable = """
        CREATE TABLE IF NOT EXISTS agno_schema_versions (table_name VARCHAR(128) NOT NULL, version VARCHAR(10) NOT NULL,
        created_at VARCHAR(128) NOT NULL, updated_at VARCHAR(128), PRIMARY KEY (table_name),
        KEY idx_agno_schema_versions_created_at (created_at))
        """

    private func stamp(_ version: String, _ tables: [String], in database: TestDatabase) throws {
        try database.execute(Self.versionsTable)
        for table in tables {
            try database.execute(
                "REPLACE INTO agno_schema_versions VALUES ('\(table)', '\(version)', '2025-01-01T00:00:00', NULL)")
        }
    }

    private static let tables = ["agno_memories", "agno_sessions", "agno_metrics", "agno_eval_runs", "agno_knowledge"]

    @Test(
        "A newer stamp on tables of 2.0: the tables are brought to what it says, not the other way",
        arguments: TestServer.all)
    func newerThanShape(server: TestServer) throws {
        let (database, plain) = (try TestDatabase(on: server), try TestDatabase(on: server))
        for one in [database, plain] { _ = try one.manager().makeSample(version: .baseline) }
        try stamp(SchemaVersion.latest.description, Self.tables, in: database)
        #expect(try plain.manager().up().isSuccess)
        #expect(try !database.manager().verify().isVerified)
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().isVerified)
        #expect(
            try database.contents().differences(from: plain.contents()).filter { !$0.contains("agno_schema_versions") }
                == [])
    }

    @Test(
        "A stamp of 2.0.0 on tables of the newest version is put right, and no row is touched",
        arguments: TestServer.all)
    func olderThanShape(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .latest)
        let before = try database.contents()
        try stamp("2.0.0", Self.tables, in: database)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        let differences = try database.contents().differences(from: before)
        // The day that nobody finished is Agno's to calculate again.
        #expect(differences.filter { !$0.contains("agno_schema_versions") && !$0.contains("agno_metrics") } == [])
    }

    @Test(
        "a lying stamp, a run that is killed in the middle, and the next one finishes", arguments: TestServer.all,
        [5, 12, 20, 31, 44])
    func killedUnderALyingStamp(server: TestServer, at statement: Int) async throws {
        let (database, plain) = (try TestDatabase(on: server), try TestDatabase(on: server))
        for one in [database, plain] {
            try UglyDatabase.make(in: one)
            try stamp(SchemaVersion.latest.description, Self.tables, in: one)
        }
        try await FaultRunner.mustSucceed("up", plain.url())
        let outcome = try await FaultRunner.run("up", database.url(), ["kill-at=\(statement)"])
        #expect(outcome.signal == SIGKILL, "\(outcome.errors)")
        try await FaultRunner.mustSucceed("up", database.url())
        #expect(try await database.manager().verify().tables.flatMap(\.mismatches).isEmpty)
        #expect(try database.contents().differences(from: plain.contents()) == [])
    }

    @Test("a stamp between two versions, one that is no version, one of another table", arguments: TestServer.all)
    func rubbish(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 3, 0))
        try stamp("2.4.7", ["agno_memories"], in: database)
        try stamp("two", ["agno_metrics"], in: database)
        try stamp("2.5.0", ["somebody"], in: database)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        #expect(
            try database.value("SELECT version FROM agno_schema_versions WHERE table_name = 'somebody'")
                == .text("2.5.0"))
    }
}
