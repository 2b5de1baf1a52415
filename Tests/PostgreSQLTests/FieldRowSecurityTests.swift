import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import PostgreSQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("Field: row level security on PostgreSQL") struct FieldRowSecurityTests {
    private static let policy =
        "CREATE POLICY tenant ON ai.agno_sessions USING (user_id = current_setting('app.user', true))"

    private func protected(_ clause: String) throws -> (database: TestDatabase, role: String, url: String) {
        let sample = try ownedSample(at: SchemaVersion(2, 5, 6))
        try sample.database.execute(
            "ALTER TABLE ai.agno_sessions \(clause) ROW LEVEL SECURITY", Self.policy)
        return sample
    }

    @Test(
        "A policy that hides rows from the role refuses the table by name, up, plan and verify alike; nothing is changed"
    )
    func hidden() throws {
        let (database, role, url) = try protected("ENABLE")
        defer { database.drop(role: role) }
        try database.execute("ALTER TABLE ai.agno_sessions FORCE ROW LEVEL SECURITY")
        for (command, status) in [("plan", Int32(0)), ("up", 6), ("verify", 4)] {
            let result = try Program.run(command, "--db", url)
            #expect(command == "plan" || result.status == status, "\(command): \(result.output) \(result.errors)")
            let text = result.output + result.errors
            #expect(text.contains("row level security") && text.contains("agno_sessions"), "\(command): \(text)")
        }
        #expect(try !database.has("agno_runs"))
        // A role that no policy applies to does all of it.
        #expect(try database.manager().up(tables: [.sessions]).isSuccess)
        #expect(try database.value("SELECT COUNT(*) > 0 FROM ai.agno_runs") == .integer(1))
        let cleanup = try Program.run("cleanup", "--db", url)
        #expect(cleanup.status != 0)
        #expect(try database.value("SELECT COUNT(runs) > 0 FROM ai.agno_sessions") == .integer(1))
    }

    @Test("The owner and a role with BYPASSRLS migrate, and the runs table has the sessions' row level security")
    func carriedOver() throws {
        let (database, role, url) = try protected("ENABLE")
        defer { database.drop(role: role) }
        let application = "app_\(database.name)"
        try database.execute(
            "CREATE ROLE \(application) LOGIN", "GRANT USAGE ON SCHEMA ai TO \(application)",
            "GRANT SELECT, INSERT ON ai.agno_sessions TO \(application)",
            "UPDATE ai.agno_sessions SET user_id = 'ann' WHERE session_id = 'session-0'")
        defer { database.drop(role: application) }
        #expect(try Program.run("up", "--db", url).status == 0)
        #expect(try Program.run("verify", "--db", url).status == 0)
        let seen = try TestServer.driver(url: "postgresql://\(application)@\(TestServer.place())/\(database.name)")
            .withConnection(for: .read) { connection in
                try connection.execute("SET row_security = on")
                _ = try connection.value("SELECT set_config('app.user', 'ann', false)")
                return try connection.rows(SQLStatement("SELECT DISTINCT session_id FROM ai.agno_runs"))
            }
        #expect(seen == [[.text("session-0")]])
        #expect(
            try database.value("SELECT relrowsecurity FROM pg_class WHERE oid = 'ai.agno_migration_journal'::regclass")
                == .integer(1))
        #expect(
            try Program.run("down", "--db", url, "--target", "2.5.6", "--yes", "--allow-data-loss").status == 0)
        #expect(try Program.run("up", "--db", url).status == 0)
    }

    @Test("A v1 source whose rows a policy hides is not imported as if it were empty")
    func hiddenSource() throws {
        let (database, role, url) = try ownedSample(at: .latest)
        defer { database.drop(role: role) }
        try database.execute(
            "CREATE TABLE ai.agent_sessions (session_id varchar PRIMARY KEY, user_id varchar, memory jsonb, session_data jsonb, "
                + "extra_data jsonb, created_at bigint, updated_at bigint, agent_id varchar, agent_data jsonb, "
                + "team_session_id varchar)",
            "INSERT INTO ai.agent_sessions (session_id, user_id, memory, created_at) VALUES ('v1', 'ann', '{\"runs\": []}', 1)",
            "ALTER TABLE ai.agent_sessions OWNER TO \(role)", "ALTER TABLE ai.agent_sessions ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE ai.agent_sessions FORCE ROW LEVEL SECURITY")
        let result = try Program.run("import-v1", "--db", url, "--agent-sessions", "agent_sessions")
        #expect(result.status != 0, "\(result.output)")
        #expect((result.output + result.errors).contains("row level security"), "\(result.errors)")
    }
}
