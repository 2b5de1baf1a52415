import AgnoSchema
import SQLDialects
import Testing

@Suite("A table of SingleStore that is made anew from the server's words for it") struct SingleStoreSourceTests {
    private let dialect = SingleStoreDialect(
        server: MySQLServer(kind: .singlestore, text: "8.7.10", foldsTableNames: false), schema: nil)

    /// What 2.5.0 makes of a table of sessions that the server describes like this.
    private func lowered(_ source: String?, _ changes: [SchemaChange]? = nil) -> Lowering {
        let shape = TableShape(
            columns: [TableShape.Column("session_id", type: "VARCHAR(128)", isNullable: false)],
            uniqueKeys: [TableShape.Key(name: "uq_session_type", columns: ["session_id", "session_type"])])
        let snapshot = TableSnapshot(name: "agno_sessions", shape: shape, source: source)
        return dialect.lower(
            changes ?? [.addPrimaryKey(["session_id"], replacing: .sessionIDAndType)], of: snapshot,
            among: [.sessions: snapshot], in: SchemaContext(traits: dialect.traits, names: TableNames()), now: 7)
    }

    private func swap(_ elements: String, head: String = "CREATE TABLE", options: String = "") throws -> TableSwap {
        let lowering = lowered("\(head) `agno_sessions` (\n  \(elements)\n)\(options)")
        guard case .swap(let swap) = lowering else {
            Issue.record("\(lowering)")
            throw CancellationError()
        }
        return swap
    }

    @Test(
        "A recreated table has its columns as they were: commas, quotes and parentheses in comments and defaults, strange names"
    )
    func columns() throws {
        let columns =
            "`session_id` varchar(128) CHARACTER SET utf8 COLLATE utf8_general_ci NOT NULL,\n"
            + "  `a``,(b` varchar(9) DEFAULT 'it''s, \\'(so)' COMMENT 'a, (b',\n  `d` decimal(10,2) DEFAULT '1.50',\n"
            + "  `t` datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"
        let swap = try swap(
            columns + ",\n  UNIQUE KEY `uq_session_type` (`session_id`,`session_type`) USING HASH,\n"
                + "  SHARD KEY `__SHARDKEY` (`session_id`),\n  SORT KEY `__UNORDERED` ()")
        #expect(swap.prepare.count == 2)
        let create = swap.prepare[1].sql
        for line in columns.split(separator: ",\n  ") { #expect(create.contains(line)) }
        #expect(create.hasPrefix("CREATE TABLE `agno_sessions_agno_migrate_new` (\n\t"))
        #expect(
            create.hasSuffix("SORT KEY (), \n\tPRIMARY KEY (`session_id`), \n\tSHARD KEY (`session_id`)\n)"))
        #expect(!create.contains("uq_session_type"))
        #expect(
            swap.copy[0].sql.contains("(`session_id`, `a``,(b`, `d`, `t`) SELECT `session_id`, `a``,(b`, `d`, `t` FROM")
        )
    }

    @Test("A recreated table states the collation of every text column, and none of JSON")
    func collations() throws {
        let create = try swap(
            "`session_id` varchar(128) NOT NULL, `l` longtext, `o` text CHARACTER SET utf8 COLLATE utf8_bin, "
                + "`j` JSON COLLATE utf8mb4_bin NOT NULL, `n` bigint(20)",
            options: " AUTOSTATS_SAMPLING=ON CHARACTER SET=`utf8mb4` COLLATE=`utf8mb4_general_ci`"
        ).prepare[1].sql
        let stated = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        #expect(
            create.contains(
                "`session_id` varchar(128) \(stated) NOT NULL, \n\t`l` longtext \(stated), \n\t`o` text CHARACTER SET utf8 COLLATE utf8_bin,"
            ))
        #expect(create.contains("`j` JSON NOT NULL, \n\t`n` bigint(20), "))
    }

    @Test("A recreated table keeps its kind, its order, its full-text indexes and its other indexes")
    func kind() throws {
        let create = try swap(
            "`session_id` varchar(128) NOT NULL, `b` text, PRIMARY KEY (`b`), KEY `k` (`b`) USING CLUSTERED COLUMNSTORE, "
                + "FULLTEXT USING VERSION 2 `f` (`b`), KEY `session` (`session_id`) USING HASH, KEY `both` (`session_id`,`b`) USING HASH, "
                + "UNIQUE KEY `other` (`session_id`,`b`) UNENFORCED RELY", head: "CREATE ROWSTORE REFERENCE TABLE"
        ).prepare[1].sql
        #expect(create.hasPrefix("CREATE ROWSTORE REFERENCE TABLE "))
        for text in [
            "USING CLUSTERED COLUMNSTORE", "FULLTEXT USING VERSION 2 `f` (`b`)",
            "KEY `both` (`session_id`,`b`) USING HASH", "UNENFORCED RELY",
        ] {
            #expect(create.contains(text))
        }
        // A reference table is on every node; and the new key is the index that was there.
        #expect(!create.contains("SHARD KEY") && !create.contains("`session`") && !create.contains("PRIMARY KEY (`b`)"))
    }

    @Test("A copy does not write the columns that the server computes")
    func computed() throws {
        let swap = try swap(
            "`session_id` varchar(128) NOT NULL, `day` AS created_at DIV 86400 PERSISTED bigint(20), `x` bigint(20)")
        #expect(swap.copy[0].sql.contains("(`session_id`, `x`) SELECT `session_id`, `x` FROM"))
        #expect(swap.prepare[1].sql.contains("`day` AS created_at DIV 86400 PERSISTED bigint(20)"))
    }

    @Test("A table gets an explicit shard key on the way back, where the primary key was it")
    func back() throws {
        let lowering = lowered(
            "CREATE TABLE `agno_sessions` (\n  `session_id` varchar(128) NOT NULL,\n  UNIQUE KEY `PRIMARY` (`session_id`) USING HASH\n)",
            [.dropPrimaryKey(["session_id"], restoring: .sessionID)])
        guard case .swap(let swap) = lowering else {
            Issue.record("\(lowering)")
            return
        }
        #expect(
            swap.prepare[1].sql.hasSuffix(
                "SHARD KEY (`session_id`), \n\tUNIQUE KEY `agno_sessions_uq_session_id` (`session_id`)\n)"))
    }

    @Test("A table is left alone if it has a foreign key or its definition cannot be parsed")
    func refused() {
        for key in [
            "CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `p` (`a`)", "FOREIGN KEY `f` (`a`) REFERENCES `p` (`a`)",
        ] {
            let source = "CREATE TABLE `agno_sessions` (\n  `session_id` varchar(128) NOT NULL,\n  \(key)\n)"
            guard case .skipped(let reason) = lowered(source) else {
                Issue.record("not refused: \(key)")
                continue
            }
            #expect(reason.contains("foreign key"))
        }
        for source in [
            nil, "", "CREATE VIEW `agno_sessions` AS SELECT 1",
            "CREATE TABLE `agno_sessions` (`session_id` varchar(128)",
        ] {
            guard case .skipped = lowered(source) else {
                Issue.record("not refused: \(source ?? "nothing")")
                continue
            }
        }
    }
}
