-- agno-migrate: PostgreSQL, a fresh database of 2.3.0

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
	CONSTRAINT "agno_sessions_uq_session_id" UNIQUE ("session_id")
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
-- no such table in this version

-- components
-- no such table in this version

-- schedules
-- no such table in this version

-- products
-- no such table in this version

-- sources
-- no such table in this version

-- projects
-- no such table in this version

-- tasks
-- no such table in this version

-- schedule_runs
-- no such table in this version

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
