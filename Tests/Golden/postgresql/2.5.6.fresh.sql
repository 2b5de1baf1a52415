-- agno-migrate: PostgreSQL, a fresh database of 2.5.6

-- memories
CREATE TABLE "ai"."agno_memories" (
	"memory_id" VARCHAR NOT NULL, 
	"memory" JSONB NOT NULL, 
	"input" TEXT, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	"user_id" VARCHAR, 
	"topics" JSONB, 
	"updated_at" BIGINT, 
	"created_at" BIGINT NOT NULL, 
	"feedback" TEXT, 
	PRIMARY KEY ("memory_id")
);
CREATE INDEX "idx_agno_memories_updated_at" ON "ai"."agno_memories" ("updated_at");
CREATE INDEX "idx_agno_memories_user_id" ON "ai"."agno_memories" ("user_id");
CREATE INDEX "idx_agno_memories_created_at" ON "ai"."agno_memories" ("created_at");

-- sessions
CREATE TABLE "ai"."agno_sessions" (
	"session_id" VARCHAR NOT NULL, 
	"session_type" VARCHAR NOT NULL, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	"workflow_id" VARCHAR, 
	"user_id" VARCHAR, 
	"session_data" JSONB, 
	"agent_data" JSONB, 
	"team_data" JSONB, 
	"workflow_data" JSONB, 
	"metadata" JSONB, 
	"runs" JSONB, 
	"summary" JSONB, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	PRIMARY KEY ("session_id")
);
CREATE INDEX "idx_agno_sessions_created_at" ON "ai"."agno_sessions" ("created_at");
CREATE INDEX "idx_agno_sessions_session_type" ON "ai"."agno_sessions" ("session_type");

-- metrics
CREATE TABLE "ai"."agno_metrics" (
	"id" VARCHAR NOT NULL, 
	"agent_runs_count" BIGINT NOT NULL, 
	"team_runs_count" BIGINT NOT NULL, 
	"workflow_runs_count" BIGINT NOT NULL, 
	"agent_sessions_count" BIGINT NOT NULL, 
	"team_sessions_count" BIGINT NOT NULL, 
	"workflow_sessions_count" BIGINT NOT NULL, 
	"users_count" BIGINT NOT NULL, 
	"token_metrics" JSONB NOT NULL, 
	"model_metrics" JSONB NOT NULL, 
	"date" DATE NOT NULL, 
	"aggregation_period" VARCHAR NOT NULL, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	"completed" BOOLEAN NOT NULL, 
	PRIMARY KEY ("id"), 
	CONSTRAINT "agno_metrics_uq_metrics_date_period" UNIQUE ("date", "aggregation_period")
);
CREATE INDEX "idx_agno_metrics_date" ON "ai"."agno_metrics" ("date");

-- evals
CREATE TABLE "ai"."agno_eval_runs" (
	"run_id" VARCHAR NOT NULL, 
	"eval_type" VARCHAR NOT NULL, 
	"eval_data" JSONB NOT NULL, 
	"eval_input" JSONB NOT NULL, 
	"name" VARCHAR, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	"workflow_id" VARCHAR, 
	"model_id" VARCHAR, 
	"model_provider" VARCHAR, 
	"evaluated_component_name" VARCHAR, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	PRIMARY KEY ("run_id")
);
CREATE INDEX "idx_agno_eval_runs_created_at" ON "ai"."agno_eval_runs" ("created_at");

-- knowledge
CREATE TABLE "ai"."agno_knowledge" (
	"id" VARCHAR NOT NULL, 
	"name" VARCHAR NOT NULL, 
	"description" TEXT NOT NULL, 
	"metadata" JSONB, 
	"type" VARCHAR, 
	"size" BIGINT, 
	"linked_to" VARCHAR, 
	"access_count" BIGINT, 
	"status" VARCHAR, 
	"status_message" TEXT, 
	"created_at" BIGINT, 
	"updated_at" BIGINT, 
	"external_id" VARCHAR, 
	PRIMARY KEY ("id")
);

