import AgnoSchema
import DatabaseAccess
import SQLDialects

/// A lock for servers without named ones: a row that an open transaction of a connection of its own has written. The
/// server takes the write back, and with it the lock, when the connection ends.
///
/// There is one row per versions table. Nothing else may run on the connection: a change of structure would commit.
struct LockRow {
    /// The table that holds the rows.
    static let table = "agno_migration_lock"

    let connection: MySQLConnection
    let versionsTable: String

    private var table: String { connection.dialect.table(Self.table) }

    func withLock<Result>(waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result) throws -> Result {
        try connection.execute(
            "CREATE TABLE IF NOT EXISTS \(table) (lock_name VARCHAR(128) NOT NULL, taken BIGINT NOT NULL DEFAULT 0, "
                + "PRIMARY KEY (lock_name), SHARD KEY (lock_name))")
        try connection.execute("INSERT IGNORE INTO \(table) (lock_name, taken) VALUES (?1, 0)", [.text(versionsTable)])
        try LockQueue.wait(reporting: waiting) {
            do {
                try connection.execute("BEGIN")
                try connection.execute(
                    "UPDATE \(table) SET taken = taken + 1 WHERE lock_name = ?1", [.text(versionsTable)])
                return nil
            } catch let error as DatabaseError where error.condition == .busy {
                _ = try? connection.execute("ROLLBACK")
                return "another session"
            }
        }
        defer { _ = try? connection.execute("ROLLBACK") }
        return try body()
    }
}
