import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

@Suite("Field: the sandbox bindings that Agno keeps beside its sessions on PostgreSQL") struct FieldSandboxTests {
    private static let usual = "agno_sessions_sandbox_bindings"
    private static let older = SchemaVersion(2, 5, 6)

    /// The table as Agno 3.1.10 creates it, with an idle binding and one that a turn holds.
    private func bindings(named table: String = usual) -> [String] {
        [
            """
            CREATE TABLE ai."\(table)" (namespace VARCHAR NOT NULL, session_id VARCHAR NOT NULL, agent_id VARCHAR NOT NULL,
            user_id VARCHAR, epoch BIGINT NOT NULL, owner VARCHAR, run_id VARCHAR, queue_attempt BIGINT,
            expires_at TIMESTAMP WITH TIME ZONE, record JSONB NOT NULL, PRIMARY KEY (namespace, session_id),
            FOREIGN KEY(session_id) REFERENCES ai.agno_sessions (session_id) ON DELETE CASCADE,
            FOREIGN KEY(run_id) REFERENCES ai.agno_runs (run_id))
            """,
            """
            INSERT INTO ai."\(table)" SELECT 'ai.agno_sessions', session_id, 'a', NULL, 1, 'o', CASE n WHEN 1 THEN run_id END,
            NULL, now(), '{}' FROM (SELECT session_id, min(run_id) AS run_id, row_number() OVER (ORDER BY session_id) AS n
            FROM ai.agno_runs GROUP BY session_id) s WHERE n < 3
            """,
        ]
    }

