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
        _ = try database.manager().makeSample(version: SchemaVersion.baseline, sessions: 6)
        try database.connected { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            for type in newerTypes {
                guard let shape = TableDefinition.shape(of: type, at: SchemaVersion(2, 5, 6), in: context) else {
                    continue
                }
                for statement in connection.dialect.create(shape, named: context.names[type]) {
                    try connection.execute(statement)
                }
            }
            for statement in statements { try connection.execute(statement) }
        }
    }

    /// Tables that 2.5 brought.
    private static let newerTypes: [TableType] = [.schedules, .scheduleRuns, .learnings]

    private static let statements = [
        // Lists and elements that can be placed, and some that cannot.
        #"""
        INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, session_data, runs, created_at,
        updated_at) VALUES
        ('plain', 'agent', 'a1', 'ana', '"{\"session_state\": {}}"',
         '[{"run_id": "p1", "agent_id": "a1", "created_at": 1700000001}, {"run_id": "p2", "content": "\u00e4 \ud83d\ude00"}]',
         1700000000, 1700000005),
        ('twice encoded', 'team', NULL, 'o''brien', NULL, '"[{\"run_id\": \"o1\", \"c\": \"\\u0000\"}]"', 1700000010, NULL),
        ('odd elements', 'workflow', NULL, NULL, NULL,
         '[{"content": "no id"}, "text", 5, null, {"run_id": null}, {"run_id": "d1", "v": 1}, {"run_id": "d1", "v": 2},
           {"run_id": "p1", "stolen": true}, {"run_id": 17, "n": 1.10}]', 1700000020, 1700000021),
        ('an object', 'agent', NULL, 'Zoë "the quote" ☃', '{}', '{"run_id": "x1"}', 1700000060, 1700000060),
        ('empty list', 'agent', NULL, 'ana', NULL, '[]', 1700000070, 1700000070),
        ('null', 'agent', NULL, 'ana', NULL, 'null', 1700000080, 1700000080),
        ('none', 'agent', NULL, 'ana', NULL, NULL, 1700000090, 1700000090)
        """#,
        """
        INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
        SELECT 'long ' || i, 'agent', 'a2', json_build_array(json_build_object('run_id', 'l' || i, 'content',
        repeat('x', 900))), 1700000100, 1700000100 FROM generate_series(1, 4) i
        """,
        // What the owner added: columns, indexes, a table that refers to Agno's, a view, triggers.
        #"ALTER TABLE ai.agno_sessions ADD COLUMN "customer's ""note""" text DEFAULT 'it''s'"#,
        """
        ALTER TABLE ai.agno_sessions ADD COLUMN day bigint GENERATED ALWAYS AS (created_at / 86400) STORED
        """,
        #"CREATE INDEX "by day" ON ai.agno_sessions (day DESC) WHERE user_id IS NOT NULL"#,
        #"CREATE INDEX "memories; by length" ON ai.agno_memories (length(user_id) DESC, memory_id)"#,
        #"CREATE TABLE ai."it's ""mine""" (memory_id varchar REFERENCES ai.agno_memories ON DELETE CASCADE, what text)"#,
        #"CREATE VIEW ai."owners & memories" AS SELECT memory_id, user_id FROM ai.agno_memories"#,
        #"""
        CREATE FUNCTION ai.note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO ai."it's ""mine""" (what) VALUES (TG_TABLE_NAME || ' changed'); RETURN NULL; END $$
        """#,
        """
        CREATE TRIGGER "after a session's update" AFTER UPDATE ON ai.agno_sessions
        FOR EACH ROW EXECUTE FUNCTION ai.note()
        """,
        // Learned entities: an old key, one that was written under both, one of nobody's.
        #"""
        INSERT INTO ai.agno_learnings (learning_id, learning_type, namespace, user_id, entity_id, entity_type, content,
        created_at, updated_at) VALUES
        ('entity_user_person_legacy', 'entity_memory', 'user', 'ana', 'legacy', 'person',
         '{"facts": [{"id": "1", "content": "likes ☃"}]}', 1700000000, 1700000001),
        ('entity_user_person_twice', 'entity_memory', 'user', 'ana', 'twice', 'person', '{"facts": ["old"]}', 1700000000,
         NULL),
        ('entity_user_24d4b96f58da6d4a_person_twice', 'entity_memory', 'user', 'ana', 'twice', 'person',
         '{"facts": ["new"]}', 1700000005, 1700000006),
        ('entity_user_person_mixed', 'entity_memory', 'user', 'ana', 'mixed', 'person', '{"user_id": "bob"}', 1700000000,
         NULL),
        ('entity_user_person_nobody', 'entity_memory', 'user', NULL, 'nobody', 'person', '{}', 1700000000, NULL),
        ('profile', 'user_profile', 'user', 'ana', NULL, NULL, '{}', 1700000000, NULL)
        """#,
        // Stamps: most missing, one that is no version.
        """
        CREATE TABLE ai.agno_schema_versions (table_name varchar NOT NULL PRIMARY KEY, version varchar NOT NULL,
        created_at varchar NOT NULL, updated_at varchar)
        """,
        "CREATE INDEX idx_agno_schema_versions_created_at ON ai.agno_schema_versions (created_at)",
        """
        INSERT INTO ai.agno_schema_versions VALUES ('agno_memories', '2.0.0', '2025-01-01T00:00:00.000001', NULL),
        ('agno_eval_runs', 'two', '2025-01-01T00:00:00', NULL)
        """,
    ]
}
