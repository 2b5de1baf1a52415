-- agno-migrate: MariaDB, down from 2.3.0

-- memories
-- nothing to do: change the type of input to TEXT
-- nothing to do: change the type of topics to JSON
-- nothing to do: change the type of memory to JSON
-- drop column feedback
-- drop index on created_at
-- drop column created_at
ALTER TABLE `ai`.`agno_memories` DROP COLUMN `feedback`, DROP INDEX `idx_agno_memories_created_at`, DROP COLUMN `created_at`, ALGORITHM=INPLACE, LOCK=NONE;

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
-- nothing to do: change the type of status_message to TEXT
-- nothing to do: change the type of description to TEXT
-- nothing to do: change the type of metadata to JSON

-- approvals
-- skipped: Agno keeps no such table on this server

-- components
-- skipped: Agno keeps no such table on this server

-- schedules
-- skipped: Agno keeps no such table on this server

-- products
-- skipped: Agno keeps no such table on this server

-- sources
-- skipped: Agno keeps no such table on this server

-- projects
-- skipped: Agno keeps no such table on this server

-- tasks
-- skipped: Agno keeps no such table on this server

-- schedule_runs
-- skipped: Agno keeps no such table on this server

-- learnings
-- skipped: Agno keeps no such table on this server

-- culture
-- skipped: no version ever changes this type
