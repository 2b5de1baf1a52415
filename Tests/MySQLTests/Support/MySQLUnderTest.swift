import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import MySQLAccess
import SQLDialects
import ServerContract

/// MariaDB and MySQL, as the contract of all servers meets them.
extension TestServer: KillableServer {
    var name: String { testDescription }

    var holderWords: [String] { ["connection ", "of user root from"] }

    var blockerWords: [String] { ["of user root from", "in a transaction since"] }

    var nameLimit: NameLimit? {
        NameLimit(
            64, length: \.unicodeScalars.count,
            tables: [
                "x", "sessions_of_a_team_with_a_very_long_name_that_goes_on_and_on_and_64",
                "Größenordnungsübersichtstabelle_für_Außendienstgeräteübergaben_x",
            ]
        ) { MySQLNames.fitted($0, table: $1) }
    }

    /// MySQL says the same as MariaDB, more slowly: it is asked at fewer places, and never in the middle of a statement,
    /// where a kill hits a transaction so seldom that it would prove nothing.
    var killStrides: KillStrides {
        self == .mariadb
            ? KillStrides(before: 17, inside: 23, otherWay: 19, parked: 5)
            : KillStrides(before: 51, inside: nil, otherWay: 57, parked: 3)
    }

    func database(named end: String) throws -> TestDatabase { try TestDatabase(on: self, end: end) }

    func neighbours(of database: TestDatabase) throws -> [TestDatabase] { [try TestDatabase(on: self)] }

    func write(session: String, runs: String, at time: Int64) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO agno_sessions (session_id, session_type, agent_id, runs, created_at, updated_at)
            VALUES (?1, 'agent', 'a', ?2, ?3, ?3)
            ON DUPLICATE KEY UPDATE runs = VALUES(runs), updated_at = VALUES(updated_at)
            """, [.text(session), .text(runs), .integer(time)])
    }

    func append(run: String, toSession session: String) -> SQLStatement {
        SQLStatement(
            "UPDATE agno_sessions SET runs = JSON_ARRAY_APPEND(COALESCE(runs, '[]'), '$', JSON_OBJECT('run_id', ?1)), "
                + "updated_at = UNIX_TIMESTAMP() WHERE session_id = ?2", [.text(run), .text(session)])
    }

    func makeUgly(_ database: TestDatabase) throws { try UglyDatabase.make(in: database) }

    func copies(of database: TestDatabase) -> MySQLCopies { MySQLCopies(of: database) }

    func victim() throws -> ThrowAwayServer { try ThrowAwayServer(self) }
}
