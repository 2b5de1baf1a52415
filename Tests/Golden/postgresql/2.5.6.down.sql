-- agno-migrate: PostgreSQL, down from 2.5.6

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
-- drop index on run_status
-- drop column run_status
DROP INDEX IF EXISTS "ai"."idx_agno_approvals_run_status";
ALTER TABLE "ai"."agno_approvals" DROP COLUMN "run_status";

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
