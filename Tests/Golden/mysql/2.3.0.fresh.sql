-- agno-migrate: MySQL, a fresh database of 2.3.0

-- memories
CREATE TABLE `ai`.`agno_memories` (
	`memory_id` VARCHAR(128) NOT NULL, 
	`memory` JSON NOT NULL, 
	`input` TEXT, 
	`agent_id` VARCHAR(128), 
	`team_id` VARCHAR(128), 
	`user_id` VARCHAR(128), 
	`topics` JSON, 
	`updated_at` BIGINT, 
	`created_at` BIGINT NOT NULL, 
	`feedback` TEXT, 
	PRIMARY KEY (`memory_id`), 
	KEY `idx_agno_memories_updated_at` (`updated_at`), 
	KEY `idx_agno_memories_user_id` (`user_id`), 
	KEY `idx_agno_memories_created_at` (`created_at`)
);

-- sessions
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
	UNIQUE KEY `agno_sessions_uq_session_id` (`session_id`), 
	KEY `idx_agno_sessions_created_at` (`created_at`), 
	KEY `idx_agno_sessions_session_type` (`session_type`)
);

-- metrics
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
	UNIQUE KEY `agno_metrics_uq_metrics_date_period` (`date`, `aggregation_period`), 
	KEY `idx_agno_metrics_date` (`date`)
);

-- evals
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
	`model_provider` VARCHAR(128), 
	`evaluated_component_name` VARCHAR(255), 
	`created_at` BIGINT NOT NULL, 
	`updated_at` BIGINT, 
	PRIMARY KEY (`run_id`), 
	KEY `idx_agno_eval_runs_created_at` (`created_at`)
);

-- knowledge
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
	PRIMARY KEY (`id`)
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
	KEY `idx_agno_culture_name` (`name`)
);

-- runs
-- no such table in this version
