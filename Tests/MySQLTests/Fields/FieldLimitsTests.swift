import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

/// A server of its own, whose limit of messages a test may change.
private struct LimitedServer {
    let server: ThrowAwayServer

    init(_ kind: TestServer) throws { server = try ThrowAwayServer(kind) }

    /// The manager of a new database with a few sessions, and one whose list is this.
    func manager(_ database: String, list: String) throws -> MigrationManager {
        let manager = MigrationManager(try Database(url: server.url("mysql"), schema: database))
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 2)
        try limit(64 << 20)
        try server.connected(to: database) { connection in
            try TestDatabase.insert(
                [
                    ("session_id", .text("big")), ("session_type", .text("agent")), ("runs", .text(list)),
                    ("created_at", .integer(77)),
                ], into: "agno_sessions", connection)
        }
        return manager
    }

    func limit(_ bytes: Int) throws {
        try server.connected { _ = try $0.execute("SET GLOBAL max_allowed_packet = \(bytes)") }
    }

    func execute(_ sql: String, in database: String) throws {
        try server.connected(to: database) { _ = try $0.execute("\(sql)") }
    }

    func count(_ condition: String, in database: String) throws -> Int64? {
        try server.connected { try $0.value("SELECT COUNT(*) FROM \(database).\(condition)")?.int }
    }

    static func runs(_ count: Int, of bytes: Int) -> String {
        let content = String(repeating: "x", count: bytes)
        return "[\((0..<count).map { #"{"run_id": "big\#($0)", "content": "\#(content)"}"# }.joined(separator: ", "))]"
    }
}

/// Kinds of field inputs: limits of the server, servers that take no writes, and names (scripts 09, 24 and siblings).
@Suite("Limits of the server are named", .timeLimit(.minutes(30))) struct FieldLimitsTests {
    @Test(
        "A list larger than max_allowed_packet is moved, or refuses its table alone with the size that is needed",
        arguments: TestServer.all)
    func packets(server: TestServer) throws {
        let limited = try LimitedServer(server)
        try moves(limited)
        try refusesToWrite(limited)
        try sharesStatements(limited)
        if server == .mysql {
            try refusesToRead(
                limited, "string", "\"\(LimitedServer.runs(2, of: 1_200_000).replacing("\"", with: "\\\""))\"")
            try refusesToRead(limited, "run", LimitedServer.runs(1, of: 1_200_000))
        }
    }

    /// A larger list is moved, verified and cleaned up like any other.
    private func moves(_ limited: LimitedServer) throws {
        let manager = try limited.manager("moves", list: LimitedServer.runs(4, of: 700_000))
        try limited.limit(1 << 20)
        let report = try manager.up()
        #expect(report.isSuccess)
        #expect(report[.sessions]?.quarantined == 0)
        #expect(try limited.count("agno_runs WHERE session_id = 'big'", in: "moves") == 4)
        #expect(try manager.verify().isVerified)
        // Moved before: the same list is no news, also where the server has a larger limit by then.
        for bytes in [1 << 20, 64 << 20] {
            try limited.limit(bytes)
            #expect(try manager.up(force: true)[.sessions]?.steps.last?.rows == 0)
            #expect(try manager.verify().isVerified)
        }
        #expect(try manager.cleanup(dryRun: true).outcome == .wouldDrop)
    }

    /// A list that cannot be written refuses the way down before any table, with the limit, the size and the session.
    private func refusesToWrite(_ limited: LimitedServer) throws {
        let manager = try limited.manager("writes", list: LimitedServer.runs(4, of: 700_000))
        #expect(try manager.up().isSuccess)
        try limited.execute("UPDATE writes.agno_sessions SET runs = NULL", in: "writes")
        try limited.limit(1 << 20)
        let before = try limited.server.contents(of: "writes")
        let plan = try manager.plan(.down, target: SchemaVersion(2, 5, 0))
        #expect(plan.tables.first { $0.type == .sessions }?.steps.last?.error?.code == .tooLarge)
        let refusal = #expect(throws: MigrationError.self) { () throws in
            try manager.down(target: SchemaVersion(2, 5, 0), allowDataLoss: true)
        }
        let error = try #require(refusal)
        #expect(error.code == .tooLarge && error.remedy.contains("Nothing was changed"))
        #expect(error.message.contains("max_allowed_packet, which is 1048576 bytes and has to be at least 2800"))
        #expect(error.rows == ["big"])
        #expect(try limited.server.contents(of: "writes").differences(from: before) == [])
        try limited.limit(64 << 20)
        #expect(try manager.down(target: SchemaVersion(2, 5, 0), allowDataLoss: true).isSuccess)
        #expect(try manager.up().isSuccess)
        #expect(try limited.count("agno_runs WHERE session_id = 'big'", in: "writes") == 4)
    }

    /// Many small runs never share a statement above the limit.
    private func sharesStatements(_ limited: LimitedServer) throws {
        let manager = try limited.manager("shares", list: LimitedServer.runs(64, of: 15_000))
        try limited.limit(256 << 10)
        #expect(try manager.up().isSuccess)
        #expect(try limited.count("agno_runs WHERE session_id = 'big'", in: "shares") == 64)
        #expect(try manager.verify().isVerified)
    }

    /// A list in a string, and a run, that are larger refuse the table instead of being called not_json.
    private func refusesToRead(_ limited: LimitedServer, _ database: String, _ list: String) throws {
        let manager = try limited.manager(database, list: list)
        try limited.limit(1 << 20)
        let report = try manager.up()
        let error = try #require(report[.sessions]?.steps.last?.error)
        #expect(error.code == .tooLarge && error.rows == ["big"])
        #expect(error.message.contains("max_allowed_packet, which is 1048576 bytes"))
        #expect(report[.knowledge]?.outcome == .migrated)
        try limited.limit(64 << 20)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("Columns in another case are found as the server folds them", arguments: TestServer.all)
    func columnCase(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        let runs = try database.value("SELECT COUNT(*) FROM agno_sessions WHERE runs IS NOT NULL")
        try database.execute(
            "ALTER TABLE agno_sessions RENAME COLUMN runs TO Runs, RENAME COLUMN session_id TO SESSION_ID",
            "ALTER TABLE agno_memories RENAME COLUMN updated_at TO Updated_At",
            "ALTER TABLE agno_metrics RENAME COLUMN `date` TO `DATE`")
        #expect(try manager.up().isSuccess)
        #expect(runs != .integer(0))
        #expect(try database.value("SELECT COUNT(DISTINCT session_id) FROM agno_runs") == runs)
        #expect(try manager.verify().isVerified)
        try database.execute("ALTER TABLE agno_schema_versions RENAME COLUMN table_name TO Table_Name")
        #expect(try manager.status().tables.allSatisfy { !$0.exists || $0.pending.isEmpty })
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
    }

    @Test("A server that takes no writes is named as such, and reading works", arguments: TestServer.all)
    func readOnly(server: TestServer) throws {
        let alone = try ThrowAwayServer(server)
        try alone.makeSample("replica")
        try alone.connected { _ = try $0.execute("SET GLOBAL read_only = 1") }
        let driver = try TestServer.driver(url: alone.url("replica"), schema: "replica")
        let error = #expect(throws: DatabaseError.self) { () throws in
            try driver.withConnection(for: .write) { (_: any DatabaseConnection) in }
        }
        #expect(error?.condition == .readOnly)
        #expect(error?.message.contains("read_only") == true && error?.remedy.contains("primary") == true)
        #expect(try MigrationManager(Database(url: alone.url("mysql"), schema: "replica")).verify().isVerified)
    }
}
