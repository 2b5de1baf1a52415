-- agno-migrate: PostgreSQL, down from 2.5.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- drop the primary key on session_id
ALTER TABLE "ai"."agno_sessions" DROP CONSTRAINT "agno_sessions_pkey", ADD CONSTRAINT "agno_sessions_uq_session_id" UNIQUE ("session_id");

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