-- approvals
CREATE TABLE "ai"."agno_approvals" (
	"id" VARCHAR NOT NULL, 
	"run_id" VARCHAR NOT NULL, 
	"session_id" VARCHAR NOT NULL, 
	"status" VARCHAR NOT NULL, 
	"source_type" VARCHAR NOT NULL, 
	"approval_type" VARCHAR, 
	"pause_type" VARCHAR NOT NULL, 
	"tool_name" VARCHAR, 
	"tool_args" JSONB, 
	"expires_at" BIGINT, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	"workflow_id" VARCHAR, 
	"user_id" VARCHAR, 
	"schedule_id" VARCHAR, 
	"schedule_run_id" VARCHAR, 
	"source_name" VARCHAR, 
	"requirements" JSONB, 
	"context" JSONB, 
	"resolution_data" JSONB, 
	"resolved_by" VARCHAR, 
	"resolved_at" BIGINT, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	"run_status" VARCHAR, 
	PRIMARY KEY ("id")
);
CREATE INDEX "idx_agno_approvals_agent_id" ON "ai"."agno_approvals" ("agent_id");
CREATE INDEX "idx_agno_approvals_approval_type" ON "ai"."agno_approvals" ("approval_type");
CREATE INDEX "idx_agno_approvals_created_at" ON "ai"."agno_approvals" ("created_at");
CREATE INDEX "idx_agno_approvals_pause_type" ON "ai"."agno_approvals" ("pause_type");
CREATE INDEX "idx_agno_approvals_run_id" ON "ai"."agno_approvals" ("run_id");
CREATE INDEX "idx_agno_approvals_schedule_id" ON "ai"."agno_approvals" ("schedule_id");
CREATE INDEX "idx_agno_approvals_schedule_run_id" ON "ai"."agno_approvals" ("schedule_run_id");
CREATE INDEX "idx_agno_approvals_session_id" ON "ai"."agno_approvals" ("session_id");
CREATE INDEX "idx_agno_approvals_source_type" ON "ai"."agno_approvals" ("source_type");
CREATE INDEX "idx_agno_approvals_status" ON "ai"."agno_approvals" ("status");
CREATE INDEX "idx_agno_approvals_team_id" ON "ai"."agno_approvals" ("team_id");
CREATE INDEX "idx_agno_approvals_user_id" ON "ai"."agno_approvals" ("user_id");
CREATE INDEX "idx_agno_approvals_workflow_id" ON "ai"."agno_approvals" ("workflow_id");
CREATE INDEX "idx_agno_approvals_run_status" ON "ai"."agno_approvals" ("run_status");

-- components
CREATE TABLE "ai"."agno_components" (
	"component_id" VARCHAR NOT NULL, 
	"component_type" VARCHAR NOT NULL, 
	"name" VARCHAR, 
	"description" TEXT, 
	"current_version" INTEGER, 
	"metadata" JSONB, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	"deleted_at" BIGINT, 
	PRIMARY KEY ("component_id")
);
CREATE INDEX "idx_agno_components_component_type" ON "ai"."agno_components" ("component_type");
CREATE INDEX "idx_agno_components_created_at" ON "ai"."agno_components" ("created_at");
CREATE INDEX "idx_agno_components_current_version" ON "ai"."agno_components" ("current_version");
CREATE INDEX "idx_agno_components_name" ON "ai"."agno_components" ("name");

-- schedules
CREATE TABLE "ai"."agno_schedules" (
	"id" VARCHAR NOT NULL, 
	"name" VARCHAR NOT NULL, 
	"description" TEXT, 
	"method" VARCHAR NOT NULL, 
	"endpoint" VARCHAR NOT NULL, 
	"payload" JSONB, 
	"cron_expr" VARCHAR NOT NULL, 
	"timezone" VARCHAR NOT NULL, 
	"timeout_seconds" BIGINT NOT NULL, 
	"max_retries" BIGINT NOT NULL, 
	"retry_delay_seconds" BIGINT NOT NULL, 
	"enabled" BOOLEAN NOT NULL, 
	"next_run_at" BIGINT, 
	"locked_by" VARCHAR, 
	"locked_at" BIGINT, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	PRIMARY KEY ("id")
);
CREATE INDEX "idx_agno_schedules_created_at" ON "ai"."agno_schedules" ("created_at");
CREATE INDEX "idx_agno_schedules_enabled_next_run_at" ON "ai"."agno_schedules" ("enabled", "next_run_at");
CREATE INDEX "idx_agno_schedules_name" ON "ai"."agno_schedules" ("name");
CREATE INDEX "idx_agno_schedules_next_run_at" ON "ai"."agno_schedules" ("next_run_at");

