import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import PostgreSQLAccess
import SQLDialects
import ServerContract

/// PostgreSQL, as the contract of all servers meets it.
struct PostgreSQLUnderTest: KillableServer {
    let name = "PostgreSQL"
    let holderWords = ["of user postgres (agno-migrate)", "since 20"]
    let blockerWords = ["of user postgres (agno-migrate), in a transaction since"]
    let trafficSessions = 20_000
    let killStrides = KillStrides(before: 3, inside: 7, otherWay: 13, parked: 7)

    let nameLimit: NameLimit? = NameLimit(
        63, length: \.utf8.count,
        tables: [
            "x", "sessions_of_a_team_with_a_very_long_name_that_goes_on_and_on_60",
            "Größenordnungsübersichtstabelle_für_Außendienstgeräteübergaben",
        ]
    ) { PostgreSQLDialect.fitted($0, table: $1) }

    func database(named end: String) throws -> TestDatabase { try TestDatabase(end: end) }

    /// Another database, and another schema of the same database.
    func neighbours(of database: TestDatabase) throws -> [TestDatabase] {
        [try TestDatabase(), .existing(database.name, schema: "tenant 2")]
    }

    /// The casts are those that SQLAlchemy writes for the 2.x columns.
    func write(session: String, runs: String, at time: Int64) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
            VALUES ($1::VARCHAR, 'agent', 'a', $2::JSON, $3::BIGINT, $3::BIGINT) ON CONFLICT (session_id) DO
            UPDATE SET runs = excluded.runs, updated_at = excluded.updated_at
            """, [.text(session), .text(runs), .integer(time)])
    }

    func append(run: String, toSession session: String) -> SQLStatement {
        SQLStatement(
            "UPDATE ai.agno_sessions SET runs = COALESCE(runs, '[]') || $1::jsonb, "
                + "updated_at = EXTRACT(EPOCH FROM clock_timestamp())::bigint WHERE session_id = $2",
            [.text("[{\"run_id\": \"\(run)\"}]"), .text(session)])
    }

    func makeUgly(_ database: TestDatabase) throws { try UglyDatabase.make(in: database) }

    func copies(of database: TestDatabase) -> PostgreSQLCopies { PostgreSQLCopies(of: database) }

    func victim() throws -> ThrowAwayServer { try ThrowAwayServer() }
}
