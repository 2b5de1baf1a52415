import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MigrationCore
import SQLDialects
import ServerContract
import Synchronization
import Testing

@Suite("Columns converted beside a running application", .timeLimit(.minutes(30))) struct ConversionTests {
    /// A manager that takes every table for a large one.
    private func manager(
        _ database: TestDatabase, _ mode: OnlineMode = .auto, driver: (any DatabaseDriver)? = nil,
        attempts: Int = 30, onEvent: (@Sendable (MigrationEvent) -> Void)? = nil
    ) throws -> MigrationManager {
        try database.manager(lockAttempts: attempts, waitTimeout: .seconds(600), driver: driver) {
            $0.onlineBytes = 0
            $0.online = mode
            if let onEvent { $0.onEvent = onEvent }
        }
    }

    private static let shadows = """
        SELECT (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'ai' \
        AND column_name LIKE '%agno_migrate%') + (SELECT COUNT(*) FROM pg_proc WHERE proname LIKE 'agno_migrate%') \
        + (SELECT COUNT(*) FROM pg_trigger WHERE tgname LIKE '%agno_migrate%') \
        + (SELECT COUNT(*) FROM pg_constraint WHERE conname LIKE 'agno_migrate%') \
        + (SELECT COUNT(*) FROM pg_class WHERE relname LIKE 'agno_migration_log%')
        """

    private func leftovers(_ database: TestDatabase) throws -> Int64 { try database.value(Self.shadows)?.int ?? -1 }

    @Test("The way up ends with the same tables and rows as under a lock")
    func sameTables() throws {
        let (online, locked) = (try TestDatabase(), try TestDatabase())
        for database in [online, locked] {
            _ = try database.manager().makeSample(version: .baseline, sessions: 300)
        }
        let notes = Notes()
        let report = try manager(online, .always, onEvent: notes.add).up()
        #expect(report.isSuccess)
        #expect(notes.texts.contains { $0.contains("agno_sessions: 300 rows converted, 300 rows the same") })
        #expect(try locked.manager { $0.online = .never }.up().isSuccess)
        #expect(try online.facts() == locked.facts())
        #expect(try online.contents() == locked.contents())
        #expect(try leftovers(online) == 0)
        #expect(try manager(online).verify().isVerified)
        #expect(try manager(online, .always).down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try locked.manager { $0.online = .never }.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try online.facts() == locked.facts())
        #expect(try online.contents() == locked.contents())
        #expect(try leftovers(online) == 0)
    }

    @Test("While rows are converted, others insert, update and delete; each finds what it wrote")
    func writers() throws {
        let database = try TestDatabase()
        try fill(database, rows: 3000)
        let isDone = Flag()
        let failures = Mutex<[String]>([])
        let driver = try database.driver()
        let writers = (0..<3).map { number in
            Writer(driver: driver, number: number, isDone: isDone) { text in failures.withLock { $0.append(text) } }
        }
        writers.forEach { $0.start() }
        let report = try manager(database, .always, attempts: 200).up(
            tables: [.sessions], target: SchemaVersion(2, 3, 0))
        Thread.sleep(forTimeInterval: 0.2)
        isDone.set()
        writers.forEach { $0.wait() }
        #expect(report.isSuccess)
        #expect(failures.withLock { $0 } == [])
        for writer in writers {
            #expect(writer.count > 5)
            for (id, value) in writer.last {
                let stored = try database.value("SELECT runs->0->>'n' FROM ai.agno_sessions WHERE session_id = '\(id)'")
                #expect(stored?.string == value.map(String.init), "\(id)")
            }
        }
        #expect(
            try database.value("SELECT COUNT(*) FROM ai.agno_sessions WHERE runs IS NULL OR session_data IS NULL")?.int
                == 0)
        #expect(try leftovers(database) == 0)
        #expect(try manager(database).up().isSuccess)
        #expect(try manager(database).verify().isVerified)
    }

    @Test("A value that the new type refuses is named, and no write of it fails meanwhile")
    func refusedValues() throws {
        let database = try TestDatabase()
        try fill(database, rows: 50)
        try database.execute(
            #"UPDATE ai.agno_sessions SET session_data = '{"a": "\u0000"}' WHERE session_id = 's-7'"#)
        let report = try manager(database, .always).up(tables: [.sessions])
        #expect(report[.sessions]?.outcome == .refused)
        #expect(report[.sessions]?.steps.last?.error?.rows == ["s-7"])
        #expect(try leftovers(database) > 0)
        // The application goes on writing what its column takes.
        try database.execute(
            #"UPDATE ai.agno_sessions SET session_data = '{"b": "\u0000"}' WHERE session_id = 's-8'"#,
            #"UPDATE ai.agno_sessions SET session_data = '{"c": 1}' WHERE session_id = 's-7'"#)
        #expect(try manager(database, .always).up(tables: [.sessions])[.sessions]?.steps.last?.error?.rows == ["s-8"])
        try database.execute(#"UPDATE ai.agno_sessions SET session_data = '{"d": 1}' WHERE session_id = 's-8'"#)
        #expect(try manager(database, .always).up().isSuccess)
        #expect(try leftovers(database) == 0)
        #expect(
            try database.value("SELECT session_data->>'d' FROM ai.agno_sessions WHERE session_id = 's-8'")?.string
                == "1")
    }

    @Test("What is written while runs are moved has its rows, whatever its time says", arguments: [true, false])
    func loggedWrites(isEarly: Bool) throws {
        let database = try TestDatabase()
        try fill(database, rows: 400)
        #expect(try manager(database, .always).up(target: SchemaVersion(2, 5, 6)).isSuccess)
        let other = try database.driver()
        let hasWritten = Flag()
        let write: @Sendable () throws -> Void = {
            guard !hasWritten.isSet else { return }
            hasWritten.set()
            try other.withConnection(for: .write) { connection in
                for statement in [
                    #"UPDATE ai.agno_sessions SET runs = '[{"run_id": "r-5", "n": 7000}, {"run_id": "r-5b"}]' WHERE session_id = 's-5'"#,
                    "INSERT INTO ai.agno_sessions (session_id, session_type, runs, created_at, updated_at) "
                        + #"VALUES ('s-new', 'agent', '[{"run_id": "r-new"}]', 1, 1)"#,
                ] { try connection.execute(statement) }
            }
        }
        let locks = Mutex(0)
        let driver = HookedDriver(try database.driver()) { sql, _ in
            guard sql.contains("SHARE ROW EXCLUSIVE"), !isEarly,
                locks.withLock({
                    $0 += 1; return $0 == 2
                })
            else { return }
            try write()
        }
        let manager = try manager(database, .always, driver: driver) { event in
            if isEarly, case .progress = event { try? write() }
        }
        #expect(try manager.up(tables: [.sessions]).isSuccess)
        #expect(hasWritten.isSet)
        let found = try database.value(
            "SELECT string_agg(concat(run_id, ' ', run_data->>'n'), ',' ORDER BY run_id) FROM ai.agno_runs "
                + "WHERE session_id IN ('s-5', 's-new')")
        #expect(found?.string == "r-5 7000,r-5b ,r-new ")
        #expect(try self.manager(database).verify().isVerified)
        #expect(try leftovers(database) == 0)
    }

    @Test("The log of an interrupted move is named, and the next run drops it")
    func interruptedMove() throws {
        for isAbandoned in [true, false] {
            let database = try TestDatabase()
            try fill(database, rows: 50)
            #expect(try manager(database, .always).up(target: SchemaVersion(2, 5, 6)).isSuccess)
            // As a kill leaves it.
            let statements = try database.connected { connection in
                let found = try connection.dialect.snapshots(of: [.sessions: "agno_sessions"], using: connection)
                let sessions = try #require(found[.sessions])
                return try #require(connection.dialect.changeLog(of: sessions, key: "session_id")).begin
            }
            for statement in statements { try database.execute(statement.sql) }
            try database.execute("UPDATE ai.agno_sessions SET updated_at = 5 WHERE session_id = 's-5'")
            #expect(try !manager(database).verify().isVerified)
            if isAbandoned {
                #expect(try manager(database).abandonConversions()[.sessions]?.outcome == .migrated)
            } else {
                #expect(try database.manager().up().isSuccess)
            }
            #expect(try leftovers(database) == 0)
        }
    }

    @Test(
        "What nothing keeps up to date is not trusted",
        arguments: [
            "ALTER TABLE ai.agno_sessions DISABLE TRIGGER zzzz_agno_migrate",
            "DROP TRIGGER zzzz_agno_migrate ON ai.agno_sessions",
            "ALTER TABLE ai.agno_sessions ENABLE TRIGGER zzzz_agno_migrate",
        ])
    func untrusted(statement: String) throws {
        let database = try TestDatabase()
        try fill(database, rows: 200)
        try stop(database, at: "LOCK TABLE", after: "VALIDATE")
        try database.execute(
            statement, #"UPDATE ai.agno_sessions SET runs = '[{"run_id": "r-new", "n": 99}]' WHERE session_id = 's-3'"#)
        #expect(try manager(database, .always).up(tables: [.sessions], target: SchemaVersion(2, 3, 0)).isSuccess)
        #expect(
            try database.value("SELECT runs->0->>'n' FROM ai.agno_sessions WHERE session_id = 's-3'")?.string == "99")
        #expect(try leftovers(database) == 0)
    }

    @Test(
        "The lock of the ordinary way drops what an interrupted conversion left; so do --abandon and an up after the type was changed"
    )
    func abandoned() throws {
        for way in 0..<3 {
            let database = try TestDatabase()
            try fill(database, rows: 100)
            let before = try database.contents()
            try stop(database, at: "VALIDATE")
            #expect(try leftovers(database) > 0)
            #expect(try !manager(database).verify().isVerified)
            switch way {
            case 0: #expect(try manager(database, .never).up().isSuccess)
            case 1:
                let report = try manager(database).abandonConversions()
                #expect(report[.sessions]?.outcome == .migrated)
                #expect(try database.contents() == before)
            default:
                // As the Python original does it.
                let columns = [
                    "session_data", "agent_data", "team_data", "workflow_data", "metadata", "runs", "summary",
                ]
                let changes = columns.map { "ALTER COLUMN \($0) TYPE JSONB USING \($0)::jsonb" }
                try database.execute("ALTER TABLE ai.agno_sessions " + changes.joined(separator: ", "))
                #expect(try manager(database).up().isSuccess)
            }
            #expect(try leftovers(database) == 0, "\(way)")
        }
    }

    @Test(
        "What would see the conversion, or would be lost with the column, prevents it; the ordinary way restores it",
        arguments: [
            "CREATE TRIGGER t BEFORE UPDATE ON ai.agno_sessions FOR EACH ROW EXECUTE FUNCTION ai.nothing()",
            "CREATE VIEW ai.v AS SELECT runs FROM ai.agno_sessions",
            "CREATE PUBLICATION p FOR TABLE ai.agno_sessions",
            "ALTER TABLE ai.agno_sessions ALTER COLUMN runs SET DEFAULT '[]'",
            "COMMENT ON COLUMN ai.agno_sessions.runs IS 'lists'",
            "GRANT SELECT (runs) ON ai.agno_sessions TO PUBLIC",
            "CREATE INDEX i ON ai.agno_sessions ((runs->0->>'n'))",
            "ALTER TABLE ai.agno_sessions ADD CHECK (runs IS NOT NULL)",
            "ALTER TABLE ai.agno_sessions ADD g text GENERATED ALWAYS AS (runs->0->>'n') STORED",
            "ALTER TABLE ai.agno_sessions ADD CHECK (created_at > 10) NOT VALID",
            "CREATE TRIGGER \"~\" BEFORE INSERT ON ai.agno_sessions FOR EACH ROW EXECUTE FUNCTION ai.nothing()",
        ])
    func hindrances(statement: String) throws {
        let database = try TestDatabase()
        try fill(database, rows: 20)
        try database.execute(
            "CREATE FUNCTION ai.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", statement)
        let refused = try manager(database, .always).up(tables: [.sessions])
        #expect(refused[.sessions]?.outcome == .refused)
        #expect(refused[.sessions]?.steps.last?.error?.message.contains("cannot be converted beside") == true)
        #expect(try manager(database, .always).plan(tables: [.sessions]).tables.first?.outcome == .refused)
        let notes = Notes()
        #expect(try manager(database, onEvent: notes.add).up(target: SchemaVersion(2, 3, 0)).isSuccess)
        #expect(notes.texts.contains { $0.contains("agno_sessions is locked while its columns are converted") })
        #expect(try leftovers(database) == 0)
    }

    @Test("After the exchange, idle sessions of others are ended on request, and no busy one")
    func recycled() throws {
        let database = try TestDatabase()
        try fill(database, rows: 20)
        let notes = Notes()
        try database.connected { busy in
            try busy.execute("BEGIN")
            try database.connected { idle in
                try idle.execute("SET application_name = 'pool'")
                try busy.execute("SET application_name = 'pool'")
                let manager = try database.manager(lockAttempts: 30, waitTimeout: .seconds(60)) {
                    $0.online = .always
                    $0.recyclesConnections = true
                    $0.onEvent = notes.add
                }
                #expect(try manager.up(tables: [.sessions], target: SchemaVersion(2, 3, 0)).isSuccess)
                #expect(throws: DatabaseError.self) { try idle.value("SELECT 1") }
            }
            #expect(try busy.value("SELECT 1")?.int == 1)
            try busy.execute("ROLLBACK")
        }
        #expect(notes.texts.contains { $0.hasSuffix("1 idle sessions of other clients ended") })
    }

    @Test("What was attached to a column during its conversion is there afterwards")
    func attachedMeanwhile() throws {
        let database = try TestDatabase()
        try fill(database, rows: 60)
        let other = try database.driver()
        let hasAttached = Flag()
        let driver = HookedDriver(try database.driver()) { sql, _ in
            guard sql.contains("VALIDATE CONSTRAINT"), !hasAttached.isSet else { return }
            hasAttached.set()
            try other.withConnection(for: .write) { connection in
                for statement in [
                    "CREATE INDEX theirs ON ai.agno_sessions ((runs->0->>'n'))",
                    "COMMENT ON COLUMN ai.agno_sessions.runs IS 'lists'",
                    "ALTER TABLE ai.agno_sessions ALTER COLUMN summary SET DEFAULT '{}'",
                ] { try connection.execute(statement) }
            }
        }
        let report = try database.manager(lockAttempts: 30, waitTimeout: .seconds(60), driver: driver) {
            $0.onlineBytes = 0
        }.up(tables: [.sessions], target: SchemaVersion(2, 3, 0))
        #expect(report.isSuccess)
        #expect(hasAttached.isSet)
        #expect(try database.value("SELECT COUNT(*) FROM pg_indexes WHERE indexname = 'theirs'")?.int == 1)
        let column =
            "'ai.agno_sessions'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = "
            + "'ai.agno_sessions'::regclass AND attname = 'runs')"
        #expect(try database.value("SELECT col_description(\(column))")?.string == "lists")
        #expect(
            try database.value(
                "SELECT COUNT(*) FROM pg_attribute WHERE attrelid = 'ai.agno_sessions'::regclass "
                    + "AND attname = 'summary' AND atthasdef")?.int == 1)
        #expect(try leftovers(database) == 0)
    }

    @Test("A value that is refused is named although others use the table")
    func refusedInUse() throws {
        let database = try TestDatabase()
        try fill(database, rows: 50)
        try database.execute(
            #"UPDATE ai.agno_sessions SET session_data = '{"a": "\u0000"}' WHERE session_id = 's-7'"#)
        #expect(try manager(database, .always).up(tables: [.sessions])[.sessions]?.outcome == .refused)
        try database.connected { reader in
            try reader.execute("BEGIN")
            _ = try reader.value("SELECT COUNT(*) FROM ai.agno_sessions")
            let error = try manager(database, .always).up(tables: [.sessions])[.sessions]?.steps.last?.error
            #expect(error?.rows == ["s-7"])
            #expect(error?.remedy.contains("up --abandon") == true)
            try reader.execute("COMMIT")
        }
    }

    @Test("After a step that failed, the application may write what its column takes")
    func released() throws {
        let database = try TestDatabase()
        try fill(database, rows: 20)
        try stop(database, at: "ACCESS EXCLUSIVE", after: "VALIDATE")
        try database.execute(
            #"UPDATE ai.agno_sessions SET session_data = '{"b": "\u0000"}' WHERE session_id = 's-8'"#)
        #expect(try manager(database, .always).up(tables: [.sessions])[.sessions]?.outcome == .refused)
    }

    @Test("The plan lists the phases, with a short lock each")
    func plan() throws {
        let database = try TestDatabase()
        try fill(database, rows: 20)
        let online = try manager(database).plan(tables: [.sessions]).tables[0].phases
        #expect(online.map(\.name) == [.expand, .fill, .compare, .validate, .exchange])
        #expect(online.allSatisfy { $0.longestLock <= 0.1 })
        #expect(try manager(database, .never).plan(tables: [.sessions]).tables[0].phases.map(\.name) == [.rewrite])
        #expect(try manager(database, .never).up().isSuccess)
        #expect(try manager(database).plan().tables.allSatisfy { $0.phases.isEmpty })
    }

    // MARK: Databases

    private func fill(_ database: TestDatabase, rows: Int) throws {
        _ = try database.manager().makeSample(version: .baseline, sessions: 1)
        try database.execute(
            """
            INSERT INTO ai.agno_sessions (session_id, session_type, session_data, runs, created_at, updated_at) \
            SELECT 's-' || i, 'agent', '{"k": "v"}', json_build_array(json_build_object('run_id', 'r-' || i, 'n', i, \
            'text', repeat(md5(i::text), 100))), i, i FROM generate_series(1, \(rows)) i
            """)
    }

    /// An `up` that ends before a statement that has a text in it, where another was before it.
    private func stop(_ database: TestDatabase, at text: String, after earlier: String = "") throws {
        let hasPassed = Mutex(earlier.isEmpty)
        let hasStopped = Flag()
        let driver = HookedDriver(try database.driver()) { sql, _ in
            let isThere = hasPassed.withLock { passed in
                defer { if sql.contains(earlier), !earlier.isEmpty { passed = true } }
                return passed
            }
            guard isThere, sql.contains(text), !hasStopped.isSet else { return }
            hasStopped.set()
            throw DatabaseError(.other, "stopped")
        }
        let report = try manager(database, .always, driver: driver).up(tables: [.sessions])
        #expect(report[.sessions]?.outcome == .failed)
    }
}

/// The notes of a run.
private final class Notes: Sendable {
    private let list = Mutex<[String]>([])
    var texts: [String] { list.withLock { $0 } }
    @Sendable func add(_ event: MigrationEvent) {
        if case .note(let text) = event { list.withLock { $0.append(text) } }
    }
}

/// An application that writes sessions of its own and some that were there.
private final class Writer: Sendable {
    private let driver: any DatabaseDriver
    private let number: Int
    private let isDone: Flag
    private let hasEnded = Flag()
    private let fail: @Sendable (String) -> Void
    private let written = Mutex<[String: Int?]>([:])
    private let total = Mutex(0)

    var last: [String: Int?] { written.withLock { $0 } }
    var count: Int { total.withLock { $0 } }

    init(
        driver: any DatabaseDriver, number: Int, isDone: Flag, fail: @escaping @Sendable (String) -> Void
    ) {
        (self.driver, self.number, self.isDone, self.fail) = (driver, number, isDone, fail)
    }

    func start() {
        Thread.detachNewThread { [self] in
            do {
                try driver.withConnection(for: .write) { connection in
                    while !isDone.isSet { try write(connection) }
                }
            } catch { fail("\(error)") }
            hasEnded.set()
        }
    }

    func wait() { while !hasEnded.isSet { Thread.sleep(forTimeInterval: 0.01) } }

    private func write(_ connection: any DatabaseConnection) throws {
        let n = total.withLock {
            $0 += 1; return $0
        }
        let id = n.isMultiple(of: 2) ? "w-\(number)-\(n % 40)" : "s-\(number * 900 + n % 800 + 1)"
        if n.isMultiple(of: 10) {
            try connection.execute("DELETE FROM ai.agno_sessions WHERE session_id = $1", [.text(id)])
            written.withLock { $0[id] = .some(nil) }
            return
        }
        try connection.execute(
            """
            INSERT INTO ai.agno_sessions (session_id, session_type, session_data, runs, created_at, updated_at) \
            VALUES ($1, 'agent', '{"k": "w"}', $2, 1, 1) ON CONFLICT (session_id) DO UPDATE SET runs = EXCLUDED.runs
            """, [.text(id), .text("[{\"run_id\": \"r-\(id)\", \"n\": \(n)}]")])
        written.withLock { $0[id] = n }
    }
}
