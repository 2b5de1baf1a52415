/// A small database of schema 2.0.0, with the newer tables of 2.5, that has everything a careful owner and a careless
/// program leave in one.
struct UglyDatabase {
    /// `delete` or `wal`.
    var journalMode = "delete"
    var encoding = "UTF-8"
    var pageSize = 1024
    /// 0: none, 1: full, 2: incremental.
    var autoVacuum = 0
    /// Leaves the tables out that are only given columns: fewer statements to be killed at.
    var isSmall = false

    /// The owner's table that triggers write to.
    static let notesTable = #"it's "mine""#

    /// Makes the file; nothing of it is open afterwards.
    func make(at path: String) throws {
        let database = try RawDatabase(path)
        try database.execute(
            """
            PRAGMA encoding = '\(encoding)';
            PRAGMA page_size = \(pageSize);
            PRAGMA auto_vacuum = \(autoVacuum);
            PRAGMA user_version = 4711;
            PRAGMA application_id = 1095191119;
            PRAGMA journal_mode = \(journalMode);
            """)
        // A cache of a few pages makes transactions spill into the file long before they end: a process that is killed
        // then leaves a journal that has to be rolled back.
        try database.execute("PRAGMA default_cache_size = 10")
        try database.execute("BEGIN;" + Self.tables + Self.newerTables + Self.rows + Self.newerRows + Self.extras)
        if isSmall {
            for table in ["agno_eval_runs", "agno_knowledge", "agno_components", "agno_approvals"] {
                try database.execute("DROP TABLE \(table)")
                try database.execute("DELETE FROM agno_schema_versions WHERE table_name = ?", [table])
            }
        }
        try database.execute("COMMIT")
    }