    private func sample(_ statements: [String]) throws -> TestDatabase {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .latest, sessions: 3)
        try database.connected { connection in for statement in statements { try connection.execute(statement) } }
        return database
    }

    private func keys(of table: String = usual, in database: TestDatabase) throws -> [SQLRow] {
        try database.rows(
            "SELECT conname::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
                + "WHERE conrelid = 'ai.\"\(table)\"'::regclass ORDER BY 1")
    }

    private func rows(of table: String = usual, in database: TestDatabase) throws -> [SQLRow] {
        try database.rows("SELECT b::text FROM ai.\"\(table)\" b ORDER BY 1")
    }

    @Test(
        "Down takes off their key to the runs and keeps their rows, and up puts the key back exactly, whatever their name",
        arguments: [usual, "leases", "agno_sessions_of_a_team_with_a_lo_0a1b2c3d_sandbox_bindings"],
        [older, .baseline])
    func downAndUp(_ table: String, _ target: SchemaVersion) throws {
        let database = try sample(bindings(named: table))
        let (keys, rows) = try (keys(of: table, in: database), rows(of: table, in: database))
        #expect(keys.count == 3 && rows.count == 2)
        #expect(try database.manager().verify().isVerified)
        #expect(try database.manager().status().knownTables.contains(table))

        let plan = try database.manager().plan(.down, target: target)
        let planned = try #require(plan.dependents.first { $0.handling == .dropped })
        #expect(planned.name.contains(table) && planned.reason?.contains("up creates it again") == true)
        #expect(plan.tables.flatMap(\.steps).flatMap(\.statements).contains(planned.drop[0]))
        let down = try database.manager().down(target: target, allowDataLoss: true)
        #expect(down.problems == [])
        #expect(down.dependents.contains(planned))
        #expect(try self.keys(of: table, in: database).count == 2)
        #expect(try self.rows(of: table, in: database) == rows)
        #expect(try database.manager().verify().isVerified)

        let repairs: [String] = try database.manager().plan().tables.flatMap(\.repairs)
        #expect(repairs == ["add the foreign key of \(table) to agno_runs"])
        let up = try database.manager().up()
        #expect(up.problems == [] && up[.sessions]?.repaired.count == 1)
        #expect(try self.keys(of: table, in: database) == keys)
        #expect(try self.rows(of: table, in: database) == rows)
        #expect(try database.manager().verify().isVerified)
        #expect(try !database.manager().status().hasPendingWork)
        // The session's deletion still deletes the binding.
        try database.execute("DELETE FROM ai.agno_sessions")
        #expect(try self.rows(of: table, in: database) == [])
    }

    @Test("Plan and down say which key goes, and that up creates it again")
    func words() throws {
        let database = try sample(bindings())
        for command in ["plan", "down"] {
            let result = try Program.run(
                command, command == "plan" ? "--down" : "--allow-data-loss", "--target", "2.5.6", "--db", database.url()
            )
            #expect(result.status == 0, "\(result.errors)")
            #expect(
                result.output.contains("foreign key agno_sessions_sandbox_bindings_run_id_fkey")
                    && result.output.contains("up creates it again"), "\(result.output)")
        }
    }

    @Test(
        "A key that is not Agno's to the letter blocks the way down and is named, and nothing is touched",
        arguments: [
            "ALTER TABLE ai.agno_sessions_sandbox_bindings RENAME CONSTRAINT agno_sessions_sandbox_bindings_run_id_fkey TO mine",
            "ALTER TABLE ai.agno_sessions_sandbox_bindings DROP CONSTRAINT agno_sessions_sandbox_bindings_run_id_fkey, "
                + "ADD CONSTRAINT agno_sessions_sandbox_bindings_run_id_fkey FOREIGN KEY (run_id) REFERENCES ai.agno_runs "
                + "ON DELETE SET NULL",
            "ALTER TABLE ai.agno_sessions_sandbox_bindings DROP CONSTRAINT agno_sessions_sandbox_bindings_session_id_fkey",
            "ALTER TABLE ai.agno_sessions_sandbox_bindings DROP COLUMN queue_attempt",
            "CREATE TABLE ai.mine (run_id varchar REFERENCES ai.agno_runs)",
        ])
    func blocked(_ change: String) throws {
        let database = try sample(bindings() + [change])
        let keys = try keys(in: database)
        let before = try database.contents()
        #expect {
            try database.manager().down(target: Self.older, allowDataLoss: true)
        } throws: {
            let error = $0 as? MigrationError
            return error?.code == .dependentObjects && error?.remedy.contains("ADD CONSTRAINT") == true
        }
        #expect(try database.contents().differences(from: before) == [])
        #expect(try self.keys(in: database) == keys)
    }

    @Test("A step that fails puts the key back with everything else, and the next one goes on, down and up")
    func rolledBack() throws {
        let database = try sample(bindings())
        let keys = try keys(in: database)
        func refuse(_ event: String, _ condition: String) throws {
            try database.execute(
                "CREATE OR REPLACE FUNCTION public.no() RETURNS event_trigger LANGUAGE plpgsql AS "
                    + "'BEGIN IF \(condition) THEN RAISE EXCEPTION ''no''; END IF; END'",
                "CREATE EVENT TRIGGER no ON \(event) EXECUTE FUNCTION public.no()")
        }
        try refuse(
            "sql_drop",
            "EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE object_identity = ''ai.agno_runs'')")
        #expect(try !database.manager().down(target: Self.older, allowDataLoss: true).isSuccess)
        #expect(try self.keys(in: database) == keys)
        try database.execute("DROP EVENT TRIGGER no")
        #expect(try database.manager().down(target: Self.older, allowDataLoss: true).problems == [])

        try refuse(
            "ddl_command_end",
            "EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity LIKE ''%bindings'')")
        let up = try database.manager().up()
        #expect(up[.sessions]?.outcome == .drifted && up[.sessions]?.drift.count == 1)
        #expect(try database.manager().status().hasPendingWork)
        try database.execute("DROP EVENT TRIGGER no")
        #expect(try database.manager().up().isSuccess)
        #expect(try self.keys(in: database) == keys)
    }

    @Test("Bindings of a run that is gone are counted, left as they are, and the sessions are not called current")
    func orphans() throws {
        let database = try sample(bindings())
        let keys = try keys(in: database)
        #expect(try database.manager().down(target: Self.older, allowDataLoss: true).problems == [])
        try database.execute("UPDATE ai.agno_sessions SET runs = NULL")
        let rows = try rows(in: database)
        let sessions = try #require(try database.manager().up()[.sessions])
        #expect(sessions.outcome == .drifted)
        #expect(
            sessions.drift == [
                "the foreign key of \(Self.usual) on (run_id) is missing; it cannot be repaired: 1 rows of \(Self.usual) refer "
                    + "to no row of agno_runs"
            ])
        #expect(try self.rows(in: database) == rows)
        #expect(try database.manager().status().hasPendingWork)
        try database.execute("UPDATE ai.agno_sessions_sandbox_bindings SET run_id = NULL")
        #expect(try database.manager().up().isSuccess)
        #expect(try self.keys(in: database) == keys)
    }

    @Test("A key that is lost under a current stamp is drift, which up repairs")
    func lost() throws {
        let database = try sample(bindings())
        let keys = try keys(in: database)
        try database.execute(
            "ALTER TABLE ai.agno_sessions_sandbox_bindings DROP CONSTRAINT agno_sessions_sandbox_bindings_run_id_fkey")
        let verified = try database.manager().verify()
        #expect(verified.tables.flatMap(\.mismatches) == ["the foreign key of \(Self.usual) on (run_id) is missing"])
        #expect(verified.tables.flatMap(\.repairs).count == 1)
        #expect(try database.manager().status().hasPendingWork)
        #expect(try database.manager().up().isSuccess)
        #expect(try self.keys(in: database) == keys)
    }
}
