import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import SQLDialects
import ServerContract

/// A small database of schema 2.0.0 that has what a careful owner and a careless program leave in one.
enum UglyDatabase {
    /// The owner's table that triggers write to.
    static let notesTable = #"it's "mine""#

    /// Makes it in an empty database; nothing of it is open afterwards.
    static func make(in database: TestDatabase) throws {
        _ = try database.manager().makeSample(version: .baseline, sessions: 6)
        try database.connected { connection in
            for session in sessions {
                let row: [(String, SQLValue)] = [
                    ("session_id", .text(session.id)), ("session_type", .text("agent")), ("agent_id", .text("a1")),
                    ("user_id", SQLValue(session.user)), ("session_data", .text(#""{\"session_state\": {}}""#)),
                    ("runs", SQLValue(session.runs)), ("created_at", .integer(1_700_000_000)),
                ]
                try TestDatabase.insert(row, into: "agno_sessions", connection)
            }
            for statement in statements { try connection.execute(statement) }
        }
    }

    /// Lists and elements that can be placed, and some that cannot.
    private static let sessions: [(id: String, user: String?, runs: String?)] = [
        (
            "plain", "ana",
            #"[{"run_id": "p1", "agent_id": "a1", "created_at": 1700000001}, {"run_id": "p2", "c": "\u00e4 \ud83d\ude00"}]"#
        ),
        ("twice encoded", "o'brien", #""[{\"run_id\": \"o1\", \"c\": \"\\u0000\"}]""#),
        (
            "odd elements", nil,
            #"[{"content": "no id"}, "text", 5, null, {"run_id": null}, {"run_id": "d1", "v": 1}, {"run_id": "d1", "v": 2}, "#
                + #"{"run_id": "D1", "v": 3}, {"run_id": "p1", "stolen": true}, {"run_id": 17, "n": 1.10}]"#
        ),
        ("an object", #"Zoë "the quote" ☃"#, #"{"run_id": "x1"}"#), ("empty list", "ana", "[]"),
        ("null", "ana", "null"), ("none", "ana", nil),
        ("long 1", nil, #"[{"run_id": "l1", "content": "\#(String(repeating: "x", count: 900))"}]"#),
        ("long 2", nil, #"[{"run_id": "l2", "content": "\#(String(repeating: "y", count: 900))"}]"#),
    ]

    private static let statements = [
        // What the owner added: columns, indexes, a table that refers to Agno's, a view, triggers.
        #"ALTER TABLE agno_sessions ADD COLUMN `customer's "note"` VARCHAR(100) DEFAULT 'it''s'"#,
        "ALTER TABLE agno_sessions ADD COLUMN `day` BIGINT GENERATED ALWAYS AS (created_at DIV 86400) STORED",
        "CREATE INDEX `by day` ON agno_sessions (`day`, user_id)",
        "CREATE INDEX `memories; by user` ON agno_memories (user_id(10), memory_id)",
        #"CREATE TABLE `it's "mine"` (memory_id VARCHAR(128), what TEXT, "#
            + "FOREIGN KEY (memory_id) REFERENCES agno_memories (memory_id) ON DELETE CASCADE)",
        "CREATE VIEW `owners & memories` AS SELECT memory_id, user_id FROM agno_memories",
        "CREATE TRIGGER `after a session's insert` AFTER INSERT ON agno_sessions FOR EACH ROW "
            + #"INSERT INTO `it's "mine"` (what) VALUES ('agno_sessions grew')"#,
        // Stamps: most missing, one that is no version.
        """
        CREATE TABLE agno_schema_versions (table_name VARCHAR(128) NOT NULL, version VARCHAR(10) NOT NULL,
        created_at VARCHAR(128) NOT NULL, updated_at VARCHAR(128), PRIMARY KEY (table_name),
        KEY idx_agno_schema_versions_created_at (created_at))
        """,
        """
        INSERT INTO agno_schema_versions VALUES ('agno_memories', '2.0.0', '2025-01-01T00:00:00.000001', NULL),
        ('agno_eval_runs', 'two', '2025-01-01T00:00:00', NULL)
        """,
    ]
}
