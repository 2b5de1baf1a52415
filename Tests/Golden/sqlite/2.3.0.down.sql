-- agno-migrate: SQLite, down from 2.3.0

-- memories
-- nothing to do: change the type of input to VARCHAR
-- nothing to do: change the type of topics to JSON
-- nothing to do: change the type of memory to JSON
-- drop column feedback
-- drop index on created_at
-- drop column created_at
ALTER TABLE "agno_memories" DROP COLUMN "feedback";
DROP INDEX "idx_agno_memories_created_at";
ALTER TABLE "agno_memories" DROP COLUMN "created_at";

-- sessions
-- nothing to do: change the type of summary to JSON
-- nothing to do: change the type of runs to JSON
-- nothing to do: change the type of metadata to JSON
-- nothing to do: change the type of workflow_data to JSON
-- nothing to do: change the type of team_data to JSON
-- nothing to do: change the type of agent_data to JSON
-- nothing to do: change the type of session_data to JSON

-- metrics
-- nothing to do: change the type of model_metrics to JSON
-- nothing to do: change the type of token_metrics to JSON

-- evals
-- nothing to do: change the type of eval_input to JSON
-- nothing to do: change the type of eval_data to JSON

-- knowledge
-- nothing to do: change the type of status_message to VARCHAR
-- nothing to do: change the type of description to VARCHAR
-- nothing to do: change the type of metadata to JSON

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
