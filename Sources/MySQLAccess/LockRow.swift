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

    /// - Throws: ``LockUnavailable`` where `waiting` gave up.
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

    /// Makes the table and the row where they are missing. Looks first: whoever would write what is there already has to
    /// wait for its holder.
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