    /// The five tables of 2.0.0, as their owner changed them.
    private static let tables = #"""
        CREATE TABLE agno_sessions (
        session_id VARCHAR NOT NULL,
        session_type VARCHAR NOT NULL,
        agent_id VARCHAR, team_id VARCHAR, workflow_id VARCHAR, user_id VARCHAR,
        session_data JSON, agent_data JSON, team_data JSON, workflow_data JSON, metadata JSON, runs JSON, summary JSON,
        created_at BIGINT NOT NULL, updated_at BIGINT,
        "customer's ""note""" TEXT DEFAULT 'it''s', -- (a comment, with a parenthesis
        day INTEGER GENERATED ALWAYS AS (created_at / 86400) VIRTUAL,
        PRIMARY KEY (session_id)
        );
        CREATE INDEX idx_agno_sessions_created_at ON agno_sessions (created_at);
        CREATE INDEX idx_agno_sessions_session_type ON agno_sessions (session_type);
        CREATE INDEX "by day" ON agno_sessions (day DESC) WHERE user_id IS NOT NULL;

        CREATE TABLE agno_memories (
        memory_id VARCHAR NOT NULL, memory JSON NOT NULL, input VARCHAR, agent_id VARCHAR, team_id VARCHAR,
        user_id VARCHAR COLLATE NOCASE, topics JSON, updated_at BIGINT,
        [stars] INTEGER DEFAULT (1 + 2) CHECK (stars BETWEEN 0 AND 9),
        PRIMARY KEY (memory_id)
        );
        CREATE INDEX idx_agno_memories_updated_at ON agno_memories (updated_at);
        CREATE INDEX idx_agno_memories_user_id ON agno_memories (user_id);
        CREATE INDEX "memories; by length" ON agno_memories (length(memory) DESC, stars);

        CREATE TABLE agno_metrics (
        id VARCHAR NOT NULL, agent_runs_count BIGINT NOT NULL, team_runs_count BIGINT NOT NULL,
        workflow_runs_count BIGINT NOT NULL, agent_sessions_count BIGINT NOT NULL,
        team_sessions_count BIGINT NOT NULL, workflow_sessions_count BIGINT NOT NULL, users_count BIGINT NOT NULL,
        token_metrics JSON NOT NULL, model_metrics JSON NOT NULL, date DATE NOT NULL,
        aggregation_period VARCHAR NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT, completed BOOLEAN NOT NULL,
        cost REAL,
        PRIMARY KEY (id),
        CONSTRAINT agno_metrics_uq_metrics_date_period UNIQUE (date, aggregation_period)
        );
        CREATE INDEX idx_agno_metrics_date ON agno_metrics (date);
        CREATE INDEX idx_agno_metrics_aggregation_period ON agno_metrics (aggregation_period);
        CREATE INDEX metrics_cost ON agno_metrics (cost) WHERE cost > 0;

        CREATE TABLE agno_eval_runs (
        run_id VARCHAR NOT NULL, eval_type VARCHAR NOT NULL, eval_data JSON NOT NULL, eval_input JSON NOT NULL,
        name VARCHAR, agent_id VARCHAR, team_id VARCHAR, workflow_id VARCHAR, model_id VARCHAR, model_provider VARCHAR,
        evaluated_component_name VARCHAR, created_at BIGINT NOT NULL, updated_at BIGINT, PRIMARY KEY (run_id)
        );
        CREATE INDEX idx_agno_eval_runs_created_at ON agno_eval_runs (created_at);

        CREATE TABLE agno_knowledge (
        id VARCHAR NOT NULL, name VARCHAR NOT NULL, description VARCHAR NOT NULL, metadata JSON, type VARCHAR,
        size BIGINT, linked_to VARCHAR, access_count BIGINT, status VARCHAR, status_message VARCHAR, created_at BIGINT,
        updated_at BIGINT, external_id VARCHAR, PRIMARY KEY (id)
        );
        """#

    /// Tables that 2.5 brought.
    private static let newerTables = #"""
        CREATE TABLE agno_approvals (
        id VARCHAR NOT NULL, run_id VARCHAR NOT NULL, session_id VARCHAR NOT NULL, status VARCHAR NOT NULL,
        source_type VARCHAR NOT NULL, approval_type VARCHAR, pause_type VARCHAR NOT NULL, tool_name VARCHAR,
        tool_args JSON, expires_at BIGINT, agent_id VARCHAR, team_id VARCHAR, workflow_id VARCHAR, user_id VARCHAR,
        schedule_id VARCHAR, schedule_run_id VARCHAR, source_name VARCHAR, requirements JSON, context JSON,
        resolution_data JSON, resolved_by VARCHAR, resolved_at BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT,
        PRIMARY KEY (id)
        );
        CREATE INDEX idx_agno_approvals_agent_id ON agno_approvals (agent_id);
        CREATE INDEX idx_agno_approvals_approval_type ON agno_approvals (approval_type);
        CREATE INDEX idx_agno_approvals_created_at ON agno_approvals (created_at);
        CREATE INDEX idx_agno_approvals_pause_type ON agno_approvals (pause_type);
        CREATE INDEX idx_agno_approvals_run_id ON agno_approvals (run_id);
        CREATE INDEX idx_agno_approvals_schedule_id ON agno_approvals (schedule_id);
        CREATE INDEX idx_agno_approvals_schedule_run_id ON agno_approvals (schedule_run_id);
        CREATE INDEX idx_agno_approvals_session_id ON agno_approvals (session_id);
        CREATE INDEX idx_agno_approvals_source_type ON agno_approvals (source_type);
        CREATE INDEX idx_agno_approvals_status ON agno_approvals (status);
        CREATE INDEX idx_agno_approvals_team_id ON agno_approvals (team_id);
        CREATE INDEX idx_agno_approvals_user_id ON agno_approvals (user_id);
        CREATE INDEX idx_agno_approvals_workflow_id ON agno_approvals (workflow_id);

        CREATE TABLE agno_components (
        component_id VARCHAR NOT NULL, component_type VARCHAR NOT NULL, name VARCHAR NOT NULL, description VARCHAR,
        current_version BIGINT, metadata JSON, created_at BIGINT NOT NULL, updated_at BIGINT, deleted_at BIGINT,
        PRIMARY KEY (component_id)
        );
        CREATE INDEX idx_agno_components_component_type ON agno_components (component_type);
        CREATE INDEX idx_agno_components_created_at ON agno_components (created_at);
        CREATE INDEX idx_agno_components_current_version ON agno_components (current_version);
        CREATE INDEX idx_agno_components_name ON agno_components (name);

        CREATE TABLE agno_schedules (
        id VARCHAR NOT NULL, name VARCHAR NOT NULL, description VARCHAR, method VARCHAR NOT NULL,
        endpoint VARCHAR NOT NULL, payload JSON, cron_expr VARCHAR NOT NULL, timezone VARCHAR NOT NULL,
        timeout_seconds BIGINT NOT NULL, max_retries BIGINT NOT NULL, retry_delay_seconds BIGINT NOT NULL,
        enabled BOOLEAN NOT NULL, next_run_at BIGINT, locked_by VARCHAR, locked_at BIGINT, created_at BIGINT NOT NULL,
        updated_at BIGINT, PRIMARY KEY (id)
        );
        CREATE INDEX idx_agno_schedules_created_at ON agno_schedules (created_at);
        CREATE INDEX idx_agno_schedules_enabled_next_run_at ON agno_schedules (enabled, next_run_at);
        CREATE INDEX idx_agno_schedules_name ON agno_schedules (name);
        CREATE INDEX idx_agno_schedules_next_run_at ON agno_schedules (next_run_at);

        CREATE TABLE agno_schedule_runs (
        id VARCHAR NOT NULL, schedule_id VARCHAR NOT NULL, attempt BIGINT NOT NULL, triggered_at BIGINT,
        completed_at BIGINT, status VARCHAR NOT NULL, status_code BIGINT, run_id VARCHAR, session_id VARCHAR,
        error VARCHAR, input JSON, output JSON, requirements JSON, created_at BIGINT NOT NULL, PRIMARY KEY (id),
        FOREIGN KEY(schedule_id) REFERENCES agno_schedules (id) ON DELETE CASCADE
        );
        CREATE INDEX idx_agno_schedule_runs_created_at ON agno_schedule_runs (created_at);
        CREATE INDEX idx_agno_schedule_runs_schedule_id ON agno_schedule_runs (schedule_id);
        CREATE INDEX idx_agno_schedule_runs_status ON agno_schedule_runs (status);

        CREATE TABLE agno_learnings (
        learning_id VARCHAR NOT NULL, learning_type VARCHAR NOT NULL, namespace VARCHAR, user_id VARCHAR,
        agent_id VARCHAR, team_id VARCHAR, workflow_id VARCHAR, session_id VARCHAR, entity_id VARCHAR,
        entity_type VARCHAR, content JSON NOT NULL, metadata JSON, created_at BIGINT NOT NULL, updated_at BIGINT,
        PRIMARY KEY (learning_id)
        );
        CREATE INDEX idx_agno_learnings_agent_id ON agno_learnings (agent_id);
        CREATE INDEX idx_agno_learnings_created_at ON agno_learnings (created_at);
        CREATE INDEX idx_agno_learnings_entity_id ON agno_learnings (entity_id);
        CREATE INDEX idx_agno_learnings_entity_type ON agno_learnings (entity_type);
        CREATE INDEX idx_agno_learnings_learning_type ON agno_learnings (learning_type);
        CREATE INDEX idx_agno_learnings_namespace ON agno_learnings (namespace);
        CREATE INDEX idx_agno_learnings_session_id ON agno_learnings (session_id);
        CREATE INDEX idx_agno_learnings_team_id ON agno_learnings (team_id);
        CREATE INDEX idx_agno_learnings_user_id ON agno_learnings (user_id);
        CREATE INDEX idx_agno_learnings_workflow_id ON agno_learnings (workflow_id);

        CREATE TABLE agno_schema_versions (
        table_name VARCHAR NOT NULL, version VARCHAR NOT NULL, created_at VARCHAR NOT NULL, updated_at VARCHAR,
        PRIMARY KEY (table_name)
        );
        CREATE INDEX idx_agno_schema_versions_created_at ON agno_schema_versions (created_at);
        """#

    /// Lists encoded twice, once, badly; elements that can be placed and elements that cannot.
    private static let rows = #"""
        INSERT INTO agno_sessions (session_id, session_type, agent_id, user_id, session_data, runs, created_at, updated_at)
        VALUES
        ('plain', 'agent', 'a1', 'ana', '"{\"session_state\": {}}"',
         json_quote('[{"run_id": "p1", "agent_id": "a1", "status": "COMPLETED", "created_at": 1700000001}, '
         || '{"run_id": "p2", "agent_id": "a1", "user_id": "somebody else", "content": "\u00e4 \ud83d\ude00"}]'),
         1700000000, 1700000005),
        ('once', 'team', NULL, 'o''brien', NULL,
         '[{"run_id": "o1", "team_id": "t1", "created_at": "2024-01-01T00:00:00Z", "member_responses": [{"run_id": "m"}]}]',
         1700000010, NULL),
        ('odd elements', 'workflow', NULL, NULL, NULL,
         json_quote('[{"content": "no id"}, "text", 5, null, {"run_id": null}, {"run_id": "d1", "v": 1}, '
         || '{"run_id": "d1", "v": 2}, {"run_id": "p1", "stolen": true}, {"run_id": 17, "n": NaN, "e": 1e400}]'),
         1700000020, 1700000021),
        ('half a pair', 'agent', 'a1', 'Zoë "the quote" ☃', '{}',
         json_quote('[{"run_id": "h1", "text": "\ud800", "created_at": 1.5}]'), 1700000030, 1700000030),
        ('broken', 'agent', NULL, 'ana', NULL, '"[{\"run_id\": \"b1\"', 1700000040, 1700000040),
        ('empty text', 'agent', NULL, 'ana', NULL, '', 1700000050, 1700000050),
        ('an object', 'agent', NULL, 'ana', NULL, '{"run_id": "x1"}', 1700000060, 1700000060),
        ('empty list', 'agent', NULL, 'ana', NULL, '"[]"', 1700000070, 1700000070),
        ('null', 'agent', NULL, 'ana', NULL, 'null', 1700000080, 1700000080),
        ('none', 'agent', NULL, 'ana', NULL, NULL, 1700000090, 1700000090),
        ('long', 'agent', 'a2', 'ana', NULL,
         json_quote('[{"run_id": "l1", "content": "' || hex(zeroblob(900)) || '"}, {"run_id": "l2", "content": "'
         || hex(zeroblob(900)) || '"}]'), 1700000100, 1700000100);
        UPDATE agno_sessions SET "customer's ""note""" = 'ring back' WHERE session_id = 'once';
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
        INSERT INTO agno_sessions (session_id, session_type, agent_id, user_id, runs, created_at, updated_at)
        SELECT 's' || i, 'agent', 'a3', 'user ' || i, json_quote('[{"run_id": "s' || i || '", "agent_id": "a3"}]'),
        1700000200 + i, 1700000200 + i FROM n;

        INSERT INTO agno_memories (memory_id, memory, user_id, topics, updated_at, stars) VALUES
        ('m1', '"likes ☃"', 'Ana', '["a"]', 1700000000, 5), ('m2', '{"k": 1}', 'ANA', NULL, NULL, 3),
        ('m''3"', '"x"', 'o''brien', '[]', 1700000002, 0);

        INSERT INTO agno_metrics VALUES
        ('d1', 1, 0, 0, 1, 0, 0, 1, '{}', '[]', '2024-01-01', 'daily', 1704067200, 1704067200, 1, 0.25),
        ('d2', 2, 0, 0, 1, 0, 0, 1, '{}', '[]', '2024-01-02', 'daily', 1704153600, NULL, 0, NULL),
        ('d3', 3, 0, 0, 1, 0, 0, 1, '{"t": 1.0}', '[]', '2024-01-03', 'daily', 1704240000, 1704240001, 0, 1.5);

        INSERT INTO agno_eval_runs (run_id, eval_type, eval_data, eval_input, created_at) VALUES
        ('e1', 'accuracy', '{"score": 1}', '{}', 1700000000), ('e2', 'performance', '{}', '{}', 1700000001);

        INSERT INTO agno_knowledge (id, name, description, metadata, linked_to) VALUES
        ('k1', 'one', '', '{}', 'base'), ('k2', 'two', 'd', NULL, NULL);
        """#

    /// Learned entities of every bucket, schedules with runs, and stamps: most missing, one wrong, one rubbish.
    private static let newerRows = #"""
        INSERT INTO agno_approvals (id, run_id, session_id, status, source_type, pause_type, created_at) VALUES
        ('ap1', 'p1', 'plain', 'pending', 'agent', 'confirmation', 1700000000),
        ('ap2', 'p2', 'plain', 'done', 'agent', 'confirmation', 1700000001);
        INSERT INTO agno_components (component_id, component_type, name, created_at) VALUES ('c1', 'agent', 'C', 1700000000);
        INSERT INTO agno_schedules (id, name, method, endpoint, cron_expr, timezone, timeout_seconds, max_retries,
        retry_delay_seconds, enabled, next_run_at, created_at) VALUES
        ('sc1', 'nightly', 'POST', '/', '* * * * *', 'UTC', 1, 0, 1, 1, 1700000900, 1700000000),
        ('sc2', 'Nightly', 'POST', '/', '* * * * *', 'UTC', 1, 0, 1, 0, NULL, 1700000000);
        INSERT INTO agno_schedule_runs (id, schedule_id, attempt, status, input, created_at) VALUES
        ('sr1', 'sc1', 1, 'ok', '{}', 1700000001), ('sr2', 'sc1', 2, 'failed', NULL, 1700000002);
        INSERT INTO agno_learnings (learning_id, learning_type, namespace, user_id, workflow_id, entity_id, entity_type,
        content, metadata, created_at, updated_at) VALUES
        ('entity_user_person_legacy', 'entity_memory', 'user', 'ana', 'w', 'legacy', 'person',
         '{"facts": [{"id": "1", "content": "likes ☃"}]}', '{}', 1700000000, 1700000001),
        ('entity_user_person_twice', 'entity_memory', 'user', 'ana', NULL, 'twice', 'person',
         '"{\"facts\": [\"old\"]}"', '{"from": "source"}', 1700000000, NULL),
        ('entity_user_24d4b96f58da6d4a_person_twice', 'entity_memory', 'user', 'ana', NULL, 'twice', 'person',
         '{"facts": ["new"], "aliases": ["T"]}', NULL, 1700000005, 1700000006),
        ('entity_user_person_clash', 'entity_memory', 'user', 'ana', NULL, 'clash', 'person', '{"facts": ["a"]}', NULL,
         1700000000, NULL),
        ('entity_user_24d4b96f58da6d4a_person_clash', 'entity_memory', 'user', 'ana', NULL, 'clash', 'person',
         '[1]', NULL, 1700000000, NULL),
        ('entity_user_24d4b96f58da6d4a_person_keyed', 'entity_memory', 'user', 'ana', NULL, 'keyed', 'person',
         '{"facts": []}', NULL, 1700000000, NULL),
        ('entity_user_24d4b96f58da6d4a_person_taken', 'entity_memory', 'user', 'ana', NULL, 'taken', 'person',
         '{"user_id": "bob"}', NULL, 1700000000, NULL),
        ('entity_user_person_mixed', 'entity_memory', 'user', 'ana', NULL, 'mixed', 'person', '{"user_id": "bob"}', NULL,
         1700000000, NULL),
        ('entity_user_person_nobody', 'entity_memory', 'user', NULL, NULL, 'nobody', 'person', '{}', NULL, 1700000000, NULL),
        ('entity_user_person_', 'entity_memory', 'user', 'ana', NULL, '', 'person', '{}', NULL, 1700000000, NULL),
        ('entity_user_person_list', 'entity_memory', 'user', 'ana', NULL, 'list', 'person', '[]', NULL, 1700000000, NULL),
        ('profile', 'user_profile', 'user', 'ana', NULL, NULL, NULL, '{}', NULL, 1700000000, NULL);
        INSERT INTO agno_schema_versions VALUES
        ('agno_memories', '2.0.0', '2025-01-01T00:00:00.000001', NULL),
        ('agno_schedules', '2.5.0', '2025-01-01T00:00:00', '2025-01-02T00:00:00'),
        ('agno_knowledge', '3.0.0', '2025-01-01T00:00:00', NULL),
        ('agno_approvals', 'two point five', '2025-01-01T00:00:00', NULL);
        """#

    /// The owner's own tables, views and triggers around Agno's.
    private static let extras = #"""
        CREATE TABLE "it's ""mine""" (id INTEGER PRIMARY KEY AUTOINCREMENT, memory_id VARCHAR, what TEXT,
        FOREIGN KEY (memory_id) REFERENCES agno_memories (memory_id) ON DELETE CASCADE ON UPDATE CASCADE);
        INSERT INTO "it's ""mine""" (memory_id, what) VALUES ('m1', 'first'), ('no such memory', 'an old violation');
        CREATE TABLE "day of metrics" (metrics_id VARCHAR REFERENCES agno_metrics (id) ON DELETE SET NULL);
        INSERT INTO "day of metrics" VALUES ('d1'), (NULL);
        CREATE VIEW "sessions & memories" AS SELECT s.session_id, m.memory FROM agno_sessions s
        LEFT JOIN agno_memories m ON m.user_id = s.user_id;
        CREATE VIEW metrics_cost_view AS SELECT date, cost, completed FROM agno_metrics WHERE cost IS NOT NULL;
        CREATE TRIGGER "after a session's update" AFTER UPDATE OF runs ON agno_sessions
        BEGIN INSERT INTO "it's ""mine""" (what) VALUES ('runs of ' || NEW.session_id); END;
        CREATE TRIGGER memories_before BEFORE DELETE ON agno_memories
        BEGIN DELETE FROM "it's ""mine""" WHERE memory_id = OLD.memory_id; END;
        CREATE TRIGGER metrics_after AFTER INSERT ON agno_metrics WHEN NEW.cost > 1
        BEGIN INSERT INTO "it's ""mine""" (what) VALUES ('metrics of ' || NEW.date); END;
        CREATE TRIGGER other_table AFTER INSERT ON "day of metrics"
        BEGIN UPDATE agno_metrics SET cost = 0 WHERE id = NEW.metrics_id AND cost IS NULL; END;
        """#
}
