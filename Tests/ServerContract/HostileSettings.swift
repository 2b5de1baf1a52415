/// Every default that changes what a statement means, returns or costs, each at its worst: the program's sessions have to
/// come to the same result as under the servers' own. A server goes without those that it does not know.
package enum HostileSettings {
    /// As in `ALTER ROLE … SET` and `ALTER DATABASE … SET`. Not among them: `default_transaction_read_only`, which says that
    /// nobody is to write. The role of a replica fires no trigger and checks no foreign key.
    package static let postgreSQL = [
        "row_security = on", "search_path = public, pg_catalog", "quote_all_identifiers = on",
        "standard_conforming_strings = off", "escape_string_warning = on", "backslash_quote = off",
        "transform_null_equals = on", "array_nulls = off", "bytea_output = escape", "\"DateStyle\" = 'SQL, DMY'",
        "\"IntervalStyle\" = sql_standard", "extra_float_digits = -15", "xmloption = document", "xmlbinary = hex",
        "client_encoding = LATIN1", "exit_on_error = on", "default_transaction_isolation = serializable",
        "default_transaction_deferrable = on", "default_tablespace = pg_default", "statement_timeout = '20s'",
        "lock_timeout = '1ms'", "idle_in_transaction_session_timeout = '1s'", "idle_session_timeout = '2s'",
        "transaction_timeout = '2s'", "jit = on", "jit_above_cost = 0", "force_parallel_mode = on",
        "debug_parallel_query = on", "plan_cache_mode = force_generic_plan", "enable_indexscan = off",
        "enable_indexonlyscan = off", "enable_bitmapscan = off", "enable_seqscan = off", "enable_nestloop = off",
        "enable_hashjoin = off", "enable_mergejoin = off", "enable_hashagg = off", "enable_material = off",
        "enable_sort = off", "enable_tidscan = off", "synchronize_seqscans = on", "cursor_tuple_fraction = 0.0001",
        "join_collapse_limit = 1", "from_collapse_limit = 1", "geqo_threshold = 2", "constraint_exclusion = on",
        "session_replication_role = replica", "\"TimeZone\" = 'Pacific/Kiritimati'", "check_function_bodies = on",
        "default_toast_compression = pglz", "lo_compat_privileges = on", "client_min_messages = debug1",
        "work_mem = '64kB'", "restrict_nonsystem_relation_kind = 'view'", "event_triggers = off",
    ]

    /// As in `SET`. Not among them: `max_allowed_packet` and what else an ordinary user may not set.
    package static let mySQL: [(name: String, value: String)] = [
        (
            "sql_mode",
            "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,NO_UNSIGNED_SUBTRACTION'"
        ),
        ("sql_safe_updates", "1"), ("sql_select_limit", "0"), ("max_join_size", "1"), ("sql_big_selects", "0"),
        ("sql_auto_is_null", "1"), ("time_zone", "'+05:30'"), ("timestamp", "1"), ("autocommit", "0"),
        ("completion_type", "'RELEASE'"), ("transaction_isolation", "'READ-UNCOMMITTED'"),
        ("tx_isolation", "'READ-UNCOMMITTED'"), ("transaction_read_only", "1"), ("tx_read_only", "1"),
        ("innodb_snapshot_isolation", "1"), ("foreign_key_checks", "0"), ("unique_checks", "0"),
        ("check_constraint_checks", "0"), ("group_concat_max_len", "4"), ("max_sort_length", "64"),
        ("max_error_count", "0"), ("sql_notes", "0"), ("div_precision_increment", "0"),
        ("default_storage_engine", "MyISAM"), ("default_tmp_storage_engine", "MyISAM"), ("lc_messages", "'de_DE'"),
        ("lc_time_names", "'de_DE'"), ("old_mode", "'NO_DUP_KEY_WARNINGS_WITH_IGNORE'"), ("old_alter_table", "1"),
        ("alter_algorithm", "'COPY'"), ("sql_quote_show_create", "0"), ("sql_if_exists", "1"),
        ("character_set_client", "latin1"), ("character_set_results", "utf16"), ("collation_connection", "latin1_bin"),
        ("show_gipk_in_create_table_and_information_schema", "0"), ("information_schema_stats_expiry", "86400"),
        ("system_versioning_asof", "'2001-01-01'"), ("use_secondary_engine", "'FORCED'"),
        ("optimizer_switch", "'mrr=on,mrr_cost_based=off,derived_merge=off,materialization=off'"),
        ("optimizer_search_depth", "1"), ("max_seeks_for_key", "1"), ("eq_range_index_dive_limit", "1"),
        ("in_predicate_conversion_threshold", "2"), ("standard_compliant_cte", "0"),
        ("updatable_views_with_limit", "0"),
        ("tmp_table_size", "1024"), ("sort_buffer_size", "32768"), ("join_buffer_size", "128"), ("big_tables", "1"),
        ("wait_timeout", "2"), ("net_read_timeout", "1"), ("net_write_timeout", "1"), ("max_statement_time", "2"),
        ("max_execution_time", "2000"), ("idle_transaction_timeout", "1"), ("idle_write_transaction_timeout", "1"),
        ("lock_wait_timeout", "1"), ("innodb_lock_wait_timeout", "1"),
    ]
}

extension HostileSettings {
    /// The statement that sets these of ``mySQL``.
    package static func statement(_ settings: [(name: String, value: String)]) -> String {
        "SET " + settings.map { "SESSION \($0.name) = \($0.value)" }.joined(separator: ", ")
    }

    /// The value of `init_connect` that does this for one account alone. Privileged accounts are left out by the server.
    package static func initConnect(_ statement: String, for account: String) -> String {
        let text = "'\(statement.replacing("'", with: "''"))'"
        return "SET @agno_settings = IF(CURRENT_USER() LIKE '\(account)@%', \(text), 'DO 0'); "
            + "PREPARE agno_settings FROM @agno_settings; EXECUTE agno_settings; DEALLOCATE PREPARE agno_settings"
    }
}
