import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MigrationCore
import SQLDialects
import ServerContract
import Testing

@Suite("Indexes built beside a running application", .timeLimit(.minutes(30))) struct OnlineTests {
    /// A manager that takes every table for a large one.
    private func manager(_ database: TestDatabase) throws -> MigrationManager {
        try database.manager(lockAttempts: 15, waitTimeout: .seconds(600)) { $0.onlineBytes = 0 }
    }

    @Test("the way up ends with the same tables, keys and names as without", arguments: versions)
    func sameTables(version: SchemaVersion) throws {
        let (large, small) = (try TestDatabase(), try TestDatabase())
        for database in [large, small] { _ = try database.manager().makeSample(version: version) }
        let report = try manager(large).up()
        #expect(report.isSuccess)
        let plain = try small.manager().up()
        #expect(try large.facts() == small.facts())
        #expect(try large.contents() == small.contents())
        func changes(_ report: MigrationReport) -> [Set<String>] {
            report.tables.map { Set($0.steps.flatMap(\.changes)) }
        }
        #expect(changes(report) == changes(plain))
        #expect(try manager(large).verify().isVerified)
    }

    @Test("and so does the way down")
    func sameTablesDown() throws {
        let (large, small) = (try TestDatabase(), try TestDatabase())
        for database in [large, small] { _ = try database.manager().makeSample(version: .latest) }
        #expect(try manager(large).down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try small.manager().down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try large.facts() == small.facts())
    }

    @Test("the plan lists what is built ahead, and what attaches it")
    func plan() throws {
        let database = try TestDatabase()
        let manager = try manager(database)
        _ = try manager.makeSample(version: SchemaVersion(2, 3, 0))
        let statements = try manager.plan().tables.flatMap { table in
            table.steps.flatMap { step in step.statements.map { "\(table.type.name): \($0)" } }
        }
        func position(_ table: String, _ words: String...) -> Int? {
            statements.firstIndex { statement in
                statement.hasPrefix("\(table): ") && words.allSatisfy { statement.contains($0) }
            }
        }
        let build = try #require(position("sessions", "CREATE UNIQUE INDEX CONCURRENTLY", "\"session_id\""))
        let attach = try #require(position("sessions", "PRIMARY KEY USING INDEX"))
        #expect(build < attach)
        let column = try #require(position("evals", "ADD COLUMN \"user_id\""))
        let index = try #require(position("evals", "CREATE INDEX CONCURRENTLY", "\"user_id\""))
        #expect(column < index)
        #expect(position("metrics", "UNIQUE USING INDEX") != nil)
        #expect(position("metrics", "DROP DEFAULT") != nil)
    }

    @Test("while an index waits for an old transaction, others write to its table")
    func writersGoOn() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion(2, 3, 0))
        let manager = try manager(database)
        let name = database.name
        let isDone = Flag()
        try database.connected { old in
            try old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            _ = try old.value("SELECT COUNT(*) FROM pg_class")
            Thread.detachNewThread {
                _ = try? manager.up(tables: [.sessions])
                isDone.set()
            }
            let waiting =
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '\(name)' AND wait_event_type = 'Lock' "
                + "AND query LIKE 'CREATE UNIQUE INDEX CONCURRENTLY%'"
            try waitUntil("the build waits") { try database.value(waiting) == .integer(1) }
            let id = try database.value("SELECT session_id FROM ai.agno_sessions LIMIT 1")?.string ?? ""
            let changed = try database.connected { application in
                try application.execute("SET lock_timeout = '1s'")
                return try application.execute(
                    "UPDATE ai.agno_sessions SET updated_at = 1 WHERE session_id = $1", [.text(id)])
            }
            #expect(changed == 1)
            #expect(!isDone.isSet)
            try old.execute("COMMIT")
        }
        try waitUntil("the migration ends") { isDone.isSet }
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().isVerified)
    }

    @Test("what a killed build left is taken away, and a finished one is used")
    func leftovers() throws {
        let (database, other) = (try TestDatabase(), try TestDatabase())
        for one in [database, other] { _ = try one.manager().makeSample(version: SchemaVersion(2, 3, 0)) }
        // A build that was cut off before its end is left invalid; so is one that met a duplicate.
        try database.execute(
            "ALTER TABLE ai.agno_sessions DROP CONSTRAINT agno_sessions_uq_session_id",
            "INSERT INTO ai.agno_sessions SELECT * FROM ai.agno_sessions ORDER BY session_id LIMIT 1")
        #expect(throws: DatabaseError.self) {
            try database.execute(
                "CREATE UNIQUE INDEX CONCURRENTLY agno_sessions_pkey_agno_migrate ON ai.agno_sessions (session_id)")
        }
        let refused = try manager(database).up(tables: [.sessions])
        #expect(refused[.sessions]?.outcome == .refused)
        try database.execute(
            "DELETE FROM ai.agno_sessions a USING ai.agno_sessions b "
                + "WHERE a.session_id = b.session_id AND a.ctid > b.ctid",
            "ALTER TABLE ai.agno_sessions ADD CONSTRAINT agno_sessions_uq_session_id UNIQUE (session_id)")
        #expect(try manager(database).up().isSuccess)
        #expect(try other.manager().up().isSuccess)
        #expect(try database.facts() == other.facts())
    }

    @Test("a key that was built before a run was cut off is attached by the next, whatever that builds itself")
    func finishedBuild() throws {
        let (database, other) = (try TestDatabase(), try TestDatabase())
        for one in [database, other] { _ = try one.manager().makeSample(version: SchemaVersion(2, 3, 0)) }
        try database.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY agno_sessions_pkey_agno_migrate ON ai.agno_sessions (session_id)")
        let built = "SELECT indexrelid::bigint FROM pg_index WHERE indrelid = 'ai.agno_sessions'::regclass "
        let before = try database.value(
            built + "AND indexrelid = 'ai.agno_sessions_pkey_agno_migrate'::regclass")
        #expect(try database.manager().up().isSuccess)
        #expect(try database.value(built + "AND indisprimary") == before)
        #expect(try other.manager().up().isSuccess)
        #expect(try database.facts() == other.facts())
    }

    @Test("a role that may not change the tables learns from the plan what to ask for, and up touches nothing")
    func privileges() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline)
        let role = "worker_\(database.name)"
        try database.execute(
            "CREATE ROLE \(role) LOGIN", "GRANT USAGE ON SCHEMA ai TO \(role)",
            "GRANT SELECT ON ALL TABLES IN SCHEMA ai TO \(role)")
        defer {
            try? database.execute("REASSIGN OWNED BY \(role) TO postgres", "DROP OWNED BY \(role)", "DROP ROLE \(role)")
        }
        let url = try database.url().replacing("postgres@", with: "\(role)@")
        let plan = try MigrationManager(Database(url: url)).plan()
        #expect(plan.missingPrivileges.contains("GRANT USAGE, CREATE ON SCHEMA ai TO \(role)"))
        #expect(plan.missingPrivileges.contains("ALTER TABLE ai.agno_sessions OWNER TO \(role)"))
        let before = try database.facts()
        let error = #expect(throws: MigrationError.self) { try MigrationManager(Database(url: url)).up() }
        #expect(error?.code == .notAuthorised)
        #expect(error?.remedy.contains("GRANT USAGE, CREATE ON SCHEMA ai") == true)
        #expect(try database.facts() == before)
        for statement in plan.missingPrivileges { try database.execute(statement) }
        #expect(try MigrationManager(Database(url: url)).plan().missingPrivileges == [])
        #expect(try MigrationManager(Database(url: url)).up().isSuccess)
    }
}
