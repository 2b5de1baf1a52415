-- agno-migrate: SQLite, down from 3.0.0

-- memories
-- skipped: this version changes nothing of this type

-- sessions
-- restore column runs
ALTER TABLE "agno_sessions" ADD COLUMN "runs" JSON;
-- rows: the runs go back into their sessions
-- drop table agno_runs
DROP TABLE "agno_runs";

-- metrics
-- rows: rows of single users are parked
-- rows: the day that was put aside comes back
-- drop index on user_id
-- replace the unique key on user_id, date, aggregation_period by one on date, aggregation_period
-- drop column user_id
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
	PRIMARY KEY ("id"),
	CONSTRAINT "agno_metrics_uq_metrics_date_period" UNIQUE ("date", "aggregation_period")
);
INSERT INTO "agno_metrics__agno_migrate" (rowid, "id", "agent_runs_count", "team_runs_count", "workflow_runs_count", "agent_sessions_count", "team_sessions_count", "workflow_sessions_count", "users_count", "token_metrics", "model_metrics", "date", "aggregation_period", "created_at", "updated_at", "completed") SELECT rowid, "id", "agent_runs_count", "team_runs_count", "workflow_runs_count", "agent_sessions_count", "team_sessions_count", "workflow_sessions_count", "users_count", "token_metrics", "model_metrics", "date", "aggregation_period", "created_at", "updated_at", "completed" FROM "agno_metrics";
DROP TABLE "agno_metrics";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "agno_metrics__agno_migrate" RENAME TO "agno_metrics";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "idx_agno_metrics_date" ON "agno_metrics" ("date");
CREATE INDEX "idx_agno_metrics_aggregation_period" ON "agno_metrics" ("aggregation_period");

-- evals
-- drop index on user_id
-- drop column user_id
DROP INDEX "idx_agno_eval_runs_user_id";
ALTER TABLE "agno_eval_runs" DROP COLUMN "user_id";

-- knowledge
-- drop index on user_id, linked_to
-- drop index on user_id
-- drop column user_id
DROP INDEX "idx_agno_knowledge_user_id_linked_to";
DROP INDEX "idx_agno_knowledge_user_id";
ALTER TABLE "agno_knowledge" DROP COLUMN "user_id";

-- approvals
-- skipped: this version changes nothing of this type

-- components
-- drop index on user_id
-- drop column user_id
DROP INDEX "idx_agno_components_user_id";
ALTER TABLE "agno_components" DROP COLUMN "user_id";

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
DROP INDEX "agno_schedules_uq_unowned_name";
DROP INDEX "agno_schedules_uq_user_name";
DROP INDEX "idx_agno_schedules_user_id_enabled_next_run_at";
DROP INDEX "idx_agno_schedules_target_id";
DROP INDEX "idx_agno_schedules_managed_by";
ALTER TABLE "agno_schedules" DROP COLUMN "disabled_reason";
ALTER TABLE "agno_schedules" DROP COLUMN "updated_by_session_id";
ALTER TABLE "agno_schedules" DROP COLUMN "updated_by_run_id";
ALTER TABLE "agno_schedules" DROP COLUMN "created_by_session_id";
ALTER TABLE "agno_schedules" DROP COLUMN "created_by_run_id";
ALTER TABLE "agno_schedules" DROP COLUMN "target_id";
ALTER TABLE "agno_schedules" DROP COLUMN "target_type";
ALTER TABLE "agno_schedules" DROP COLUMN "managed_by";
DROP INDEX "idx_agno_schedules_user_id";
ALTER TABLE "agno_schedules" DROP COLUMN "user_id";

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
DROP INDEX "idx_agno_schedule_runs_user_id";
ALTER TABLE "agno_schedule_runs" DROP COLUMN "user_id";

-- learnings
-- rows: ids lose the user where one user has the entity

-- culture
-- skipped: no version ever changes this type
