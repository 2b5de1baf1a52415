-- agno-migrate: MySQL, up to 2.5.6

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- skipped: this version changes nothing of this type

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
