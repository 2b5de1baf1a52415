import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

/// Kinds of field inputs: limits of the server, servers that take no writes, and names (scripts 09, 24 and siblings).
@Suite("Limits of the server are named", .serialized, .timeLimit(.minutes(10))) struct FieldLimitsTests {
    /// Runs a body while new sessions of the server have another limit.
    private func withPacket<Result>(_ bytes: Int, on server: TestServer, _ body: () throws -> Result) throws -> Result {
        let before = try server.connected { try $0.value("SELECT @@global.max_allowed_packet") }?.int ?? 64 << 20
        try server.connected { _ = try $0.execute("SET GLOBAL max_allowed_packet = \(bytes)") }
        defer { _ = try? server.connected { try $0.execute("SET GLOBAL max_allowed_packet = \(before)") } }
        return try body()
    }

    private func runs(_ count: Int, of bytes: Int) -> String {
        "[\((0..<count).map { #"{"run_id": "big\#($0)", "content": "\#(String(repeating: "x", count: bytes))"}"# }.joined(separator: ", "))]"
    }

    @Test(
        "a list larger than max_allowed_packet is moved, verified and cleaned up like any other",
        arguments: TestServer.all)
    func largeList(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 2)
        let list = runs(4, of: 700_000)
        try withPacket(16 << 20, on: server) { try database.insertSession("big", runs: list) }
        try withPacket(1 << 20, on: server) {
            let report = try manager.up()
            #expect(report.isSuccess)
            #expect(report[.sessions]?.quarantined == 0)
            #expect(try database.value("SELECT COUNT(*) FROM agno_runs WHERE session_id = 'big'") == .integer(4))
            #expect(try manager.verify().isVerified)
            // Moved before: the same list is no news.
            #expect(try manager.up(force: true)[.sessions]?.steps.last?.rows == 0)
            #expect(try manager.cleanup(dryRun: true).outcome == .wouldDrop)
        }
        // The fingerprint is that of a server with a larger limit.
        #expect(try manager.up(force: true)[.sessions]?.steps.last?.rows == 0)
        #expect(try manager.verify().isVerified)
    }

    @Test(
        "a list that cannot be written names the limit, the size and the session, and other tables go on",
        arguments: TestServer.all)
    func largeWrite(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 2)
        try withPacket(16 << 20, on: server) { try database.insertSession("big", runs: runs(4, of: 700_000)) }
        #expect(try manager.up().isSuccess)
        try database.execute("UPDATE agno_sessions SET runs = NULL")
        try withPacket(1 << 20, on: server) {
            let report = try manager.down(target: SchemaVersion(2, 5, 6), allowDataLoss: true)
            let error = try #require(report[.sessions]?.steps.last?.error)
            #expect(error.code == .tooLarge)
            #expect(error.message.contains("max_allowed_packet, which is 1048576 bytes and has to be at least 2800"))
            #expect(error.rows == ["big"])
            #expect(report[.metrics]?.outcome == .migrated)
        }
        #expect(try manager.down(target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        #expect(try manager.up().isSuccess)
        #expect(try database.value("SELECT COUNT(*) FROM agno_runs WHERE session_id = 'big'") == .integer(4))
    }

    @Test(
        "a list in a string, and a run, larger than the limit refuse the table instead of being called not_json",
        .enabled(if: TestServer.all.contains(.mysql)), arguments: [true, false])
    func largeParts(isEncodedTwice: Bool) throws {
        let database = try TestDatabase(on: .mysql)
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6), sessions: 2)
        let list = runs(isEncodedTwice ? 2 : 1, of: 1_200_000)
        try withPacket(16 << 20, on: .mysql) {
            try database.insertSession("big", runs: isEncodedTwice ? "\"\(list.replacing("\"", with: "\\\""))\"" : list)
        }
        try withPacket(1 << 20, on: .mysql) {
            let report = try manager.up()
            let error = try #require(report[.sessions]?.steps.last?.error)
            #expect(error.code == .tooLarge && error.rows == ["big"])
            #expect(error.message.contains("max_allowed_packet") && error.message.contains(" bytes in all"))
            #expect(report[.knowledge]?.outcome == .migrated)
        }
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
    }

    @Test("many small runs never share a statement above the limit", arguments: TestServer.all)
    func manyRuns(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6), sessions: 2)
        try database.insertSession("many", runs: runs(64, of: 15_000))
        try withPacket(256 << 10, on: server) {
            #expect(try database.manager().up().isSuccess)
            #expect(try database.value("SELECT COUNT(*) FROM agno_runs WHERE session_id = 'many'") == .integer(64))
        }
    }

    @Test("columns in another case are found as the server folds them", arguments: TestServer.all)
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

    @Test("a server that takes no writes is named as such, and reading works", arguments: TestServer.all)
    func readOnly(server: TestServer) throws {
        let alone = try ThrowAwayServer(server)
        try alone.makeSample("replica")
        try alone.connected { _ = try $0.execute("SET GLOBAL read_only = 1") }
        let driver = try TestServer.driver(url: alone.url("replica"), schema: "replica")
        #expect { try driver.withConnection(for: .write) { _ in } } throws: { error in
            guard let error = error as? DatabaseError else { return false }
            return error.condition == .readOnly && error.message.contains("read_only")
                && error.remedy.contains("primary")
        }
        try driver.withConnection(for: .read) { #expect(try $0.value("SELECT 1") == .integer(1)) }
    }
}
