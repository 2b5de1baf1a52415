#!/usr/bin/env python3
"""Makes every table that a release of agno has for a server, without rows.

    every_table.py --db FILE_OR_URL

Promises: the tables that no schema version changes as well, such as traces, tokens and those of authorisation; a FILE is
SQLite, a URL is postgresql+psycopg://…. Exit code 1 when a table cannot be made.
"""

import argparse

MIGRATED = [
    "sessions", "runs", "memories", "metrics", "evals", "knowledge", "components", "schedules", "schedule_runs", "learnings",
    "approvals",
]
OTHERS = [
    "traces", "spans", "component_configs", "component_links", "tool_results", "compactions", "transcripts", "auth_tokens",
    "service_accounts", "authz_audit", "authz_decisions", "authz_grouping", "authz_policy", "authz_roles", "authz_users",
    "mcp_oauth_clients", "mcp_oauth_codes", "mcp_oauth_keys", "mcp_oauth_refresh_tokens", "mcp_oauth_transactions",
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True)
    url = parser.parse_args().db
    if "://" in url:
        from agno.db.postgres import PostgresDb

        database, types = PostgresDb(db_url=url), MIGRATED + OTHERS + ["jobs"]
    else:
        from agno.db.sqlite import SqliteDb

        database, types = SqliteDb(db_file=url), MIGRATED + OTHERS
    for table_type in types:
        if table_type.startswith(("authz_", "mcp_")):
            # They belong to stores of their own, which make them by this name.
            database._create_table(f"agno_{table_type}", table_type)
        else:
            database._get_table(table_type, create_table_if_not_found=True)


if __name__ == "__main__":
    main()
