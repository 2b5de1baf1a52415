-- agno-migrate: PostgreSQL, a fresh database of 3.0.0

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
	"user_id" VARCHAR NOT NULL, 
	PRIMARY KEY ("id"), 
	CONSTRAINT "agno_metrics_uq_metrics_user_date_period" UNIQUE ("user_id", "date", "aggregation_period")
);
CREATE INDEX "idx_agno_metrics_date" ON "ai"."agno_metrics" ("date");
CREATE INDEX "idx_agno_metrics_user_id" ON "ai"."agno_metrics" ("user_id");

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
	"user_id" VARCHAR, 
	PRIMARY KEY ("run_id")
);
CREATE INDEX "idx_agno_eval_runs_created_at" ON "ai"."agno_eval_runs" ("created_at");
CREATE INDEX "idx_agno_eval_runs_user_id" ON "ai"."agno_eval_runs" ("user_id");

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
	"user_id" VARCHAR, 
	PRIMARY KEY ("id")
);
CREATE INDEX "idx_agno_knowledge_user_id" ON "ai"."agno_knowledge" ("user_id");
CREATE INDEX "idx_agno_knowledge_user_id_linked_to" ON "ai"."agno_knowledge" ("user_id", "linked_to");

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
	"user_id" VARCHAR, 
	PRIMARY KEY ("component_id")
);
CREATE INDEX "idx_agno_components_component_type" ON "ai"."agno_components" ("component_type");
CREATE INDEX "idx_agno_components_created_at" ON "ai"."agno_components" ("created_at");
CREATE INDEX "idx_agno_components_current_version" ON "ai"."agno_components" ("current_version");
CREATE INDEX "idx_agno_components_name" ON "ai"."agno_components" ("name");
CREATE INDEX "idx_agno_components_user_id" ON "ai"."agno_components" ("user_id");

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
	"user_id" VARCHAR, 
	"managed_by" VARCHAR, 
	"target_type" VARCHAR, 
	"target_id" VARCHAR, 
	"created_by_run_id" VARCHAR, 
	"created_by_session_id" VARCHAR, 
	"updated_by_run_id" VARCHAR, 
	"updated_by_session_id" VARCHAR, 
	"disabled_reason" VARCHAR, 
	PRIMARY KEY ("id")
);
CREATE INDEX "idx_agno_schedules_created_at" ON "ai"."agno_schedules" ("created_at");
CREATE INDEX "idx_agno_schedules_enabled_next_run_at" ON "ai"."agno_schedules" ("enabled", "next_run_at");
CREATE INDEX "idx_agno_schedules_name" ON "ai"."agno_schedules" ("name");
CREATE INDEX "idx_agno_schedules_next_run_at" ON "ai"."agno_schedules" ("next_run_at");
CREATE INDEX "idx_agno_schedules_user_id" ON "ai"."agno_schedules" ("user_id");
CREATE INDEX "idx_agno_schedules_managed_by" ON "ai"."agno_schedules" ("managed_by");
CREATE INDEX "idx_agno_schedules_target_id" ON "ai"."agno_schedules" ("target_id");
CREATE INDEX "idx_agno_schedules_user_id_enabled_next_run_at" ON "ai"."agno_schedules" ("user_id", "enabled", "next_run_at");
CREATE UNIQUE INDEX "agno_schedules_uq_user_name" ON "ai"."agno_schedules" ("user_id", "name") WHERE "user_id" IS NOT NULL;
CREATE UNIQUE INDEX "agno_schedules_uq_unowned_name" ON "ai"."agno_schedules" ("name") WHERE "user_id" IS NULL;

-- products
CREATE TABLE "ai"."agno_company_products" (
	"id" VARCHAR NOT NULL, 
	"name" VARCHAR, 
	"purpose" TEXT, 
	"user_id" VARCHAR, 
	"metadata" JSONB, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	"deleted_at" BIGINT, 
	PRIMARY KEY ("id")
);
CREATE INDEX "idx_agno_company_products_created_at" ON "ai"."agno_company_products" ("created_at");
CREATE INDEX "idx_agno_company_products_name" ON "ai"."agno_company_products" ("name");
CREATE INDEX "idx_agno_company_products_user_id" ON "ai"."agno_company_products" ("user_id");

