-- agno-migrate: SingleStore, down from 2.3.0

-- memories
-- nothing to do: change the type of input to TEXT
-- nothing to do: change the type of topics to JSON
-- nothing to do: change the type of memory to JSON
-- drop column feedback
-- drop index on created_at
-- drop column created_at
-- rule 3.3: a column outside of all keys and indexes can be dropped
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_memories` DROP COLUMN `feedback` TIMEOUT 10;
-- rule 3.6: any index that is not a key
DROP INDEX `idx_agno_memories_created_at` ON `ai`.`agno_memories`;
-- rule 3.3: a column outside of all keys and indexes can be dropped
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_memories` DROP COLUMN `created_at` TIMEOUT 10;

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
