-- agno-migrate: PostgreSQL, up to 2.3.0

-- memories
-- nothing to do: change the type of input to TEXT
-- add column created_at
-- add index on created_at
-- add column feedback
-- change the type of memory to JSONB
-- change the type of topics to JSONB
ALTER TABLE "ai"."agno_memories" ADD COLUMN "created_at" BIGINT, ADD COLUMN "feedback" TEXT, ALTER COLUMN "memory" TYPE JSONB USING "memory"::jsonb, ALTER COLUMN "topics" TYPE JSONB USING "topics"::jsonb;
UPDATE "ai"."agno_memories" SET "created_at" = COALESCE("updated_at", $1) WHERE "created_at" IS NULL; -- with '1700000000'
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE "ai"."agno_memories" ALTER COLUMN "created_at" SET NOT NULL;
CREATE INDEX "idx_agno_memories_created_at" ON "ai"."agno_memories" ("created_at");

-- sessions
-- change the type of session_data to JSONB
-- change the type of agent_data to JSONB
-- change the type of team_data to JSONB
-- change the type of workflow_data to JSONB
-- change the type of metadata to JSONB
-- change the type of runs to JSONB
-- change the type of summary to JSONB
ALTER TABLE "ai"."agno_sessions" ALTER COLUMN "session_data" TYPE JSONB USING "session_data"::jsonb, ALTER COLUMN "agent_data" TYPE JSONB USING "agent_data"::jsonb, ALTER COLUMN "team_data" TYPE JSONB USING "team_data"::jsonb, ALTER COLUMN "workflow_data" TYPE JSONB USING "workflow_data"::jsonb, ALTER COLUMN "metadata" TYPE JSONB USING "metadata"::jsonb, ALTER COLUMN "runs" TYPE JSONB USING "runs"::jsonb, ALTER COLUMN "summary" TYPE JSONB USING "summary"::jsonb;

-- metrics
-- change the type of token_metrics to JSONB
-- change the type of model_metrics to JSONB
ALTER TABLE "ai"."agno_metrics" ALTER COLUMN "token_metrics" TYPE JSONB USING "token_metrics"::jsonb, ALTER COLUMN "model_metrics" TYPE JSONB USING "model_metrics"::jsonb;

-- evals
-- change the type of eval_data to JSONB
-- change the type of eval_input to JSONB
ALTER TABLE "ai"."agno_eval_runs" ALTER COLUMN "eval_data" TYPE JSONB USING "eval_data"::jsonb, ALTER COLUMN "eval_input" TYPE JSONB USING "eval_input"::jsonb;

-- knowledge
-- nothing to do: change the type of description to TEXT
-- nothing to do: change the type of status_message to TEXT
-- change the type of metadata to JSONB
ALTER TABLE "ai"."agno_knowledge" ALTER COLUMN "metadata" TYPE JSONB USING "metadata"::jsonb;

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
