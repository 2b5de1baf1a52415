-- agno-migrate: MariaDB, down from 2.5.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- drop the primary key on session_id
ALTER TABLE `ai`.`agno_sessions` ADD UNIQUE KEY `agno_sessions_uq_session_id` (`session_id`), DROP PRIMARY KEY, ALGORITHM=INPLACE, LOCK=NONE;

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
