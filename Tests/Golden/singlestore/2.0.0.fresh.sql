-- agno-migrate: SingleStore, a fresh database of 2.0.0

-- memories
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
CREATE TABLE `ai`.`agno_memories` (
	`memory_id` VARCHAR(128) NOT NULL, 
	`memory` JSON NOT NULL, 
	`input` TEXT, 
	`agent_id` VARCHAR(128), 
	`team_id` VARCHAR(128), 
	`user_id` VARCHAR(128), 
	`topics` JSON, 
	`updated_at` BIGINT, 
	PRIMARY KEY (`memory_id`), 
	SHARD KEY (`memory_id`)
);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_memories_updated_at` ON `ai`.`agno_memories` (`updated_at`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_memories_user_id` ON `ai`.`agno_memories` (`user_id`);

-- sessions
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
CREATE TABLE `ai`.`agno_sessions` (
	`session_id` VARCHAR(128) NOT NULL, 
	`session_type` VARCHAR(20) NOT NULL, 
	`agent_id` VARCHAR(128), 
	`team_id` VARCHAR(128), 
	`workflow_id` VARCHAR(128), 
	`user_id` VARCHAR(128), 
	`session_data` JSON, 
	`agent_data` JSON, 
	`team_data` JSON, 
	`workflow_data` JSON, 
	`metadata` JSON, 
	`runs` JSON, 
	`summary` JSON, 
	`created_at` BIGINT NOT NULL, 
	`updated_at` BIGINT, 
	UNIQUE KEY `uq_session_type` (`session_id`, `session_type`), 
	SHARD KEY (`session_id`)
);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_sessions_created_at` ON `ai`.`agno_sessions` (`created_at`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_sessions_session_type` ON `ai`.`agno_sessions` (`session_type`);

-- metrics
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
CREATE TABLE `ai`.`agno_metrics` (
	`id` VARCHAR(128) NOT NULL, 
	`agent_runs_count` BIGINT NOT NULL, 
	`team_runs_count` BIGINT NOT NULL, 
	`workflow_runs_count` BIGINT NOT NULL, 
	`agent_sessions_count` BIGINT NOT NULL, 
	`team_sessions_count` BIGINT NOT NULL, 
	`workflow_sessions_count` BIGINT NOT NULL, 
	`users_count` BIGINT NOT NULL, 
	`token_metrics` JSON NOT NULL, 
	`model_metrics` JSON NOT NULL, 
	`date` DATE NOT NULL, 
	`aggregation_period` VARCHAR(20) NOT NULL, 
	`created_at` BIGINT NOT NULL, 
	`updated_at` BIGINT, 
	`completed` BOOL NOT NULL, 
	PRIMARY KEY (`id`), 
	SHARD KEY (`id`)
);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_metrics_date` ON `ai`.`agno_metrics` (`date`);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_metrics_aggregation_period` ON `ai`.`agno_metrics` (`aggregation_period`);

-- evals
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
CREATE TABLE `ai`.`agno_eval_runs` (
	`run_id` VARCHAR(128) NOT NULL, 
	`eval_type` VARCHAR(50) NOT NULL, 
	`eval_data` JSON NOT NULL, 
	`eval_input` JSON NOT NULL, 
	`name` VARCHAR(255), 
	`agent_id` VARCHAR(128), 
	`team_id` VARCHAR(128), 
	`workflow_id` VARCHAR(128), 
	`model_id` VARCHAR(128), 
	`model_provider` VARCHAR(50), 
	`evaluated_component_name` VARCHAR(255), 
	`created_at` BIGINT NOT NULL, 
	`updated_at` BIGINT, 
	PRIMARY KEY (`run_id`), 
	SHARD KEY (`run_id`)
);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_eval_runs_created_at` ON `ai`.`agno_eval_runs` (`created_at`);

-- knowledge
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
CREATE TABLE `ai`.`agno_knowledge` (
	`id` VARCHAR(128) NOT NULL, 
	`name` VARCHAR(255) NOT NULL, 
	`description` TEXT NOT NULL, 
	`metadata` JSON, 
	`type` VARCHAR(50), 
	`size` BIGINT, 
	`linked_to` VARCHAR(128), 
	`access_count` BIGINT, 
	`status` VARCHAR(50), 
	`status_message` TEXT, 
	`created_at` BIGINT, 
	`updated_at` BIGINT, 
	`external_id` VARCHAR(128), 
	PRIMARY KEY (`id`), 
	SHARD KEY (`id`)
);

-- approvals
-- no such table in this version

-- components
-- no such table in this version

-- schedules
-- no such table in this version

-- products
-- no such table in this version

-- sources
-- no such table in this version

-- projects
-- no such table in this version

-- tasks
-- no such table in this version

-- schedule_runs
-- no such table in this version

-- learnings
-- no such table in this version

-- culture
-- rule 2.1: are stated when a table is made
-- rule 2.2: holds all columns of the shard key
-- rule 2.3: has one key per table
CREATE TABLE `ai`.`agno_culture` (
	`id` VARCHAR(128) NOT NULL, 
	`name` VARCHAR(255) NOT NULL, 
	`summary` TEXT, 
	`content` JSON, 
	`metadata` JSON, 
	`input` TEXT, 
	`created_at` BIGINT, 
	`updated_at` BIGINT, 
	`agent_id` VARCHAR(128), 
	`team_id` VARCHAR(128), 
	PRIMARY KEY (`id`), 
	SHARD KEY (`id`)
);
-- rule 3.5: without a length
CREATE INDEX `idx_agno_culture_name` ON `ai`.`agno_culture` (`name`);

-- runs
-- no such table in this version
