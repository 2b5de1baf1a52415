import DatabaseAccess
import SQLDialects

/// The variables of a session that change what a statement means, returns or costs: no default of the server, of its
/// `init_connect` or of the URL decides what this program does.
///
/// Left alone: `sql_log_bin` (what is migrated must reach the replicas), the storage defaults of InnoDB (the owner's
/// choice), and variables that an ordinary user may not set for a session (`max_allowed_packet`, which ``MySQLServer``
/// knows instead; `max_error_count`, see ``requireWarnings(_:known:place:)``; `innodb_strict_mode`,
/// `explicit_defaults_for_timestamp`, `sql_generate_invisible_primary_key`, `sql_require_primary_key`: what they refuse is
/// named).
enum MySQLSession {
    /// What the program reads and never sets.
    private static let facts = [
        "lower_case_table_names", "max_allowed_packet", "log_bin", "binlog_format", "read_only", "super_read_only",
        "innodb_read_only", "max_error_count",
    ]

    /// Comes before any question, so that the answers can be read and are complete: defaults may allow fewer rows, or none,
    /// and write them in another encoding.
    static let readable =
        "SET NAMES utf8mb4, SESSION sql_select_limit = 18446744073709551615, SESSION max_join_size = 18446744073709551615, "
        + "SESSION sql_big_selects = 1"

    /// A query for the variables that the server has, among those that matter.
    static func question(lockTimeout: Int) -> String {
        let names = facts + settings(lockTimeout: lockTimeout).map(\.name)
        return "SHOW SESSION VARIABLES WHERE Variable_name IN (\(names.map { "'\($0)'" }.joined(separator: ", ")))"
    }

    /// The statement that sets those variables that the server has.
    static func statement(lockTimeout: Int, known: some Collection<String>) -> String {
        let known = Set(known)
        let settings = settings(lockTimeout: lockTimeout).filter { known.contains($0.name) }
        return "SET " + settings.map { "SESSION \($0.name) = \($0.value)" }.joined(separator: ", ")
    }

    /// Where the server left a value out because it was too large, it warns: warnings have to be there to be read.
    ///
    /// - Throws: `notAuthorised` where none are kept, and the user may not change that.
    static func requireWarnings(_ connection: MySQLConnection, known: [String: String], place: String) throws {
        guard known["max_error_count"] == "0" else { return }
        do {
            try connection.execute("SET SESSION max_error_count = 64")
        } catch let error as DatabaseError where error.condition == .notAuthorised {
            throw DatabaseError(
                .notAuthorised,
                "max_error_count is 0 on \(place): the server would not tell when it leaves out a value that is too large",
                remedy: "have it set to 64 on the server (SET GLOBAL and its configuration)", detail: error.detail)
        }
    }

    private static func settings(lockTimeout: Int) -> [(name: String, value: String)] {
        meaning + [
            // Waiting for locks is short, because later requests for the table queue behind this program.
            ("lock_wait_timeout", "\(lockTimeout)"), ("innodb_lock_wait_timeout", "\(lockTimeout)"),
            // Everything else may take long.
            ("wait_timeout", "604800"), ("net_read_timeout", "3600"), ("net_write_timeout", "3600"),
            ("max_statement_time", "0"), ("max_execution_time", "0"), ("idle_transaction_timeout", "0"),
            ("idle_readonly_transaction_timeout", "0"), ("idle_write_transaction_timeout", "0"),
        ]
    }

    /// What a statement means and returns.
    private static let meaning: [(name: String, value: String)] = [
        // Strict, so that no value is cut. Existing zero dates must survive a table's rebuild, so they are not refused.
        ("sql_mode", "'STRICT_ALL_TABLES,PIPES_AS_CONCAT,NO_ENGINE_SUBSTITUTION'"),
        // MariaDB: `utf8` and its comparisons mean the same on every version.
        ("old_mode", "''"),
        // Texts travel as UTF-8, whatever init_connect or --skip-character-set-client-handshake made of them.
        ("character_set_client", "utf8mb4"), ("character_set_results", "utf8mb4"),
        ("collation_connection", "utf8mb4_general_ci"),
        // Names of objects are taken from the server's messages.
        ("lc_messages", "'en_US'"),
        ("time_zone", "'+00:00'"),

        // A statement outside of a transaction commits; a COMMIT ends neither the session nor begins another transaction.
        ("autocommit", "1"), ("completion_type", "'NO_CHAIN'"),
        // Two names each: MySQL and newer releases of MariaDB have the first, older releases the second.
        ("transaction_isolation", "'REPEATABLE-READ'"), ("tx_isolation", "'REPEATABLE-READ'"),
        ("transaction_read_only", "0"), ("tx_read_only", "0"),
        // MariaDB: a write to a row that changed since the snapshot waits and goes on, as on MySQL.
        ("innodb_snapshot_isolation", "0"),

        // Keys, checks and JSON columns are checked while rows are written.
        ("foreign_key_checks", "1"), ("unique_checks", "1"), ("check_constraint_checks", "1"),
        // UPDATE and DELETE may use any condition; no query is cut or refused for the rows that it reads.
        ("sql_safe_updates", "0"), ("sql_select_limit", "18446744073709551615"),
        ("max_join_size", "18446744073709551615"), ("sql_big_selects", "1"),
        // `IS NULL` never means the row inserted last.
        ("sql_auto_is_null", "0"),
        // Keys are ordered by their whole length: pages of rows begin after the last key of the page before.
        ("max_sort_length", "1024"),
        // Lists of privileges are not cut.
        ("group_concat_max_len", "1048576"),
        // MariaDB: rows are read as they are now, and IF EXISTS is not implied.
        ("system_versioning_asof", "DEFAULT"), ("sql_if_exists", "0"),
        // MySQL: never read from a second engine that lags behind.
        ("use_secondary_engine", "OFF"),
        // MySQL: a generated primary key is part of what the catalogue reports.
        ("show_gipk_in_create_table_and_information_schema", "1"),
        ("sql_quote_show_create", "1"),
        // MySQL: sizes of tables are not up to a day old.
        ("information_schema_stats_expiry", "0"),

        // The catalogue's views join a dozen tables: a planner that looks one table ahead does not end with them.
        ("optimizer_search_depth", "62"), ("optimizer_switch", "'default'"),

        // New tables have transactions and foreign keys; the server chooses the way of a change of structure, unless the
        // statement does.
        ("default_storage_engine", "InnoDB"), ("old_alter_table", "0"),
    ]
}
