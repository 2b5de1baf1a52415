-- agno-migrate: PostgreSQL, down from 3.0.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- restore column runs
ALTER TABLE "ai"."agno_sessions" ADD COLUMN "runs" JSONB;
-- rows: the runs go back into their sessions
-- drop table agno_runs
DROP TABLE "ai"."agno_runs";

-- metrics
-- rows: rows of single users are parked
-- rows: the day that was put aside comes back
-- drop index on user_id
-- replace the unique key on user_id, date, aggregation_period by one on date, aggregation_period
-- drop column user_id
DROP INDEX IF EXISTS "ai"."idx_agno_metrics_user_id";
ALTER TABLE "ai"."agno_metrics" DROP CONSTRAINT "agno_metrics_uq_metrics_user_date_period", ADD CONSTRAINT "agno_metrics_uq_metrics_date_period" UNIQUE ("date", "aggregation_period"), DROP COLUMN "user_id";

-- evals
-- drop index on user_id
-- drop column user_id
DROP INDEX IF EXISTS "ai"."idx_agno_eval_runs_user_id";
ALTER TABLE "ai"."agno_eval_runs" DROP COLUMN "user_id";

-- knowledge
-- drop index on user_id, linked_to
-- drop index on user_id
-- drop column user_id
DROP INDEX IF EXISTS "ai"."idx_agno_knowledge_user_id_linked_to";
DROP INDEX IF EXISTS "ai"."idx_agno_knowledge_user_id";
ALTER TABLE "ai"."agno_knowledge" DROP COLUMN "user_id";

-- approvals
-- skipped: this version changes nothing of this type

-- components
-- drop index on user_id
-- drop column user_id
DROP INDEX IF EXISTS "ai"."idx_agno_components_user_id";
ALTER TABLE "ai"."agno_components" DROP COLUMN "user_id";

-- schedules
-- drop unique index on name
-- drop unique index on user_id, name
-- drop index on user_id, enabled, next_run_at
-- drop index on target_id
-- drop index on managed_by
-- drop column disabled_reason
-- drop column updated_by_session_id
-- drop column updated_by_run_id
-- drop column created_by_session_id
-- drop column created_by_run_id
-- drop column target_id
-- drop column target_type
-- drop column managed_by
-- drop index on user_id
-- drop column user_id
DROP INDEX IF EXISTS "ai"."agno_schedules_uq_unowned_name";
DROP INDEX IF EXISTS "ai"."agno_schedules_uq_user_name";
DROP INDEX IF EXISTS "ai"."idx_agno_schedules_user_id_enabled_next_run_at";
DROP INDEX IF EXISTS "ai"."idx_agno_schedules_target_id";
DROP INDEX IF EXISTS "ai"."idx_agno_schedules_managed_by";
DROP INDEX IF EXISTS "ai"."idx_agno_schedules_user_id";
ALTER TABLE "ai"."agno_schedules" DROP COLUMN "disabled_reason", DROP COLUMN "updated_by_session_id", DROP COLUMN "updated_by_run_id", DROP COLUMN "created_by_session_id", DROP COLUMN "created_by_run_id", DROP COLUMN "target_id", DROP COLUMN "target_type", DROP COLUMN "managed_by", DROP COLUMN "user_id";

-- products
-- skipped: this version changes nothing of this type

-- sources
-- skipped: this version changes nothing of this type

-- projects
-- skipped: this version changes nothing of this type

-- tasks
-- skipped: this version changes nothing of this type

-- schedule_runs
-- drop index on user_id
-- drop column user_id
DROP INDEX IF EXISTS "ai"."idx_agno_schedule_runs_user_id";
ALTER TABLE "ai"."agno_schedule_runs" DROP COLUMN "user_id";

-- learnings
-- rows: ids lose the user where one user has the entity

-- culture
-- skipped: no version ever changes this type
