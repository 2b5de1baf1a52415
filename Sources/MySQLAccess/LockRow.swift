import AgnoSchema
import DatabaseAccess
import SQLDialects

/// A lock for servers without named locks: a row written by an open transaction of a separate connection. The server
/// rolls the write back, and so releases the lock, when the connection ends.
///
/// There is one row per versions table. Nothing else may run on the connection, since DDL would commit.
struct LockRow {
    /// The name of the table with the rows.
    static let table = "agno_migration_lock"

    let connection: MySQLConnection
    let versionsTable: String

    private var table: String { connection.dialect.table(Self.table) }

    /// - Throws: ``LockUnavailable`` if `waiting` returned false.
    func take(waiting: (LockHolder) throws -> Bool) throws {
        try LockQueue.wait(reporting: waiting) {
            do {
                try prepare()
                try connection.execute("BEGIN")
                try connection.execute(
                    "UPDATE \(table) SET taken = taken + 1 WHERE lock_name = ?1", [.text(versionsTable)])
                return nil
            } catch let error as DatabaseError where error.condition == .busy {
                _ = try? connection.execute("ROLLBACK")
                return "another session"
            }
        }
    }

    /// Creates the table and the row if they are missing. Looks first, because writing an existing row would wait for the
    /// holder of the lock.
    private func prepare() throws {
        if try connection.dialect.columns(ofTable: Self.table, using: connection) == nil {
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS \(table) (lock_name VARCHAR(128) NOT NULL, "
                    + "taken BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (lock_name), SHARD KEY (lock_name))")
        }
        let row = try connection.value("SELECT 1 FROM \(table) WHERE lock_name = ?1", [.text(versionsTable)])
        guard row == nil else { return }
        try connection.execute("INSERT IGNORE INTO \(table) (lock_name, taken) VALUES (?1, 0)", [.text(versionsTable)])
    }

    func release() { _ = try? connection.execute("ROLLBACK") }
}
