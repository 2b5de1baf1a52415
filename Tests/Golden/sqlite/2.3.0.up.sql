-- agno-migrate: SQLite, up to 2.3.0

-- memories
-- nothing to do: change the type of memory to JSON
-- nothing to do: change the type of topics to JSON
-- nothing to do: change the type of input to VARCHAR
-- add column created_at
-- add index on created_at
-- add column feedback
-- the table is made anew
CREATE TABLE "agno_memories__agno_migrate" (
	"memory_id" VARCHAR NOT NULL,
	"memory" JSON NOT NULL,
	"input" VARCHAR,
	"agent_id" VARCHAR,
	"team_id" VARCHAR,
	"user_id" VARCHAR,
	"topics" JSON,
	"updated_at" BIGINT,
	"created_at" BIGINT NOT NULL,
	"feedback" VARCHAR,
	PRIMARY KEY ("memory_id")
);
INSERT INTO "agno_memories__agno_migrate" (rowid, "memory_id", "memory", "input", "agent_id", "team_id", "user_id", "topics", "updated_at", "created_at") SELECT rowid, "memory_id", "memory", "input", "agent_id", "team_id", "user_id", "topics", "updated_at", COALESCE("updated_at", ?1) FROM "agno_memories"; -- with '1700000000'
DROP TABLE "agno_memories";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "agno_memories__agno_migrate" RENAME TO "agno_memories";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "idx_agno_memories_updated_at" ON "agno_memories" ("updated_at");
CREATE INDEX "idx_agno_memories_user_id" ON "agno_memories" ("user_id");
CREATE INDEX "idx_agno_memories_created_at" ON "agno_memories" ("created_at");

-- sessions
-- nothing to do: change the type of session_data to JSON
-- nothing to do: change the type of agent_data to JSON
-- nothing to do: change the type of team_data to JSON
-- nothing to do: change the type of workflow_data to JSON
-- nothing to do: change the type of metadata to JSON
-- nothing to do: change the type of runs to JSON
-- nothing to do: change the type of summary to JSON

-- metrics
-- nothing to do: change the type of token_metrics to JSON
-- nothing to do: change the type of model_metrics to JSON

-- evals
-- nothing to do: change the type of eval_data to JSON
-- nothing to do: change the type of eval_input to JSON

-- knowledge
-- nothing to do: change the type of metadata to JSON
-- nothing to do: change the type of description to VARCHAR
-- nothing to do: change the type of status_message to VARCHAR

-- approvals
-- skipped: no such table in this version, it came with 2.5.0

-- components
-- skipped: no such table in this version, it came with 2.5.0

-- schedules
-- skipped: no such table in this version, it came with 2.5.0

-- products
-- skipped: no such table in this version, it came with 3.0.0

-- sources
-- skipped: no such table in this version, it came with 3.0.0

-- projects
-- skipped: no such table in this version, it came with 3.0.0

-- tasks
-- skipped: no such table in this version, it came with 3.0.0

-- schedule_runs
-- skipped: no such table in this version, it came with 2.5.0

-- learnings
-- skipped: this version changes nothing of this type

-- culture
-- skipped: no version ever changes this type