-- products
-- no such table in this version

-- sources
-- no such table in this version

-- projects
-- no such table in this version

-- tasks
-- no such table in this version

-- schedule_runs
CREATE TABLE "ai"."agno_schedule_runs" (
	"id" VARCHAR NOT NULL, 
	"schedule_id" VARCHAR NOT NULL, 
	"attempt" BIGINT NOT NULL, 
	"triggered_at" BIGINT, 
	"completed_at" BIGINT, 
	"status" VARCHAR NOT NULL, 
	"status_code" BIGINT, 
	"run_id" VARCHAR, 
	"session_id" VARCHAR, 
	"error" TEXT, 
	"input" JSONB, 
	"output" JSONB, 
	"requirements" JSONB, 
	"created_at" BIGINT NOT NULL, 
	PRIMARY KEY ("id"), 
	FOREIGN KEY ("schedule_id") REFERENCES "ai"."agno_schedules" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_agno_schedule_runs_created_at" ON "ai"."agno_schedule_runs" ("created_at");
CREATE INDEX "idx_agno_schedule_runs_schedule_id" ON "ai"."agno_schedule_runs" ("schedule_id");
CREATE INDEX "idx_agno_schedule_runs_status" ON "ai"."agno_schedule_runs" ("status");

-- learnings
CREATE TABLE "ai"."agno_learnings" (
	"learning_id" VARCHAR NOT NULL, 
	"learning_type" VARCHAR NOT NULL, 
	"namespace" VARCHAR, 
	"user_id" VARCHAR, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	"workflow_id" VARCHAR, 
	"session_id" VARCHAR, 
	"entity_id" VARCHAR, 
	"entity_type" VARCHAR, 
	"content" JSONB NOT NULL, 
	"metadata" JSONB, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	PRIMARY KEY ("learning_id")
);
CREATE INDEX "idx_agno_learnings_agent_id" ON "ai"."agno_learnings" ("agent_id");
CREATE INDEX "idx_agno_learnings_created_at" ON "ai"."agno_learnings" ("created_at");
CREATE INDEX "idx_agno_learnings_entity_id" ON "ai"."agno_learnings" ("entity_id");
CREATE INDEX "idx_agno_learnings_entity_type" ON "ai"."agno_learnings" ("entity_type");
CREATE INDEX "idx_agno_learnings_learning_type" ON "ai"."agno_learnings" ("learning_type");
CREATE INDEX "idx_agno_learnings_namespace" ON "ai"."agno_learnings" ("namespace");
CREATE INDEX "idx_agno_learnings_session_id" ON "ai"."agno_learnings" ("session_id");
CREATE INDEX "idx_agno_learnings_team_id" ON "ai"."agno_learnings" ("team_id");
CREATE INDEX "idx_agno_learnings_user_id" ON "ai"."agno_learnings" ("user_id");
CREATE INDEX "idx_agno_learnings_workflow_id" ON "ai"."agno_learnings" ("workflow_id");

-- culture
CREATE TABLE "ai"."agno_culture" (
	"id" VARCHAR NOT NULL, 
	"name" VARCHAR NOT NULL, 
	"summary" VARCHAR, 
	"content" JSONB, 
	"metadata" JSONB, 
	"input" VARCHAR, 
	"created_at" BIGINT, 
	"updated_at" BIGINT, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	PRIMARY KEY ("id")
);
CREATE INDEX "idx_agno_culture_name" ON "ai"."agno_culture" ("name");

-- runs
-- no such table in this version
