-- agno-migrate: PostgreSQL, up to 3.0.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- create table agno_runs
CREATE TABLE "ai"."agno_runs" (
	"run_id" VARCHAR NOT NULL, 
	"session_id" VARCHAR NOT NULL, 
	"run_type" VARCHAR NOT NULL, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	"workflow_id" VARCHAR, 
	"user_id" VARCHAR, 
	"parent_run_id" VARCHAR, 
	"status" VARCHAR, 
	"run_index" BIGINT, 
	"run_data" JSONB NOT NULL, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	PRIMARY KEY ("run_id"), 
	FOREIGN KEY ("session_id") REFERENCES "ai"."agno_sessions" ("session_id") ON DELETE CASCADE
);
CREATE INDEX "idx_agno_runs_session_id" ON "ai"."agno_runs" ("session_id");
CREATE INDEX "idx_agno_runs_run_type" ON "ai"."agno_runs" ("run_type");
CREATE INDEX "idx_agno_runs_agent_id" ON "ai"."agno_runs" ("agent_id");
CREATE INDEX "idx_agno_runs_team_id" ON "ai"."agno_runs" ("team_id");
CREATE INDEX "idx_agno_runs_workflow_id" ON "ai"."agno_runs" ("workflow_id");
CREATE INDEX "idx_agno_runs_user_id" ON "ai"."agno_runs" ("user_id");
CREATE INDEX "idx_agno_runs_status" ON "ai"."agno_runs" ("status");
CREATE INDEX "idx_agno_runs_created_at" ON "ai"."agno_runs" ("created_at");
CREATE INDEX "idx_agno_runs_session_id_run_index" ON "ai"."agno_runs" ("session_id", "run_index");
-- rows: each run of a session gets a row of its own
-- nothing to do: keep column runs as a backup

-- metrics
-- add column user_id
-- replace the unique key on date, aggregation_period by one on user_id, date, aggregation_period
-- add index on user_id
ALTER TABLE "ai"."agno_metrics" ADD COLUMN "user_id" VARCHAR NOT NULL DEFAULT '', DROP CONSTRAINT "agno_metrics_uq_metrics_date_period", ADD CONSTRAINT "agno_metrics_uq_metrics_user_date_period" UNIQUE ("user_id", "date", "aggregation_period");
ALTER TABLE "ai"."agno_metrics" ALTER COLUMN "user_id" DROP DEFAULT;
CREATE INDEX "idx_agno_metrics_user_id" ON "ai"."agno_metrics" ("user_id");
-- rows: the newest unfinished, unowned day is put aside
-- rows: parked rows of single users come back

-- evals
-- add column user_id
-- add index on user_id
ALTER TABLE "ai"."agno_eval_runs" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_eval_runs_user_id" ON "ai"."agno_eval_runs" ("user_id");

-- knowledge
-- add column user_id
-- add index on user_id
-- add index on user_id, linked_to
ALTER TABLE "ai"."agno_knowledge" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_knowledge_user_id" ON "ai"."agno_knowledge" ("user_id");
CREATE INDEX "idx_agno_knowledge_user_id_linked_to" ON "ai"."agno_knowledge" ("user_id", "linked_to");

-- approvals
-- skipped: this version changes nothing of this type

-- components
-- add column user_id
-- add index on user_id
ALTER TABLE "ai"."agno_components" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_components_user_id" ON "ai"."agno_components" ("user_id");

-- schedules
-- first: the rows must be unique in name where user_id is NULL
-- first: the rows must be unique in user_id, name where user_id is not NULL
-- add column user_id
-- add index on user_id
-- add column managed_by
-- add column target_type
-- add column target_id
-- add column created_by_run_id
-- add column created_by_session_id
-- add column updated_by_run_id
-- add column updated_by_session_id
-- add column disabled_reason
-- add index on managed_by
-- add index on target_id
-- add index on user_id, enabled, next_run_at
-- add unique index on user_id, name
-- add unique index on name
ALTER TABLE "ai"."agno_schedules" ADD COLUMN "user_id" VARCHAR, ADD COLUMN "managed_by" VARCHAR, ADD COLUMN "target_type" VARCHAR, ADD COLUMN "target_id" VARCHAR, ADD COLUMN "created_by_run_id" VARCHAR, ADD COLUMN "created_by_session_id" VARCHAR, ADD COLUMN "updated_by_run_id" VARCHAR, ADD COLUMN "updated_by_session_id" VARCHAR, ADD COLUMN "disabled_reason" VARCHAR;
CREATE INDEX "idx_agno_schedules_user_id" ON "ai"."agno_schedules" ("user_id");
CREATE INDEX "idx_agno_schedules_managed_by" ON "ai"."agno_schedules" ("managed_by");
CREATE INDEX "idx_agno_schedules_target_id" ON "ai"."agno_schedules" ("target_id");
CREATE INDEX "idx_agno_schedules_user_id_enabled_next_run_at" ON "ai"."agno_schedules" ("user_id", "enabled", "next_run_at");
CREATE UNIQUE INDEX "agno_schedules_uq_user_name" ON "ai"."agno_schedules" ("user_id", "name") WHERE "user_id" IS NOT NULL;
CREATE UNIQUE INDEX "agno_schedules_uq_unowned_name" ON "ai"."agno_schedules" ("name") WHERE "user_id" IS NULL;

-- products
-- skipped: this version changes nothing of this type

-- sources
-- skipped: this version changes nothing of this type

-- projects
-- skipped: this version changes nothing of this type

-- tasks
-- skipped: this version changes nothing of this type

-- schedule_runs
-- add column user_id
-- add index on user_id
ALTER TABLE "ai"."agno_schedule_runs" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_schedule_runs_user_id" ON "ai"."agno_schedule_runs" ("user_id");

-- learnings
-- rows: a user's entities get ids that contain the user

-- culture
-- skipped: no version ever changes this type
