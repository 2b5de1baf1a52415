import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import Foundation
import Logging
import MigrationCore
import SQLDialects
import ServerContract
import Testing

@Suite("The sessions' move over several connections", .timeLimit(.minutes(30))) struct ParallelMoveTests {
    /// A manager that takes every sessions table for a large one, and small batches.
    private func manager(
        _ database: TestDatabase, isParallel: Bool = true, onServer: Bool = true
    ) throws -> MigrationManager {
        try database.manager(lockAttempts: 15, waitTimeout: .seconds(600), onServer: onServer) {
            $0.parallelBytes = isParallel ? 0 : .max
            $0.batchBytes = 200_000
        }
    }

    /// Sessions of which some share run ids with others far away, or have elements that no server moves by itself.
    private func fill(_ database: TestDatabase) throws {
        _ = try database.manager().makeSample(version: SchemaVersion(2, 5, 6))
        try database.execute(
            """
            INSERT INTO ai.agno_sessions (session_id, session_type, user_id, runs, created_at, updated_at) \
            SELECT 's' || to_char(n, 'FM00000'), 'agent', 'u' || n % 7, jsonb_build_array( \
            jsonb_build_object('run_id', 'r' || n, 'agent_id', 'a', 'content', repeat('x', 300), 'session', n), \
            jsonb_build_object('run_id', CASE WHEN n % 50 = 0 AND n < 3000 THEN 'shared' || n % 1000 ELSE 'q' || n END, 'session', n), \
            CASE WHEN n % 97 = 0 AND n < 1500 THEN jsonb_build_object('no', 'id') \
            ELSE jsonb_build_object('run_id', 'p' || n, 'created_at', 5, 'team_id', 't') END), 1, 1 \
            FROM generate_series(1, 4000) n
            """)
    }

    private func runs(_ database: TestDatabase) throws -> [SQLRow] {
        try database.rows("SELECT t::text FROM ai.agno_runs t ORDER BY run_id")
    }

    private func journalled(_ database: TestDatabase) throws -> [SQLRow] {
        try database.rows(
            "SELECT row_key, position, code FROM ai.agno_migration_journal WHERE event = 'quarantine' ORDER BY 1, 2, 3")
    }

    @Test("gives what one connection gives: of two sessions with one run id the first in key order has the row")
    func sameResult() throws {
        let (several, one, reference) = (try TestDatabase(), try TestDatabase(), try TestDatabase())
        for database in [several, one, reference] { try fill(database) }
        let report = try manager(several).up()
        #expect(report.isSuccess)
        let single = try manager(one, isParallel: false).up()
        #expect(try runs(several) == runs(one))
        #expect(try journalled(several) == journalled(one))
        #expect(try manager(reference, isParallel: false, onServer: false).up().isSuccess)
        #expect(try runs(reference) == runs(one))
        #expect(try journalled(reference) == journalled(one))
        #expect(report[.sessions]?.quarantined == single[.sessions]?.quarantined)
        #expect(report[.sessions]?.steps.last?.rows == single[.sessions]?.steps.last?.rows)
        #expect(try manager(several).verify().isVerified)
        let markers = "SELECT table_name, row_key, fingerprint FROM ai.agno_migration_markers ORDER BY 1, 2"
        #expect(try several.rows(markers) == one.rows(markers))
        let ids = "SELECT COUNT(*) - COUNT(DISTINCT id) FROM ai.agno_migration_journal"
        #expect(try several.value(ids) == .integer(0))
    }

    @Test("takes a run from a session that comes later in key order, if the row is as it was moved")
    func takesOver() throws {
        let database = try TestDatabase()
        try fill(database)
        // As a connection that is ahead with the second half of the keys leaves it.
        try database.execute(
            "CREATE TABLE ai.kept AS SELECT * FROM ai.agno_sessions WHERE session_id < 's02000'",
            "UPDATE ai.agno_sessions SET runs = NULL WHERE session_id < 's02000'")
        #expect(try manager(database).up().isSuccess)
        try database.execute(
            "UPDATE ai.agno_sessions s SET runs = k.runs FROM ai.kept k WHERE k.session_id = s.session_id",
            "DROP TABLE ai.kept", "UPDATE ai.agno_runs SET updated_at = 1 WHERE run_id = 'shared500'",
            "UPDATE ai.agno_schema_versions SET version = '2.5.6' WHERE table_name = 'agno_sessions'")
        #expect(try manager(database).up().isSuccess)
        func owner(_ run: String) throws -> SQLValue? {
            try database.value("SELECT session_id FROM ai.agno_runs WHERE run_id = '\(run)'")
        }
        #expect(try owner("shared0") == .text("s01000"))
        #expect(try owner("shared450") == .text("s00450"))
        // A 3.x program wrote this one since.
        #expect(try owner("shared500") == .text("s02500"))
        #expect(try manager(database).verify().isVerified)
        #expect(try manager(database).down(target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        let short =
            "SELECT COUNT(*) FROM ai.agno_sessions WHERE session_id LIKE 's0%' AND jsonb_array_length(runs) <> 3"
        #expect(try database.value(short) == .integer(0))
    }

    @Test("goes on over fewer connections where the server has none to spare")
    func noSpareConnection() throws {
        let database = try TestDatabase()
        try fill(database)
        let role = "narrow_\(database.name)"
        // One connection holds the lock, one works; the third is refused.
        try database.execute(
            "CREATE ROLE \(role) LOGIN CONNECTION LIMIT 2", "GRANT ALL ON SCHEMA ai TO \(role)",
            """
            DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' \
            AND relnamespace = 'ai'::regnamespace LOOP EXECUTE format('ALTER TABLE %s OWNER TO \(role)', t); \
            END LOOP; END $$
            """)
        defer {
            try? database.execute("REASSIGN OWNED BY \(role) TO postgres", "DROP OWNED BY \(role)", "DROP ROLE \(role)")
        }
        let url = try database.url().replacing("postgres@", with: "\(role)@")
        var options = EngineOptions(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, toolVersion: "test")
        options.parallelBytes = 0
        let target = try Database(url: url)
        let narrow = MigrationManager(target, driver: target.makeDriver(), options: options)
        #expect(try narrow.up().isSuccess)
        #expect(try manager(database).verify().isVerified)
    }

    @Test("an error on one connection ends the others, and the next run finishes the work")
    func oneFails() throws {
        let (database, whole) = (try TestDatabase(), try TestDatabase())
        for one in [database, whole] { try fill(one) }
        #expect(try manager(whole, isParallel: false).up().isSuccess)
        try database.execute(
            "CREATE FUNCTION ai.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                + "IF NEW.row_key = 's03333' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$")
        #expect(try manager(database).up(target: SchemaVersion(2, 5, 6)).isSuccess)
        try database.connected { connection in
            let journal =
                "CREATE TABLE ai.agno_migration_markers (table_name varchar NOT NULL, row_key varchar NOT NULL, "
                + "fingerprint varchar NOT NULL, moved_at bigint NOT NULL, PRIMARY KEY (table_name, row_key))"
            _ = try? connection.execute(journal)
            try connection.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON ai.agno_migration_markers FOR EACH ROW EXECUTE FUNCTION ai.refuse()"
            )
        }
        let failed = try manager(database).up()
        #expect(failed[.sessions]?.outcome == .failed)
        #expect(try database.value("SELECT COUNT(*) FROM ai.agno_migration_markers") != .integer(0))
        try database.execute("DROP TRIGGER refuse ON ai.agno_migration_markers")
        #expect(try manager(database).up().isSuccess)
        #expect(try runs(database) == runs(whole))
        #expect(try journalled(database) == journalled(whole))
    }

    @Test("an emoji, which Python writes as two halves, is nothing that jsonb might refuse; half of one is")
    func doubtful() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline)
        let dialect = PostgreSQLDialect()
        try database.connected { connection in
            let names: [TableType: String] = [.sessions: "agno_sessions"]
            let snapshot = try #require(try dialect.snapshots(of: names, using: connection)[.sessions])
            let change = SchemaChange.changeType("metadata", from: .json, to: .parsedJSON)
            let probe = try #require(dialect.conversionProbe(change, of: snapshot))
            func isDoubtful(_ json: String) throws -> Bool {
                try connection.execute(
                    "UPDATE ai.agno_sessions SET metadata = NULL WHERE metadata IS NOT NULL")
                try connection.execute(
                    "UPDATE ai.agno_sessions SET metadata = CAST($1 AS text)::json WHERE session_id = "
                        + "(SELECT MIN(session_id) FROM ai.agno_sessions)", [.text(json)])
                return try connection.rows(probe.candidates).count == 1
            }
            for json in [#""\ud83c\udf89 \uD83C\uDF89""#, #""é\u00e9""#, "1e999"] {
                #expect(try !isDoubtful(json), "\(json)")
            }
            let refused = [
                #""\u0000""#, #""\ud83c""#, #""\udf89""#, #""\ud83c x""#, #""\ud83c\\udf89""#, #""\\ud83c\udf89""#,
                "1e999999",
            ]
            for json in refused { #expect(try isDoubtful(json), "\(json)") }
        }
    }
}
