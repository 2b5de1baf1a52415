-- agno-migrate: PostgreSQL, a fresh database of 2.0.0

-- memories
CREATE TABLE "ai"."agno_memories" (
	"memory_id" VARCHAR NOT NULL, 
	"memory" JSON NOT NULL, 
	"input" VARCHAR, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	"user_id" VARCHAR, 
	"topics" JSON, 
	"updated_at" BIGINT, 
	PRIMARY KEY ("memory_id")
);
CREATE INDEX "idx_agno_memories_updated_at" ON "ai"."agno_memories" ("updated_at");
CREATE INDEX "idx_agno_memories_user_id" ON "ai"."agno_memories" ("user_id");

-- sessions
CREATE TABLE "ai"."agno_sessions" (
	"session_id" VARCHAR NOT NULL, 
	"session_type" VARCHAR NOT NULL, 
	"agent_id" VARCHAR, 
	"team_id" VARCHAR, 
	"workflow_id" VARCHAR, 
	"user_id" VARCHAR, 
	"session_data" JSON, 
	"agent_data" JSON, 
	"team_data" JSON, 
	"workflow_data" JSON, 
	"metadata" JSON, 
	"runs" JSON, 
	"summary" JSON, 
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
CREATE INDEX "idx_agno_metrics_date" ON "ai"."agno_metrics" ("date");

-- evals
CREATE TABLE "ai"."agno_eval_runs" (
	"run_id" VARCHAR NOT NULL, 
	"eval_type" VARCHAR NOT NULL, 
	"eval_data" JSON NOT NULL, 
	"eval_input" JSON NOT NULL, 
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
	"description" VARCHAR NOT NULL, 
	"metadata" JSON, 
	"type" VARCHAR, 
	"size" BIGINT, 
	"linked_to" VARCHAR, 
	"access_count" BIGINT, 
	"status" VARCHAR, 
	"status_message" VARCHAR, 
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
-- no such table in this version

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
