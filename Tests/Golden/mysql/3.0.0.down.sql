-- agno-migrate: MySQL, down from 3.0.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- restore column runs
ALTER TABLE `ai`.`agno_sessions` ADD COLUMN `runs` JSON, ALGORITHM=INSTANT;
-- rows: the runs go back into their sessions
-- drop table agno_runs
DROP TABLE `ai`.`agno_runs`;

-- metrics
-- rows: rows of single users are parked
-- rows: the day that was put aside comes back
-- drop index on user_id
-- replace the unique key on user_id, date, aggregation_period by one on date, aggregation_period
-- drop column user_id
ALTER TABLE `ai`.`agno_metrics` DROP INDEX `idx_agno_metrics_user_id`, ADD UNIQUE KEY `agno_metrics_uq_metrics_date_period` (`date`, `aggregation_period`), DROP INDEX `agno_metrics_uq_metrics_user_date_period`, DROP COLUMN `user_id`, ALGORITHM=INPLACE, LOCK=NONE;

-- evals
-- drop index on user_id
-- drop column user_id
ALTER TABLE `ai`.`agno_eval_runs` DROP INDEX `idx_agno_eval_runs_user_id`, DROP COLUMN `user_id`, ALGORITHM=INPLACE, LOCK=NONE;

-- knowledge
-- drop index on user_id
-- drop column user_id
ALTER TABLE `ai`.`agno_knowledge` DROP INDEX `idx_agno_knowledge_user_id`, DROP COLUMN `user_id`, ALGORITHM=INPLACE, LOCK=NONE;

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
