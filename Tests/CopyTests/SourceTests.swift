import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import MigrationCore
import SQLDialects
import Testing

/// What a source has to be, what stays in it, and what happens when somebody writes to it.
@Suite("The source of a copy", .timeLimit(.minutes(5)))
struct SourceTests {
    private func code(_ source: Place, _ target: Place) throws -> MigrationError.Code? {
        do {
            _ = try source.copy(to: target).run()
            return nil
        } catch let error as MigrationError {
            #expect(!error.remedy.isEmpty, "\(error)")
            return error.code
        }
    }

    @Test("Tables of several versions are refused, and the target is not touched")
    func severalVersions() throws {
        let (source, target) = (try Place(.sqlite, sample: .baseline), try Place(.sqlite))
        _ = try source.manager().up(table: .memories)
        #expect(try code(source, target) == .notVerified)
        #expect(try target.directory?.names == [])
        #expect(try source.manager().up().isSuccess)
        #expect(try source.copy(to: target).run().shortcomings == [])
    }

    @Test("A table that has drifted is refused")
    func drift() throws {
        let (source, target) = (try Place(.sqlite, sample: .latest), try Place(.sqlite))
        try source.execute("ALTER TABLE agno_learnings RENAME COLUMN namespace TO other")
        #expect(try code(source, target) == .notVerified)
        #expect(try target.directory?.names == [])
    }

    @Test("A target at another version is refused, and so is another table under Agno's name")
    func otherTarget() throws {
        let source = try Place(.sqlite, sample: .latest)
        let older = try Place(.sqlite, sample: "2.5.6")
        let before = try older.contents()
        #expect(try code(source, older) == .notVerified)
        #expect(try older.contents() == before)
        let other = try Place(.sqlite)
        try other.execute("CREATE TABLE agno_memories (a, b)")
        #expect(try code(source, other) == .notAgnoTable)
    }

    @Test("The source cannot be the target")
    func samePlace() throws {
        let source = try Place(.sqlite, sample: .latest)
        #expect(throws: MigrationError.self) { try source.copy(to: source) }
    }

    @Test("A source without tables of Agno yields a warning, and tables without rows are made")
    func empty() throws {
        let (nothing, target) = (try Place(.sqlite), try Place(.sqlite))
        try nothing.execute("CREATE TABLE other (x)")
        let report = try nothing.copy(to: target).run()
        #expect(report.tables.isEmpty && report.warnings.count == 1 && report.isSuccess && report.version == nil)
        let rowless = try Place(.sqlite, sample: .latest, sessions: 0)
        try rowless.execute("DELETE FROM agno_memories")
        let copied = try rowless.copy(to: target).run()
        #expect(copied.shortcomings == [] && copied.table("sessions")?.rows == 0)
        #expect(try target.count("agno_memories") == 0)
    }

