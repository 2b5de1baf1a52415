-- agno-migrate: MySQL, up to 3.0.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- create table agno_runs
CREATE TABLE `ai`.`agno_runs` (
	`run_id` VARCHAR(128) NOT NULL, 
	`session_id` VARCHAR(128) NOT NULL, 
	`run_type` VARCHAR(20) NOT NULL, 
	`agent_id` VARCHAR(128), 
	`team_id` VARCHAR(128), 
	`workflow_id` VARCHAR(128), 
	`user_id` VARCHAR(128), 
	`parent_run_id` VARCHAR(128), 
	`status` VARCHAR(50), 
	`run_index` BIGINT, 
	`run_data` JSON NOT NULL, 
	`created_at` BIGINT NOT NULL, 
	`updated_at` BIGINT, 
	PRIMARY KEY (`run_id`), 
	KEY `idx_agno_runs_session_id` (`session_id`), 
	KEY `idx_agno_runs_run_type` (`run_type`), 
	KEY `idx_agno_runs_agent_id` (`agent_id`), 
	KEY `idx_agno_runs_team_id` (`team_id`), 
	KEY `idx_agno_runs_workflow_id` (`workflow_id`), 
	KEY `idx_agno_runs_user_id` (`user_id`), 
	KEY `idx_agno_runs_status` (`status`), 
	KEY `idx_agno_runs_created_at` (`created_at`), 
	KEY `agno_runs_runs_session_id_run_index` (`session_id`, `run_index`), 
	FOREIGN KEY (`session_id`) REFERENCES `ai`.`agno_sessions` (`session_id`) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
-- rows: each run of a session gets a row of its own
-- nothing to do: keep column runs as a backup

-- metrics
-- add column user_id
-- replace the unique key on date, aggregation_period by one on user_id, date, aggregation_period
-- add index on user_id
ALTER TABLE `ai`.`agno_metrics` ADD COLUMN `user_id` VARCHAR(128) NOT NULL DEFAULT '', ALGORITHM=INSTANT;
ALTER TABLE `ai`.`agno_metrics` ADD UNIQUE KEY `agno_metrics_uq_metrics_user_date_period` (`user_id`, `date`, `aggregation_period`), DROP INDEX `agno_metrics_uq_metrics_date_period`, ADD INDEX `idx_agno_metrics_user_id` (`user_id`), ALGORITHM=INPLACE, LOCK=NONE;
ALTER TABLE `ai`.`agno_metrics` ALTER COLUMN `user_id` DROP DEFAULT, ALGORITHM=INSTANT;
-- rows: the newest unfinished, unowned day is put aside
-- rows: parked rows of single users come back

-- evals
-- add column user_id
-- add index on user_id
ALTER TABLE `ai`.`agno_eval_runs` ADD COLUMN `user_id` VARCHAR(128), ALGORITHM=INSTANT;
ALTER TABLE `ai`.`agno_eval_runs` ADD INDEX `idx_agno_eval_runs_user_id` (`user_id`), ALGORITHM=INPLACE, LOCK=NONE;

-- knowledge
-- add column user_id
-- add index on user_id
ALTER TABLE `ai`.`agno_knowledge` ADD COLUMN `user_id` VARCHAR(128), ALGORITHM=INSTANT;
ALTER TABLE `ai`.`agno_knowledge` ADD INDEX `idx_agno_knowledge_user_id` (`user_id`), ALGORITHM=INPLACE, LOCK=NONE;

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
