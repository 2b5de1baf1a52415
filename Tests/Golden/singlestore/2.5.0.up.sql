-- agno-migrate: SingleStore, up to 2.5.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- first: the rows must be unique in session_id, none of them NULL
-- make session_id the primary key
-- the table is made anew
-- rule 3.8: drops one by one
DROP TABLE IF EXISTS `ai`.`agno_sessions_agno_migrate_new`;
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
-- rule 2.5: repeats what `SHOW CREATE TABLE` said
-- rule 2.7: may state `CHARACTER SET`
-- rule 2.8: under their old names
-- rule 3.4: cannot be changed on columnstore
CREATE TABLE `ai`.`agno_sessions_agno_migrate_new` (
	`session_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	`session_type` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	`agent_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT NULL, 
	`team_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT NULL, 
	`workflow_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT NULL, 
	`user_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT NULL, 
	`session_data` JSON, 
	`agent_data` JSON, 
	`team_data` JSON, 
	`workflow_data` JSON, 
	`metadata` JSON, 
	`runs` JSON, 
	`summary` JSON, 
	`created_at` bigint(20) NOT NULL, 
	`updated_at` bigint(20) DEFAULT NULL, 
	SORT KEY (), 
	KEY `idx_agno_sessions_created_at` (`created_at`) USING HASH, 
	KEY `idx_agno_sessions_session_type` (`session_type`) USING HASH, 
	PRIMARY KEY (`session_id`), 
	SHARD KEY (`session_id`)
);
-- rule 3.7: RENAME TO
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_sessions` RENAME TO `ai`.`agno_sessions_agno_migrate_aside` TIMEOUT 10;
-- rule 4.1: counts both tables before the old one goes
INSERT INTO `ai`.`agno_sessions_agno_migrate_new` (`session_id`, `session_type`, `agent_id`, `team_id`, `workflow_id`, `user_id`, `session_data`, `agent_data`, `team_data`, `workflow_data`, `metadata`, `runs`, `summary`, `created_at`, `updated_at`) SELECT `session_id`, `session_type`, `agent_id`, `team_id`, `workflow_id`, `user_id`, `session_data`, `agent_data`, `team_data`, `workflow_data`, `metadata`, `runs`, `summary`, `created_at`, `updated_at` FROM `ai`.`agno_sessions_agno_migrate_aside`;
-- rule 3.7: RENAME TO
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_sessions_agno_migrate_new` RENAME TO `ai`.`agno_sessions` TIMEOUT 10;
-- rule 3.8: drops one by one
DROP TABLE `ai`.`agno_sessions_agno_migrate_aside`;

-- metrics
-- skipped: this version changes nothing of this type

-- evals
-- skipped: this version changes nothing of this type

-- knowledge
-- skipped: this version changes nothing of this type

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