-- sources
CREATE TABLE "ai"."agno_company_sources" (
	"id" VARCHAR NOT NULL, 
	"product_id" VARCHAR NOT NULL, 
	"reference" TEXT NOT NULL, 
	"type" VARCHAR NOT NULL, 
	"credential_ref" VARCHAR, 
	"user_id" VARCHAR, 
	"config" JSONB, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	"deleted_at" BIGINT, 
	PRIMARY KEY ("id")
);
CREATE INDEX "idx_agno_company_sources_created_at" ON "ai"."agno_company_sources" ("created_at");
CREATE INDEX "idx_agno_company_sources_product_id" ON "ai"."agno_company_sources" ("product_id");
CREATE INDEX "idx_agno_company_sources_user_id" ON "ai"."agno_company_sources" ("user_id");

-- projects
CREATE TABLE "ai"."agno_company_projects" (
	"id" VARCHAR NOT NULL, 
	"name" VARCHAR, 
	"outcome" TEXT, 
	"user_id" VARCHAR, 
	"transitions" JSONB, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	"deleted_at" BIGINT, 
	"product_id" VARCHAR NOT NULL, 
	"status" VARCHAR NOT NULL, 
	"target_date" BIGINT, 
	PRIMARY KEY ("id")
);
CREATE INDEX "idx_agno_company_projects_created_at" ON "ai"."agno_company_projects" ("created_at");
CREATE INDEX "idx_agno_company_projects_name" ON "ai"."agno_company_projects" ("name");
CREATE INDEX "idx_agno_company_projects_product_id" ON "ai"."agno_company_projects" ("product_id");
CREATE INDEX "idx_agno_company_projects_status" ON "ai"."agno_company_projects" ("status");
CREATE INDEX "idx_agno_company_projects_user_id" ON "ai"."agno_company_projects" ("user_id");

-- tasks
CREATE TABLE "ai"."agno_company_tasks" (
	"id" VARCHAR NOT NULL, 
	"product_id" VARCHAR NOT NULL, 
	"project_id" VARCHAR, 
	"title" VARCHAR, 
	"brief" TEXT, 
	"status" VARCHAR NOT NULL, 
	"user_id" VARCHAR, 
	"executor_type" VARCHAR, 
	"executor_id" VARCHAR, 
	"accepted_by" VARCHAR, 
	"accepted_at" BIGINT, 
	"session_id" VARCHAR, 
	"job_id" VARCHAR, 
	"evidence" JSONB, 
	"result" JSONB, 
	"origin" VARCHAR, 
	"routine_id" VARCHAR, 
	"dedupe_key" VARCHAR, 
	"transitions" JSONB, 
	"metadata" JSONB, 
	"created_at" BIGINT NOT NULL, 
	"updated_at" BIGINT, 
	"deleted_at" BIGINT, 
	PRIMARY KEY ("id"), 
	CONSTRAINT "agno_company_tasks_uq_company_task_evidence" UNIQUE ("product_id", "dedupe_key")
);
CREATE INDEX "idx_agno_company_tasks_created_at" ON "ai"."agno_company_tasks" ("created_at");
CREATE INDEX "idx_agno_company_tasks_job_id" ON "ai"."agno_company_tasks" ("job_id");
CREATE INDEX "idx_agno_company_tasks_product_id" ON "ai"."agno_company_tasks" ("product_id");
CREATE INDEX "idx_agno_company_tasks_project_id" ON "ai"."agno_company_tasks" ("project_id");
CREATE INDEX "idx_agno_company_tasks_session_id" ON "ai"."agno_company_tasks" ("session_id");
CREATE INDEX "idx_agno_company_tasks_status" ON "ai"."agno_company_tasks" ("status");
CREATE INDEX "idx_agno_company_tasks_title" ON "ai"."agno_company_tasks" ("title");
CREATE INDEX "idx_agno_company_tasks_user_id" ON "ai"."agno_company_tasks" ("user_id");

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
	"user_id" VARCHAR, 
	PRIMARY KEY ("id"), 
	FOREIGN KEY ("schedule_id") REFERENCES "ai"."agno_schedules" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_agno_schedule_runs_created_at" ON "ai"."agno_schedule_runs" ("created_at");
CREATE INDEX "idx_agno_schedule_runs_schedule_id" ON "ai"."agno_schedule_runs" ("schedule_id");
CREATE INDEX "idx_agno_schedule_runs_status" ON "ai"."agno_schedule_runs" ("status");
CREATE INDEX "idx_agno_schedule_runs_user_id" ON "ai"."agno_schedule_runs" ("user_id");

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
-- no such table in this version

-- runs
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
