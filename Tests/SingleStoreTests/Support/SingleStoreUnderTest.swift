import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract

/// SingleStore, as the contract of all servers meets it.
struct SingleStoreUnderTest: ServerUnderTest {
    let name = "SingleStore"

    /// The statements are taken in turn from one run of the tests to the next.
    let killStrides = KillStrides(before: 9, inside: nil, otherWay: nil, parked: 4, isRandom: true)

    let nameLimit: NameLimit? = NameLimit(
        64, length: \.unicodeScalars.count,
        tables: ["x", "sessions_of_a_team_with_a_very_long_name_that_goes_on_and_on_and_64"]
    ) { MySQLNames.fitted($0, table: $1) }

    /// A table is not kept by a transaction that reads it; the rows of one are by a transaction that writes them.
    var blocker: Blocker {
        Blocker(of: .evals, from: SchemaVersion(2, 5, 6)) {
            try $0.execute("UPDATE agno_eval_runs SET name = 'held'")
        }
    }

    /// A database's name holds letters, digits and underscores only: the rest of the end is left out.
    func database(named end: String) throws -> TestDatabase {
        try TestDatabase(on: .shared(), end: end.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    }

    func neighbours(of database: TestDatabase) throws -> [TestDatabase] { [try TestDatabase(on: database.server)] }

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
            "UPDATE agno_sessions SET runs = CONCAT(?1, IF(runs LIKE '[{%', CONCAT(', ', SUBSTRING(runs, 2)), ']')), "
                + "updated_at = UNIX_TIMESTAMP() WHERE session_id = ?2",
            [.text(#"[{"run_id": "\#(run)"}"#), .text(session)])
    }

    func makeUgly(_ database: TestDatabase) throws {
        _ = try database.manager().makeSample(version: .baseline, sessions: 6)
        try database.insertSession(
            "odd", user: "o'brien", runs: #"[{"content": 1}, 5, {"run_id": "o1", "c": "\u00e4"}]"#)
        try database.execute(
            "ALTER TABLE agno_sessions ADD COLUMN note VARCHAR(20) NOT NULL DEFAULT 'mine'",
            "CREATE INDEX by_note ON agno_sessions (note)")
    }

    func copies(of database: TestDatabase) -> SingleStoreCopies { SingleStoreCopies(of: database) }
}
