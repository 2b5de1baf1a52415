import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import ServerContract
import Testing

/// Kinds of field inputs: defaults of the server, of a user's connections and of the URL that change what a statement means.
@Suite("The session is the program's own", .timeLimit(.minutes(10))) struct FieldSessionTests {
    /// Defaults of the server for new sessions; not every server has all of them.
    private static let globals = [
        "sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,IGNORE_SPACE,HIGH_NOT_PRECEDENCE'",
        "sql_safe_updates = 1", "sql_select_limit = 2", "max_join_size = 10", "sql_big_selects = 0",
        "sql_auto_is_null = 1", "time_zone = '+05:30'", "autocommit = 0", "completion_type = 'RELEASE'",
        "transaction_isolation = 'READ-UNCOMMITTED'", "tx_isolation = 'READ-UNCOMMITTED'",
        "transaction_read_only = 1", "tx_read_only = 1", "innodb_snapshot_isolation = 1", "foreign_key_checks = 0",
        "unique_checks = 0", "group_concat_max_len = 4", "max_sort_length = 8", "default_storage_engine = MyISAM",
        "lc_messages = 'de_DE'", "old_mode = 'NO_DUP_KEY_WARNINGS_WITH_IGNORE'", "old_alter_table = 1",
        "sql_quote_show_create = 0", "sql_if_exists = 1", "character_set_client = latin1",
        "character_set_results = latin1", "collation_connection = latin1_bin",
        "show_gipk_in_create_table_and_information_schema = 0", "information_schema_stats_expiry = 86400",
        "wait_timeout = 2", "net_read_timeout = 1", "net_write_timeout = 1", "max_statement_time = 0.05",
        "max_execution_time = 1", "idle_transaction_timeout = 1", "idle_write_transaction_timeout = 1",
        "lock_wait_timeout = 1", "innodb_lock_wait_timeout = 1",
    ]

    /// What every connection of a user who is not privileged begins with.
    private static let initConnect =
        "SET NAMES latin1, SESSION sql_safe_updates = 1, SESSION sql_select_limit = 1, SESSION autocommit = 0, "
        + "SESSION foreign_key_checks = 0, SESSION sql_mode = 'ANSI', SESSION time_zone = '-03:00'"

    @Test("The most hostile defaults change nothing of up, verify and down", arguments: TestServer.all)
    func hostile(server: TestServer) throws {
        let alone = try ThrowAwayServer(server)
        let databases = ["calm", "hostile"]
        for name in databases {
            try alone.makeSample(name)
            try alone.connected(to: name) { connection in
                try TestDatabase.insert(
                    [
                        ("session_id", .text(#"ü\' "x""#)), ("session_type", .text("agent")),
                        ("runs", .text(#"[{"run_id": "ü\\\"", "agent_id": "é"}, {"run_id": "r2", "c": "ß \\n"}]"#)),
                        ("created_at", .integer(77)),
                    ], into: "agno_sessions", connection)
            }
        }
        try alone.connected { connection in
            try connection.execute("CREATE USER app@'%' IDENTIFIED BY 'Pw-0f0neTest'")
            for name in databases { try connection.execute("GRANT ALL ON \(name).* TO app@'%'") }
        }
        let url = alone.url("calm").replacing("root@", with: "app:Pw-0f0neTest@")
        func migrate(_ name: String, _ body: (MigrationManager) throws -> Void) throws {
            try body(MigrationManager(Database(url: url, schema: name)))
        }
        func compare(_ moment: String) throws {
            let (calm, hostile) = (try alone.contents(of: "calm"), try alone.contents(of: "hostile"))
            #expect(hostile.differences(from: calm) == [], "\(moment)")
        }
        func up(_ manager: MigrationManager) throws {
            #expect(try manager.up().isSuccess)
            #expect(try manager.verify().isVerified)
            #expect(try manager.cleanup(dryRun: true).outcome == .wouldDrop)
            #expect(try manager.plan(.up).missingPrivileges == [])
        }
        func down(_ manager: MigrationManager) throws {
            #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
            #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        }
        let makeHostile = {
            try alone.connected { connection in
                let taken = Self.globals.filter { (try? connection.execute("SET GLOBAL \($0)")) != nil }
                #expect(taken.count >= 24, "\(Self.globals.filter { !taken.contains($0) })")
                try connection.execute("SET GLOBAL init_connect = ?1", [.text(Self.initConnect)])
            }
        }
        try migrate("calm", up)
        try makeHostile()
        try migrate("hostile", up)
        try compare("up")
        try migrate("calm", down)
        try migrate("hostile", down)
        try compare("down")
    }
}
