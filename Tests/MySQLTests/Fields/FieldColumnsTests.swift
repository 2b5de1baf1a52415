import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import SQLDialects
import ServerContract
import Testing

/// Kinds of field inputs: columns that are other than Agno declares them, and keys that are longer.
@Suite("Columns keep what their owner gave them", .timeLimit(.minutes(30))) struct FieldColumnsTests {
    /// A column, its type, and what else its definition says.
    private static let columns: [(table: String, column: String, type: String, rest: String)] = [
        (
            "agno_knowledge", "name", "VARCHAR(300) CHARACTER SET latin1 COLLATE latin1_german1_ci",
            #"DEFAULT 'o''x' COMMENT 'it''s "a" \\\\ b'"#
        ),
        ("agno_knowledge", "description", "MEDIUMTEXT", "DEFAULT (concat('a''b', 'c')) COMMENT 'text'"),
        ("agno_memories", "memory", "JSON", "COMMENT 'json'"),
        ("agno_eval_runs", "eval_type", "VARCHAR(50)", "DEFAULT 'e' INVISIBLE"),
        ("agno_eval_runs", "created_at", "BIGINT", "DEFAULT 7"),
    ]
    private static let check: [(table: String, column: String, type: String, rest: String)] = [
        ("agno_sessions", "session_type", "VARCHAR(20)", "CHECK (session_type <> 'x')")
    ]

    @Test(
        "A column that is made NOT NULL again keeps character set, collation, default, comment, visibility and check",
        arguments: TestServer.all)
    func requireValue(server: TestServer) throws {
        let (wanted, repaired) = (try TestDatabase(on: server), try TestDatabase(on: server))
        let columns = Self.columns + (server == .mariadb ? Self.check : [])
        for (database, kind) in [(wanted, "NOT NULL"), (repaired, "NULL")] {
            _ = try database.manager().makeSample(version: .latest)
            for column in columns {
                try database.execute(
                    "ALTER TABLE \(column.table) MODIFY COLUMN \(column.column) \(column.type) \(kind) \(column.rest)")
            }
        }
        let report = try repaired.manager().up()
        #expect(report.isSuccess)
        #expect(report.tables.flatMap { $0.steps.flatMap(\.repaired) }.count == columns.count)
        for table in Set(columns.map(\.table)) {
            let definitions = try [wanted, repaired].map { try $0.rows("SHOW CREATE TABLE \(table)").first?[1].string }
            #expect(definitions[0] == definitions[1])
        }
        #expect(try repaired.manager().up().tables.allSatisfy { [.current, .absent].contains($0.outcome) })
    }

    @Test("A column that a step fills and makes NOT NULL keeps its comment", arguments: TestServer.all)
    func filled(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: .baseline)
        try database.execute("ALTER TABLE agno_memories ADD COLUMN created_at BIGINT NULL DEFAULT 5 COMMENT 'made'")
        try database.execute("UPDATE agno_memories SET created_at = NULL")
        #expect(try database.manager().up().isSuccess)
        let column = try database.rows(
            "SELECT IS_NULLABLE, COLUMN_DEFAULT, COLUMN_COMMENT FROM information_schema.COLUMNS "
                + "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'agno_memories' AND COLUMN_NAME = 'created_at'")
        #expect(column == [[.text("NO"), .null, .text("made")]])
    }

    @Test(
        "Ids of 200 and 255 characters are moved, marked, found again and put back, also beside an older table of markers",
        arguments: TestServer.all)
    func longKeys(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let manager = try database.manager()
        _ = try manager.makeSample(version: SchemaVersion(2, 5, 6))
        // An earlier run made the markers for keys as long as Agno declares them.
        #expect(try manager.up().isSuccess)
        #expect(try manager.down(target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        try database.execute("ALTER TABLE agno_sessions MODIFY COLUMN session_id VARCHAR(255) NOT NULL")
        let ids = [200, 255].map { String(repeating: "ü", count: $0) }
        for id in ids {
            try database.insertSession(id, runs: "[{\"run_id\": \"of \(id.count)\"}, {\"run_id\": \"\(id)\"}]")
        }
        let lists = "SELECT session_id, runs FROM agno_sessions ORDER BY session_id"
        let before = try database.rows(lists)
        let report = try manager.up()
        #expect(report.isSuccess)
        // A run's own id has 128 characters on these servers: it stays in its list, and is listed.
        #expect(Set(report[.sessions]?.quarantinedRows.map(\.key) ?? []) == Set(ids))
        #expect(try database.rows("SELECT run_id FROM agno_runs WHERE LEFT(run_id, 3) = 'of ' ORDER BY 1").count == 2)
        let marked = "SELECT COUNT(*) FROM agno_migration_markers WHERE CHAR_LENGTH(row_key) IN (200, 255)"
        #expect(try database.value(marked) == .integer(2))
        #expect(try manager.up(force: true)[.sessions]?.steps.last?.rows == 0)
        #expect(try manager.down(target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        #expect(try database.rows(lists) == before)
    }
}
