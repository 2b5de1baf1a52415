import AgnoSchema
import DatabaseAccess
import SQLDialects

/// What a session of this program is set to, whatever the server, the database, the role or the URL say.
///
/// Every setting that changes what a statement means, returns or costs is named here. Left as they are: `role` (it says who
/// migrates), `default_transaction_read_only` (it says that nobody is to write; see ``requireWritable(_:place:)``), `TimeZone`
/// (no statement depends on it), what the server may use of its machine, and how commits reach the disk.
enum PostgreSQLSession {
    typealias Setting = (name: String, value: String)

    /// The settings of every session. A server that does not know one of them yet goes without it.
    static let always: [Setting] = meaning + answers + timeouts + planning

    /// What a statement means.
    private static let meaning: [Setting] = [
        // Only pg_catalog is searched; every other name is qualified.
        ("search_path", "\"\""),
        // Rows that a policy hides are an error, not missing from a count.
        ("row_security", "off"),
        // A constant's backslash is a character.
        ("standard_conforming_strings", "on"), ("escape_string_warning", "off"), ("backslash_quote", "safe_encoding"),
        // NULL equals nothing, and NULL in an array is no text.
        ("transform_null_equals", "off"), ("array_nulls", "on"),
        // Each statement sees what others have committed, and writes.
        ("default_transaction_isolation", "read committed"), ("default_transaction_deferrable", "off"),
        // A refused statement ends with its savepoint, not with the session.
        ("exit_on_error", "off"),
        // Definitions are put back as the catalogue had them; views may be read.
        ("check_function_bodies", "off"), ("xmloption", "content"), ("restrict_nonsystem_relation_kind", ""),
        // A new table is where its statement says.
        ("default_tablespace", ""), ("default_table_access_method", "heap"),
    ]

    /// How values and definitions are written in answers.
    private static let answers: [Setting] = [
        ("client_encoding", "UTF8"), ("DateStyle", "ISO, YMD"), ("IntervalStyle", "postgres"), ("bytea_output", "hex"),
        ("extra_float_digits", "1"), ("xmlbinary", "base64"),
        // The catalogue's texts are compared and parsed.
        ("quote_all_identifiers", "off"),
    ]

    /// The server ends nothing on its own: a large table takes its time, and the connection with the lock is idle meanwhile.
    private static let timeouts: [Setting] = [
        ("statement_timeout", "0"), ("lock_timeout", "0"), ("transaction_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"), ("idle_session_timeout", "0"),
    ]

    /// How a statement is planned: each page of rows is looked up by its key, whatever the table's size was.
    private static let planning: [Setting] = [
        // A plan made while a table was small would still read all of it once it is large.
        ("plan_cache_mode", "force_custom_plan"),
        // Compiling takes longer than any of the statements that are repeated.
        ("jit", "off"), ("force_parallel_mode", "off"), ("debug_parallel_query", "off"), ("from_collapse_limit", "8"),
        ("join_collapse_limit", "8"), ("enable_bitmapscan", "on"), ("enable_hashagg", "on"), ("enable_hashjoin", "on"),
        ("enable_indexonlyscan", "on"), ("enable_indexscan", "on"), ("enable_material", "on"),
        ("enable_mergejoin", "on"), ("enable_nestloop", "on"), ("enable_seqscan", "on"), ("enable_sort", "on"),
        ("enable_tidscan", "on"),
    ]

    /// The settings of a session that only reads: the server itself refuses writes.
    static let reading: [Setting] = [("default_transaction_read_only", "on")]

    /// The settings of a session that writes.
    ///
    /// - Parameter lockTimeout: in milliseconds.
    static func writing(lockTimeout: Int) -> [Setting] {
        // Room for a page of run lists, so that the server need not write it aside.
        [("lock_timeout", String(lockTimeout)), ("work_mem", "32MB")]
    }

    /// Changes the settings for the rest of the session, in one statement that needs no search path: each function is
    /// qualified, and there is no operator.
    static func statement(_ settings: [Setting]) -> SQLStatement {
        let calls = settings.indices.map { position in
            let name = "$\(2 * position + 1)::pg_catalog.text"
            return "CASE WHEN pg_catalog.current_setting(\(name), true) IS NOT NULL "
                + "THEN pg_catalog.set_config(\(name), $\(2 * position + 2)::pg_catalog.text, false) END"
        }
        return SQLStatement(
            "SELECT \(calls.joined(separator: ", "))", settings.flatMap { [.text($0.name), .text($0.value)] })
    }

    /// A session that writes fires triggers and checks foreign keys, and is on a server that can be written.
    ///
    /// - Throws: `readOnly` on a standby and where `default_transaction_read_only` is on; `notAuthorised` where the role may
    ///   not leave the role of a replica, in which no foreign key is checked.
    static func requireWritable(_ connection: PostgreSQLConnection, place: String) throws {
        let row = try connection.rows(
            SQLStatement(
                """
                SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only'), \
                CASE WHEN pg_catalog.texteq(pg_catalog.current_setting('session_replication_role'), 'origin') THEN '' \
                ELSE pg_catalog.set_config('session_replication_role', 'origin', false) END
                """)
        ).first
        if row?[0].int == 1 {
            throw DatabaseError(
                .readOnly, "\(place) is a standby server, which can only be read",
                remedy: "connect to the primary server (in the URL: target_session_attrs=read-write with all hosts)")
        }
        if row?[1].string == "on" {
            throw DatabaseError(
                .readOnly, "sessions on \(place) are read-only: default_transaction_read_only is on",
                remedy: "connect to the primary server, or have default_transaction_read_only reset "
                    + "for the role, the database or the server")
        }
    }

    /// Compresses rewritten large values with LZ4, which takes a fraction of the time of the built-in default and so
    /// shortens the lock on the table: if the server supports it (14) and the setting is the default.
    static let quickCompression = SQLStatement(
        "SELECT set_config(name, 'lz4', false) FROM pg_catalog.pg_settings "
            + "WHERE name = 'default_toast_compression' AND source = 'default' AND 'lz4' = ANY (enumvals)")
}
