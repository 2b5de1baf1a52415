-- agno-migrate: SingleStore, up to 2.3.0

-- memories
-- nothing to do: change the type of memory to JSON
-- nothing to do: change the type of topics to JSON
-- nothing to do: change the type of input to TEXT
-- add column created_at
-- add index on created_at
-- add column feedback
-- the table is made anew
-- rule 3.8: drops one by one
DROP TABLE IF EXISTS `ai`.`agno_memories_agno_migrate_new`;
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
-- rule 2.5: repeats what `SHOW CREATE TABLE` said
-- rule 2.7: may state `CHARACTER SET`
-- rule 2.8: under their old names
-- rule 3.4: cannot be changed on columnstore
CREATE TABLE `ai`.`agno_memories_agno_migrate_new` (
	`memory_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	`memory` JSON NOT NULL, 
	`input` text CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, 
	`agent_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT NULL, 
	`team_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT NULL, 
	`user_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT NULL, 
	`topics` JSON, 
	`updated_at` bigint(20) DEFAULT NULL, 
	`created_at` BIGINT NOT NULL, 
	`feedback` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, 
	PRIMARY KEY (`memory_id`), 
	SHARD KEY (`memory_id`), 
	SORT KEY (), 
	KEY `idx_agno_memories_updated_at` (`updated_at`) USING HASH, 
	KEY `idx_agno_memories_user_id` (`user_id`) USING HASH, 
	KEY `idx_agno_memories_created_at` (`created_at`)
);
-- rule 3.7: RENAME TO
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_memories` RENAME TO `ai`.`agno_memories_agno_migrate_aside` TIMEOUT 10;
-- rule 4.1: counts both tables before the old one goes
INSERT INTO `ai`.`agno_memories_agno_migrate_new` (`memory_id`, `memory`, `input`, `agent_id`, `team_id`, `user_id`, `topics`, `updated_at`, `created_at`, `feedback`) SELECT `memory_id`, `memory`, `input`, `agent_id`, `team_id`, `user_id`, `topics`, `updated_at`, COALESCE(`updated_at`, ?1), NULL FROM `ai`.`agno_memories_agno_migrate_aside`; -- with '1700000000'
-- rule 3.7: RENAME TO
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_memories_agno_migrate_new` RENAME TO `ai`.`agno_memories` TIMEOUT 10;
-- rule 3.8: drops one by one
DROP TABLE `ai`.`agno_memories_agno_migrate_aside`;

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
-- nothing to do: change the type of description to TEXT
-- nothing to do: change the type of status_message to TEXT

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
