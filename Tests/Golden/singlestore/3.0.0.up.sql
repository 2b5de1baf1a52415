-- agno-migrate: SingleStore, up to 3.0.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- create table agno_runs
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
CREATE TABLE `ai`.`agno_runs` (
	`run_id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	`session_id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	`run_type` VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	`agent_id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, 
	`team_id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, 
	`workflow_id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, 
	`user_id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, 
	`parent_run_id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, 
	`status` VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, 
	`run_index` BIGINT, 
	`run_data` JSON NOT NULL, 
	`created_at` BIGINT NOT NULL, 
	`updated_at` BIGINT, 
	PRIMARY KEY (`run_id`, `session_id`), 
	SHARD KEY (`session_id`)
);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_runs_session_id` ON `ai`.`agno_runs` (`session_id`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_runs_run_type` ON `ai`.`agno_runs` (`run_type`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_runs_agent_id` ON `ai`.`agno_runs` (`agent_id`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_runs_team_id` ON `ai`.`agno_runs` (`team_id`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_runs_workflow_id` ON `ai`.`agno_runs` (`workflow_id`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_runs_user_id` ON `ai`.`agno_runs` (`user_id`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_runs_status` ON `ai`.`agno_runs` (`status`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_runs_created_at` ON `ai`.`agno_runs` (`created_at`);
-- rule 3.5: without a length
CREATE INDEX `agno_runs_runs_session_id_run_index` ON `ai`.`agno_runs` (`session_id`, `run_index`);
-- rows: each run of a session gets a row of its own
-- nothing to do: keep column runs as a backup

-- metrics
-- add column user_id
-- add index on user_id
-- the table is made anew
-- rule 3.8: drops one by one
DROP TABLE IF EXISTS `ai`.`agno_metrics_agno_migrate_new`;
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
-- rule 2.5: repeats what `SHOW CREATE TABLE` said
-- rule 2.7: may state `CHARACTER SET`
-- rule 2.8: under their old names
-- rule 3.4: cannot be changed on columnstore
CREATE TABLE `ai`.`agno_metrics_agno_migrate_new` (
	`id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	`agent_runs_count` bigint(20) NOT NULL, 
	`team_runs_count` bigint(20) NOT NULL, 
	`workflow_runs_count` bigint(20) NOT NULL, 
	`agent_sessions_count` bigint(20) NOT NULL, 
	`team_sessions_count` bigint(20) NOT NULL, 
	`workflow_sessions_count` bigint(20) NOT NULL, 
	`users_count` bigint(20) NOT NULL, 
	`token_metrics` JSON NOT NULL, 
	`model_metrics` JSON NOT NULL, 
	`date` date NOT NULL, 
	`aggregation_period` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	`created_at` bigint(20) NOT NULL, 
	`updated_at` bigint(20) DEFAULT NULL, 
	`completed` tinyint(1) NOT NULL, 
	`user_id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, 
	PRIMARY KEY (`id`), 
	SHARD KEY (`id`), 
	SORT KEY (), 
	KEY `idx_agno_metrics_date` (`date`) USING HASH, 
	KEY `idx_agno_metrics_aggregation_period` (`aggregation_period`) USING HASH, 
	KEY `idx_agno_metrics_user_id` (`user_id`)
);
-- rule 3.7: RENAME TO
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_metrics` RENAME TO `ai`.`agno_metrics_agno_migrate_aside` TIMEOUT 10;
-- rule 4.1: counts both tables before the old one goes
INSERT INTO `ai`.`agno_metrics_agno_migrate_new` (`id`, `agent_runs_count`, `team_runs_count`, `workflow_runs_count`, `agent_sessions_count`, `team_sessions_count`, `workflow_sessions_count`, `users_count`, `token_metrics`, `model_metrics`, `date`, `aggregation_period`, `created_at`, `updated_at`, `completed`, `user_id`) SELECT `id`, `agent_runs_count`, `team_runs_count`, `workflow_runs_count`, `agent_sessions_count`, `team_sessions_count`, `workflow_sessions_count`, `users_count`, `token_metrics`, `model_metrics`, `date`, `aggregation_period`, `created_at`, `updated_at`, `completed`, '' FROM `ai`.`agno_metrics_agno_migrate_aside`;
-- rule 3.7: RENAME TO
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_metrics_agno_migrate_new` RENAME TO `ai`.`agno_metrics` TIMEOUT 10;
-- rule 3.8: drops one by one
DROP TABLE `ai`.`agno_metrics_agno_migrate_aside`;
-- rows: the newest unfinished, unowned day is put aside
-- rows: parked rows of single users come back

-- evals
-- add column user_id
-- add index on user_id
-- rule 3.2: a column that may be NULL can be added
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_eval_runs` ADD COLUMN `user_id` VARCHAR(128) TIMEOUT 10;
-- rule 3.5: without a length
CREATE INDEX `idx_agno_eval_runs_user_id` ON `ai`.`agno_eval_runs` (`user_id`);

-- knowledge
-- add column user_id
-- add index on user_id
-- rule 3.2: a column that may be NULL can be added
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_knowledge` ADD COLUMN `user_id` VARCHAR(128) TIMEOUT 10;
-- rule 3.5: without a length
CREATE INDEX `idx_agno_knowledge_user_id` ON `ai`.`agno_knowledge` (`user_id`);

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
