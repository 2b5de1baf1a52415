-- agno-migrate: SQLite, up to 3.0.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- create table agno_runs
CREATE TABLE "agno_runs" (
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
	"run_data" JSON NOT NULL, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	PRIMARY KEY ("run_id"), 
	FOREIGN KEY("session_id") REFERENCES "agno_sessions" ("session_id") ON DELETE CASCADE
);
CREATE INDEX "idx_agno_runs_session_id" ON "agno_runs" ("session_id");
CREATE INDEX "idx_agno_runs_run_type" ON "agno_runs" ("run_type");
CREATE INDEX "idx_agno_runs_agent_id" ON "agno_runs" ("agent_id");
CREATE INDEX "idx_agno_runs_team_id" ON "agno_runs" ("team_id");
CREATE INDEX "idx_agno_runs_workflow_id" ON "agno_runs" ("workflow_id");
CREATE INDEX "idx_agno_runs_user_id" ON "agno_runs" ("user_id");
CREATE INDEX "idx_agno_runs_status" ON "agno_runs" ("status");
CREATE INDEX "idx_agno_runs_created_at" ON "agno_runs" ("created_at");
CREATE INDEX "idx_agno_runs_session_id_run_index" ON "agno_runs" ("session_id", "run_index");
-- rows: each run of a session gets a row of its own
-- nothing to do: keep column runs as a backup

-- metrics
-- add column user_id
-- replace the unique key on date, aggregation_period by one on user_id, date, aggregation_period
-- add index on user_id
-- the table is made anew
CREATE TABLE "agno_metrics__agno_migrate" (
	"id" VARCHAR NOT NULL,
	"agent_runs_count" BIGINT NOT NULL,
	"team_runs_count" BIGINT NOT NULL,
	"workflow_runs_count" BIGINT NOT NULL,
	"agent_sessions_count" BIGINT NOT NULL,
	"team_sessions_count" BIGINT NOT NULL,
	"workflow_sessions_count" BIGINT NOT NULL,
	"users_count" BIGINT NOT NULL,
	"token_metrics" JSON NOT NULL,
	"model_metrics" JSON NOT NULL,
	"date" DATE NOT NULL,
	"aggregation_period" VARCHAR NOT NULL,
	"created_at" BIGINT NOT NULL,
	"updated_at" BIGINT,
	"completed" BOOLEAN NOT NULL,
	"user_id" VARCHAR NOT NULL,
	PRIMARY KEY ("id"),
	CONSTRAINT "agno_metrics_uq_metrics_user_date_period" UNIQUE ("user_id", "date", "aggregation_period")
);
INSERT INTO "agno_metrics__agno_migrate" (rowid, "id", "agent_runs_count", "team_runs_count", "workflow_runs_count", "agent_sessions_count", "team_sessions_count", "workflow_sessions_count", "users_count", "token_metrics", "model_metrics", "date", "aggregation_period", "created_at", "updated_at", "completed", "user_id") SELECT rowid, "id", "agent_runs_count", "team_runs_count", "workflow_runs_count", "agent_sessions_count", "team_sessions_count", "workflow_sessions_count", "users_count", "token_metrics", "model_metrics", "date", "aggregation_period", "created_at", "updated_at", "completed", ?1 FROM "agno_metrics"; -- with ''
DROP TABLE "agno_metrics";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "agno_metrics__agno_migrate" RENAME TO "agno_metrics";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "idx_agno_metrics_date" ON "agno_metrics" ("date");
CREATE INDEX "idx_agno_metrics_aggregation_period" ON "agno_metrics" ("aggregation_period");
CREATE INDEX "idx_agno_metrics_user_id" ON "agno_metrics" ("user_id");
-- rows: the newest unfinished, unowned day is put aside
-- rows: parked rows of single users come back

-- evals
-- add column user_id
-- add index on user_id
ALTER TABLE "agno_eval_runs" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_eval_runs_user_id" ON "agno_eval_runs" ("user_id");

-- knowledge
-- add column user_id
-- add index on user_id
-- add index on user_id, linked_to
ALTER TABLE "agno_knowledge" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_knowledge_user_id" ON "agno_knowledge" ("user_id");
CREATE INDEX "idx_agno_knowledge_user_id_linked_to" ON "agno_knowledge" ("user_id", "linked_to");

-- approvals
-- skipped: this version changes nothing of this type

-- components
-- add column user_id
-- add index on user_id
ALTER TABLE "agno_components" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_components_user_id" ON "agno_components" ("user_id");

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
ALTER TABLE "agno_schedules" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_schedules_user_id" ON "agno_schedules" ("user_id");
ALTER TABLE "agno_schedules" ADD COLUMN "managed_by" VARCHAR;
ALTER TABLE "agno_schedules" ADD COLUMN "target_type" VARCHAR;
ALTER TABLE "agno_schedules" ADD COLUMN "target_id" VARCHAR;
ALTER TABLE "agno_schedules" ADD COLUMN "created_by_run_id" VARCHAR;
ALTER TABLE "agno_schedules" ADD COLUMN "created_by_session_id" VARCHAR;
ALTER TABLE "agno_schedules" ADD COLUMN "updated_by_run_id" VARCHAR;
ALTER TABLE "agno_schedules" ADD COLUMN "updated_by_session_id" VARCHAR;
ALTER TABLE "agno_schedules" ADD COLUMN "disabled_reason" VARCHAR;
CREATE INDEX "idx_agno_schedules_managed_by" ON "agno_schedules" ("managed_by");
CREATE INDEX "idx_agno_schedules_target_id" ON "agno_schedules" ("target_id");
CREATE INDEX "idx_agno_schedules_user_id_enabled_next_run_at" ON "agno_schedules" ("user_id", "enabled", "next_run_at");
CREATE UNIQUE INDEX "agno_schedules_uq_user_name" ON "agno_schedules" ("user_id", "name") WHERE "user_id" IS NOT NULL;
CREATE UNIQUE INDEX "agno_schedules_uq_unowned_name" ON "agno_schedules" ("name") WHERE "user_id" IS NULL;

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
ALTER TABLE "agno_schedule_runs" ADD COLUMN "user_id" VARCHAR;
CREATE INDEX "idx_agno_schedule_runs_user_id" ON "agno_schedule_runs" ("user_id");

-- learnings
-- rows: a user's entities get ids that contain the user

-- culture
-- skipped: no version ever changes this type
