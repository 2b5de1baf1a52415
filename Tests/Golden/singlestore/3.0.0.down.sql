-- agno-migrate: SingleStore, down from 3.0.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- restore column runs
-- rule 3.2: a column that may be NULL can be added
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_sessions` ADD COLUMN `runs` JSON TIMEOUT 10;
-- rows: the runs go back into their sessions
-- drop table agno_runs
-- rule 3.8: drops one by one
DROP TABLE `ai`.`agno_runs`;

-- metrics
-- rows: rows of single users are parked
-- rows: the day that was put aside comes back
-- drop index on user_id
-- drop column user_id
-- rule 3.6: any index that is not a key
DROP INDEX `idx_agno_metrics_user_id` ON `ai`.`agno_metrics`;
-- rule 3.3: a column outside of all keys and indexes can be dropped
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_metrics` DROP COLUMN `user_id` TIMEOUT 10;

-- evals
-- drop index on user_id
-- drop column user_id
-- rule 3.6: any index that is not a key
DROP INDEX `idx_agno_eval_runs_user_id` ON `ai`.`agno_eval_runs`;
-- rule 3.3: a column outside of all keys and indexes can be dropped
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_eval_runs` DROP COLUMN `user_id` TIMEOUT 10;

-- knowledge
-- drop index on user_id
-- drop column user_id
-- rule 3.6: any index that is not a key
DROP INDEX `idx_agno_knowledge_user_id` ON `ai`.`agno_knowledge`;
-- rule 3.3: a column outside of all keys and indexes can be dropped
-- rule 3.1: gives up after n seconds
ALTER TABLE `ai`.`agno_knowledge` DROP COLUMN `user_id` TIMEOUT 10;

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
