-- agno-migrate: PostgreSQL, up to 2.5.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- first: the rows must be unique in session_id, none of them NULL
-- make session_id the primary key
ALTER TABLE "ai"."agno_sessions" DROP CONSTRAINT "agno_sessions_uq_session_id", ADD PRIMARY KEY ("session_id");

-- metrics
-- skipped: this version changes nothing of this type

-- evals
-- skipped: this version changes nothing of this type

-- knowledge
-- skipped: this version changes nothing of this type

-- approvals
-- skipped: this version changes nothing of this type

-- components
-- skipped: this version changes nothing of this type

-- schedules
-- skipped: this version changes nothing of this type

-- products
-- skipped: no such table in this version, it came with 3.0.0

-- sources
-- skipped: no such table in this version, it came with 3.0.0

-- projects
-- skipped: no such table in this version, it came with 3.0.0

-- tasks
-- skipped: no such table in this version, it came with 3.0.0

-- schedule_runs
-- skipped: this version changes nothing of this type

-- learnings
-- skipped: this version changes nothing of this type

-- culture
-- skipped: no version ever changes this type