    @Test("The backup of a source that was migrated on the spot stays there, and the target has no such column")
    func backup() throws {
        let (source, target) = (try Place(.sqlite, sample: "2.5.6"), try Place(.postgresql))
        #expect(try source.manager().up().isSuccess)
        try source.execute(
            "ALTER TABLE agno_sessions ADD COLUMN mine TEXT", "ALTER TABLE agno_memories ADD COLUMN mine TEXT",
            "UPDATE agno_memories SET mine = 'x' WHERE memory_id = 'memory-1'")
        let report = try source.copy(to: target).run()
        #expect(report.shortcomings == [])
        let backup = try #require(report.table("sessions")?.leftOut)
        #expect(backup.map(\.name) == ["runs"] && backup.allSatisfy(\.isBackup))
        #expect(
            report.table("memories")?.leftOut.map(\.name) == ["mine"]
                && report.table("memories")?.leftOut.first?.rows == 1)
        let columns = try target.connected { try $0.dialect.columns(ofTable: "agno_sessions", using: $0) }
        #expect(columns?.contains("runs") == false)
        #expect(try target.count("agno_runs") == source.count("agno_runs"))
    }

    @Test("A run that is only in the backup refuses the copy until it is moved")
    func unmoved() throws {
        let (source, target) = (try Place(.sqlite, sample: "2.5.6"), try Place(.sqlite))
        #expect(try source.manager().up().isSuccess)
        try source.execute(
            "UPDATE agno_sessions SET updated_at = 1900000000, runs = json_insert(json_extract(runs, '$'), '$[#]', "
                + "json('{\"run_id\": \"late\", \"agent_id\": \"a\", \"created_at\": 1900000000}')) WHERE session_id = 'session-1'"
        )
        #expect(try code(source, target) == .notVerified)
        #expect(try source.manager().up().isSuccess)
        #expect(try source.copy(to: target).run().shortcomings == [])
        #expect(try target.count("agno_runs") == source.count("agno_runs"))
    }

    @Test("A table that has no place is named, and fails the copy only if it has rows")
    func noPlace() throws {
        let (source, target) = (try Place(.sqlite, sample: .latest), try Place(.sqlite))
        try source.execute("CREATE TABLE agno_fs (namespace TEXT, path TEXT)")
        let empty = try source.copy(to: target).run()
        #expect(empty.isSuccess && empty.table("agno_fs")?.outcome == .notCopied)
        try source.execute("INSERT INTO agno_fs VALUES ('a', 'b')")
        let report = try source.copy(to: target).run()
        #expect(!report.isSuccess && report.table("agno_fs")?.rows == 1 && report.table("agno_fs")?.reason != nil)
    }

    // MARK: A writer

    /// Copies while another program adds, changes and deletes memories just before the first session is written.
    private func copyBesideWriter(_ source: Place, _ target: Place) throws -> CopyReport {
        let writes = Counter()
        let driver = HookedDriver(try target.database().makeDriver()) { sql, _ in
            guard sql.contains("agno_sessions"), sql.hasPrefix("INSERT"), writes.next() == 1 else { return }
            try source.execute(
                "INSERT INTO \(source.name("agno_memories")) (memory_id, memory, created_at) VALUES ('late', '{}', 1)",
                "UPDATE \(source.name("agno_memories")) SET input = 'changed' WHERE memory_id = 'memory-1'",
                "INSERT INTO \(source.name("agno_sessions")) (session_id, session_type, created_at) VALUES ('zz', 'agent', 1)"
            )
        }
        return try source.copy(to: target, driver: driver).run()
    }

    @Test("In a file without write-ahead logging, rows that were written meanwhile are named")
    func writerBesideFile() throws {
        let (source, target) = (try Place(.sqlite, sample: .latest), try Place(.sqlite))
        let report = try copyBesideWriter(source, target)
        let memories = try #require(report.table("memories"))
        #expect(memories.outcome == .copied, "its copy was over")
        let sessions = try #require(report.table("sessions"))
        #expect(sessions.outcome == .incomplete && sessions.changedRows == ["zz"])
        // The next run brings what was added, and names what was changed.
        let again = try source.copy(to: target).run()
        #expect(again.table("sessions")?.copied == 1)
        #expect(again.table("memories")?.copied == 1)
        #expect(again.refusals(of: "memories") == ["memory-1 input differs"])
    }

    @Test(
        "With write-ahead logging and on PostgreSQL the copy is of one moment", arguments: [Server.sqlite, .postgresql])
    func writerBesideSnapshot(_ server: Server) throws {
        let (source, target) = (try Place(server, sample: .latest), try Place(.sqlite))
        if server == .sqlite { try source.execute("PRAGMA journal_mode = wal") }
        let sessions = try source.count("agno_sessions")
        let report = try copyBesideWriter(source, target)
        #expect(report.shortcomings == [] && report.table("sessions")?.copied == sessions)
        #expect(try target.count("agno_sessions") == sessions)
    }
}
