-- agno-migrate: PostgreSQL, down from 2.3.0

-- memories
-- nothing to do: change the type of input to VARCHAR
-- change the type of topics to JSON
-- change the type of memory to JSON
-- drop column feedback
-- drop index on created_at
-- drop column created_at
DROP INDEX IF EXISTS "ai"."idx_agno_memories_created_at";
ALTER TABLE "ai"."agno_memories" ALTER COLUMN "topics" TYPE JSON USING "topics"::json, ALTER COLUMN "memory" TYPE JSON USING "memory"::json, DROP COLUMN "feedback", DROP COLUMN "created_at";

-- sessions
-- change the type of summary to JSON
-- change the type of runs to JSON
-- change the type of metadata to JSON
-- change the type of workflow_data to JSON
-- change the type of team_data to JSON
-- change the type of agent_data to JSON
-- change the type of session_data to JSON
ALTER TABLE "ai"."agno_sessions" ALTER COLUMN "summary" TYPE JSON USING "summary"::json, ALTER COLUMN "runs" TYPE JSON USING "runs"::json, ALTER COLUMN "metadata" TYPE JSON USING "metadata"::json, ALTER COLUMN "workflow_data" TYPE JSON USING "workflow_data"::json, ALTER COLUMN "team_data" TYPE JSON USING "team_data"::json, ALTER COLUMN "agent_data" TYPE JSON USING "agent_data"::json, ALTER COLUMN "session_data" TYPE JSON USING "session_data"::json;

-- metrics
-- change the type of model_metrics to JSON
-- change the type of token_metrics to JSON
ALTER TABLE "ai"."agno_metrics" ALTER COLUMN "model_metrics" TYPE JSON USING "model_metrics"::json, ALTER COLUMN "token_metrics" TYPE JSON USING "token_metrics"::json;

-- evals
-- change the type of eval_input to JSON
-- change the type of eval_data to JSON
ALTER TABLE "ai"."agno_eval_runs" ALTER COLUMN "eval_input" TYPE JSON USING "eval_input"::json, ALTER COLUMN "eval_data" TYPE JSON USING "eval_data"::json;

-- knowledge
-- nothing to do: change the type of status_message to VARCHAR
-- nothing to do: change the type of description to VARCHAR
-- change the type of metadata to JSON
ALTER TABLE "ai"."agno_knowledge" ALTER COLUMN "metadata" TYPE JSON USING "metadata"::json;

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
