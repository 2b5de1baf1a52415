import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import Logging
import MigrationCore
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("A table that is made anew on SingleStore", .timeLimit(.minutes(30))) struct ExchangeTests {
    /// The sessions alone, at 2.3.0, with what an owner may have added.
    private func sessions(_ extras: String...) throws -> TestDatabase {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: SchemaVersion(2, 3, 0), sessions: 6)
        for table in ["agno_memories", "agno_metrics", "agno_eval_runs", "agno_knowledge", "agno_culture"] {
            try database.execute(
                "DROP TABLE \(table)", "DELETE FROM agno_schema_versions WHERE table_name = '\(table)'")
        }
        for statement in extras { try database.execute(statement) }
        return database
    }

    @Test("keeps columns, defaults, indexes and rows that are somebody else's")
    func extras() throws {
        let database = try sessions(
            "ALTER TABLE agno_sessions ADD COLUMN `customer's note` VARCHAR(100) NOT NULL DEFAULT 'it''s, (so)'",
            "ALTER TABLE agno_sessions ADD COLUMN `we``ird` VARCHAR(9)",
            "CREATE INDEX `by note` ON agno_sessions (`customer's note`)",
            "CREATE INDEX `by type, user` ON agno_sessions (session_type, user_id)",
            "UPDATE agno_sessions SET `we``ird` = 'ü' WHERE session_id = 'session-3'")
        let lines = { (text: String) in
            Set(text.split(separator: "\n").map { $0.hasSuffix(",") ? String($0.dropLast()) : String($0) })
        }
        let before = try lines(database.definition(of: "agno_sessions"))
        let up = try database.manager().up()
        #expect(up.isSuccess, "\(up.problems)")
        let after = try lines(database.definition(of: "agno_sessions"))
        // Nothing but the keys changed.
        #expect(
            before.subtracting(after).allSatisfy { $0.contains("uq_session_type") || $0.contains("SHARD KEY") },
            "\(before.subtracting(after))")
        #expect(
            after.subtracting(before).allSatisfy { $0.contains("PRIMARY") || $0.contains("SHARD KEY") },
            "\(after.subtracting(before))")
        #expect(try database.count("agno_sessions WHERE `we``ird` = 'ü' AND `customer's note` = 'it''s, (so)'") == 1)
        #expect(try database.manager().down(target: SchemaVersion(2, 3, 0), allowDataLoss: true).isSuccess)
        #expect(try lines(database.definition(of: "agno_sessions")) == before)
    }

    @Test("keeps its sort key, its kind and the collations of its columns")
    func kind() throws {
        for kind in ["", "ROWSTORE "] {
            let database = try sessions("DROP TABLE agno_sessions")
            let sort = kind.isEmpty ? ", SORT KEY by_time (created_at)" : ""
            try database.execute(
                "CREATE \(kind)TABLE agno_sessions (session_id VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, "
                    + "session_type VARCHAR(20) NOT NULL, agent_id VARCHAR(128), team_id VARCHAR(128), "
                    + "workflow_id VARCHAR(128), user_id VARCHAR(128), session_data JSON, agent_data JSON, team_data JSON, "
                    + "workflow_data JSON, metadata JSON, runs JSON, summary JSON, created_at BIGINT NOT NULL, updated_at BIGINT, "
                    + "UNIQUE KEY uq_session_type (session_id, session_type), SHARD KEY (session_id)\(sort))",
                "CREATE INDEX idx_agno_sessions_created_at ON agno_sessions (created_at)",
                "CREATE INDEX idx_agno_sessions_session_type ON agno_sessions (session_type)")
            for id in ["r1", "R1"] { try database.insertSession(id, runs: #"[{"run_id": "\#(id)"}]"#) }
            let up = try database.manager().up()
            #expect(up.isSuccess, "\(up.problems)")
            let text = try database.definition(of: "agno_sessions")
            #expect(text.hasPrefix("CREATE \(kind)TABLE"))
            #expect(text.contains("`session_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL"))
            #expect(kind.isEmpty == text.contains("SORT KEY `__SORTKEY` (`created_at`)"))
            #expect(try database.count("agno_sessions") == 2)
            #expect(try database.count("agno_runs") == 2)
            #expect(try database.manager().verify().isVerified)
        }
    }

    @Test(
        "of Agno 2.5 on rowstore, with both keys, loses the one that it must not have", .enabled(if: !TestServer.isReal)
    )
    func bothKeys() throws {
        let rowstore = try TestServer(switches: ["table_type": "rowstore"])
        let database = try TestDatabase(on: rowstore)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline, sessions: 3)
        let rows = try database.rows("SELECT * FROM agno_sessions")
        try database.execute(
            "DROP TABLE agno_sessions",
            "CREATE TABLE agno_sessions (session_id VARCHAR(128) NOT NULL, session_type VARCHAR(20) NOT NULL, "
                + "agent_id VARCHAR(128), team_id VARCHAR(128), workflow_id VARCHAR(128), user_id VARCHAR(128), "
                + "session_data JSON, agent_data JSON, team_data JSON, workflow_data JSON, metadata JSON, runs JSON, "
                + "summary JSON, created_at BIGINT NOT NULL, updated_at BIGINT, PRIMARY KEY (session_id), "
                + "SHARD KEY (session_id), UNIQUE KEY uq_session_type (session_id, session_type))",
            "CREATE INDEX idx_agno_sessions_created_at ON agno_sessions (created_at)",
            "CREATE INDEX idx_agno_sessions_session_type ON agno_sessions (session_type)")
        for row in rows { try database.insertSession(row[0].string ?? "", runs: row[11].string) }
        let up = try manager.up()
        #expect(up.isSuccess, "\(up.problems)")
        #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        let text = try database.definition(of: "agno_sessions")
        #expect(text.hasPrefix("CREATE ROWSTORE TABLE") && !text.contains("uq_session_type"))
        #expect(try database.count("agno_sessions") == 3)
    }

    // MARK: In the window between the two names

    /// A program that finds no table makes one, as it was when the program was released, and writes to it.
    private static let programsTable =
        "CREATE TABLE agno_sessions (session_id VARCHAR(128) NOT NULL, session_type VARCHAR(20) NOT NULL, "
        + "agent_id VARCHAR(128), team_id VARCHAR(128), workflow_id VARCHAR(128), user_id VARCHAR(128), session_data JSON, "
        + "agent_data JSON, team_data JSON, workflow_data JSON, metadata JSON, runs JSON, summary JSON, "
        + "created_at BIGINT NOT NULL, updated_at BIGINT, "

    private static let programsRow =
        "INSERT INTO agno_sessions (session_id, session_type, runs, created_at) VALUES ('from the window', 'agent', "
        + "'[{\"run_id\": \"w1\"}]', 5)"

    private static let programsKeys = [
        "UNIQUE KEY uq_session_type (session_id, session_type), SHARD KEY (session_id))",
        "PRIMARY KEY (session_id), SHARD KEY (session_id))",
    ]

    @Test(
        "takes in the rows of a program that makes the table between the two names, while the run goes on",
        arguments: programsKeys)
    func liveWindow(keys: String) throws {
        let database = try sessions()
        let name = database.name
        let server = database.server
        let isDone = Flag()
        let driver = HookedDriver(try server.driver(name)) { sql, _ in
            guard sql.hasPrefix("ALTER TABLE `agno_sessions_agno_migrate_new` RENAME TO `agno_sessions`"),
                !isDone.isSet
            else { return }
            isDone.set()
            try server.driver(name).withConnection(for: .write) { other in
                try other.execute(Self.programsTable + keys)
                try other.execute(Self.programsRow)
            }
        }
        let up = try database.manager(driver: driver).up()
        #expect(isDone.isSet)
        #expect(up.isSuccess, "\(up.problems)")
        try expectEverything(in: database)
    }

    @Test(
        "is whole again after a kill before any statement, and takes in the rows of a program that made the table meanwhile",
        arguments: [false, true])
    func killedWindow(goesDown: Bool) throws {
        var windows = 0
        let positions = try exchange(goesDown: goesDown)
        #expect(positions.count == 6)
        for position in positions {
            let database = try sessions()
            if goesDown { #expect(try database.manager().up().isSuccess) }
            let command = goesDown ? "down" : "up"
            let arguments = goesDown ? ["target=2.3.0", "allow-data-loss"] : ["target=2.5.0"]
            let outcome = try FaultRunner.start(command, database.url(), arguments + ["kill-at=\(position)"]).wait()
            #expect(outcome.signal == SIGKILL, "\(position): \(outcome.errors)")
            let isWindow = try !database.has("agno_sessions")
            if isWindow {
                windows += 1
                // The program is as old or as new as the table was.
                try database.execute(Self.programsTable + Self.programsKeys[goesDown ? 1 : 0], Self.programsRow)
            }
            let again =
                try goesDown
                ? database.manager().down(target: SchemaVersion(2, 3, 0), allowDataLoss: true) : database.manager().up()
            #expect(again.isSuccess, "\(position): \(again.problems)")
            #expect(try database.count("agno_sessions") == (isWindow ? 7 : 6), "\(position)")
            #expect(try database.manager().verify().tables.flatMap(\.mismatches) == [], "\(position)")
            for name in ["agno_sessions_agno_migrate_new", "agno_sessions_agno_migrate_aside"] {
                #expect(try !database.has(name), "\(position)")
            }
            #expect(try database.count("agno_sessions WHERE runs IS NOT NULL") == (isWindow ? 7 : 6), "\(position)")
        }
        // Before the copy and before the new table takes the name.
        #expect(windows == 2)
    }

    /// Which of the writing statements are the exchange.
    private func exchange(goesDown: Bool) throws -> ClosedRange<Int> {
        let database = try sessions()
        if goesDown { #expect(try database.manager().up().isSuccess) }
        let (number, first, last) = (Counter(), Counter(), Counter())
        let driver = HookedDriver(try database.server.driver(database.name)) { sql, _ in
            let position = number.next()
            if sql.hasPrefix("DROP TABLE IF EXISTS") { while first.value < position { _ = first.next() } }
            if sql.hasPrefix("DROP TABLE `agno_sessions_agno_migrate_aside`") {
                while last.value < position { _ = last.next() }
            }
        }
        // With the batches and the clock of the child process.
        let manager = try database.manager(driver: driver) {
            $0.batchBytes = 600
            $0.clock = .fixed(FaultRunner.now)
        }
        let report =
            try goesDown
            ? manager.down(target: SchemaVersion(2, 3, 0), allowDataLoss: true)
            : manager.up(target: SchemaVersion(2, 5, 0))
        #expect(report.isSuccess, "\(report.problems)")
        return first.value...last.value
    }

    @Test("comes back although the stamps say that everything is done")
    func asideAndCurrent() throws {
        let database = try sessions()
        #expect(try database.manager().up().isSuccess)
        try database.execute("ALTER TABLE agno_sessions RENAME TO agno_sessions_agno_migrate_aside")
        #expect(try database.manager().up().isSuccess)
        try database.execute("DELETE FROM agno_sessions WHERE session_id = 'nobody'")
        #expect(try database.count("agno_sessions") == 6)
    }

    private func expectEverything(in database: TestDatabase) throws {
        #expect(try database.count("agno_sessions") == 7)
        #expect(try database.count("agno_runs WHERE session_id = 'from the window'") == 1)
        #expect(try database.manager().verify().tables.flatMap(\.mismatches) == [])
        for name in ["agno_sessions_agno_migrate_new", "agno_sessions_agno_migrate_aside"] {
            #expect(try !database.has(name))
        }
    }
}
