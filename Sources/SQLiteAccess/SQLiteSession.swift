import AgnoSchema
import DatabaseAccess
import GRDBSQLite

/// The settings of a connection that change what a statement means, returns or costs.
///
/// Each has a default that whoever built the library can change, so each is set here, and nowhere else.
enum SQLiteSession {
    /// - Parameter isWriter: whether the connection changes the database.
    static func begin(_ connection: SQLiteConnection, handle: OpaquePointer, isWriter: Bool) throws {
        // Owners' tables, indexes and triggers may hold texts in double quotes; they have to be made again as they are, and
        // to fire.
        _enableDoubleQuotedStringLiterals(handle)
        for setting in settings { try connection.execute("PRAGMA \(setting.name) = \(setting.value)") }
        guard isWriter else { return }
        for setting in writersSettings { try connection.execute("PRAGMA \(setting.name) = \(setting.value)") }
        try keepReadersIn(connection)
    }

    /// Names and values.
    static let settings: [(name: String, value: String)] = [
        // Off: a table is recreated by dropping it, which must not delete its children. The engine checks the keys itself.
        ("foreign_keys", "OFF"),
        // Off: a key is violated at the statement, not at the commit.
        ("defer_foreign_keys", "OFF"),
        // Off: a trigger that writes to its own table does not fire itself.
        ("recursive_triggers", "OFF"),
        // Off: a query without an order yields rows by rowid, as the moves of rows are tested.
        ("reverse_unordered_selects", "OFF"),
        // Off: LIKE compares ASCII letters in any case, as owners' checks and indexes expect.
        ("case_sensitive_like", "OFF"),
        // Off: what other connections have not committed is not read.
        ("read_uncommitted", "OFF"),
        // Off: nobody edits the catalogue as a table.
        ("writable_schema", "OFF"),
        // Off: a row that violates a CHECK is refused.
        ("ignore_check_constraints", "OFF"),
        // Off: a rename follows the references to a table; the rebuild switches it on for its own rename.
        ("legacy_alter_table", "OFF"),
        // On: owners' triggers, views and generated columns may call functions of the library that are not harmless.
        ("trusted_schema", "ON"),
        // Off: the check costs time; verify's integrity is the owner's PRAGMA integrity_check.
        ("cell_size_check", "OFF"),
        // Off: a statement that changes rows returns none.
        ("count_changes", "OFF"),
        // Off and on: a result column has its plain name.
        ("full_column_names", "OFF"), ("short_column_names", "ON"),
        // On: a join without an index builds one for itself.
        ("automatic_index", "ON"),
        // Files: a sort or a large index must not take all memory.
        ("temp_store", "DEFAULT"),
        // Off: a file that somebody cuts off is an error, not the end of the process.
        ("mmap_size", "0"),
        // Other connections may read between two transactions.
        ("locking_mode", "NORMAL"),
    ]

    /// Those of a connection that writes; to set them, SQLite reads the file.
    private static let writersSettings: [(name: String, value: String)] = [
        // A commit is on the disk when it is reported.
        ("synchronous", "FULL")
    ]

    /// In rollback mode, a cache that overflows writes to the file in the middle of a transaction, and readers are kept out
    /// until its end. Up to this many bytes of pages stay in memory; a batch of lists changes fewer.
    private static let heldBytes: Int64 = 20 << 20

    private static func keepReadersIn(_ connection: SQLiteConnection) throws {
        guard try connection.value("PRAGMA journal_mode")?.string != "wal" else { return }
        let pageSize = try connection.value("PRAGMA page_size")?.int ?? 4096
        try connection.execute("PRAGMA cache_size = -\(heldBytes >> 10)")
        // SQLite takes the lowest byte of the number for a switch: with a zero there nothing would ever be written aside.
        try connection.execute("PRAGMA cache_spill = \(heldBytes / max(pageSize, 512) | 1)")
    }
}
