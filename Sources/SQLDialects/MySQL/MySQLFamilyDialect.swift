package import AgnoSchema

/// What the servers of the MySQL family have in common; MariaDB and SingleStore override parts of it.
package protocol MySQLFamilyDialect: Dialect {
    /// The server's product and version. No default.
    var server: MySQLServer { get }
    /// The database that holds Agno's tables; nil for the connection's own. No default.
    var schema: String? { get }

    /// Whether a table whose keys change is recreated and takes the old one's place. Defaults to false.
    var exchangesTables: Bool { get }
    /// Whether the server has foreign keys and triggers. Defaults to true.
    var hasForeignKeys: Bool { get }
    /// Whether the views of the catalogue can be read in one statement, as a union. Defaults to true.
    var readsCatalogueAtOnce: Bool { get }
    /// A query for a table's definition, in its second column; nil unless a new table is created from it. Defaults to nil.
    func definition(ofTable name: String) -> SQLStatement?
    /// The columns that such a definition computes, if the catalogue does not report them. Defaults to none.
    func computedColumns(in definition: String) -> Set<String>
    /// Whether the index that the catalogue lists under that name and type is the order of the rows. Defaults to false.
    func isOrderOfRows(_ index: String, type: String) -> Bool
    /// A query for table and column of the columns that hold JSON although the catalogue reports another type.
    /// Defaults to nil.
    var hiddenJSONColumns: SQLStatement? { get }
    /// A query for table, name and text of the checks that the tables' database has; nil if the server has none.
    /// Defaults to MySQL's views of the catalogue.
    var checks: SQLStatement? { get }
    /// A column's default as a constant or expression; nil if the catalogue's text means no default.
    /// Defaults to MySQL's form, which reports a constant without its quotes.
    func defaultExpression(_ catalogue: String?, extra: String) -> String?
    /// The clauses that state how an `ALTER TABLE` is done, the least intrusive first.
    /// Defaults to `ALGORITHM=INSTANT` and `INPLACE`, then the server's choice.
    func algorithmClauses(for alteration: Alteration) -> [String]
    /// The expression for the number of bytes of a JSON column's text. Defaults to its length.
    func storedSize(ofJSON column: String) -> String
    /// The clause after the columns of `CREATE TABLE`. Defaults to character set and collation.
    func tableOptions(collation: String?) -> String
}

/// What an `ALTER TABLE` does, as far as it decides which algorithms are possible.
package enum Alteration: Sendable {
    /// Only the catalogue changes.
    case catalogue
    /// Indexes or keys are built, or columns dropped, while others read and write.
    case build
    /// The table is copied, in the server's own way.
    case copy
}

extension MySQLFamilyDialect {
    package var kind: DatabaseKind { server.kind }
    package var schemaName: String? { schema }
    package var hasTransactionalDDL: Bool { false }
    package var usesSavepoints: Bool { true }
    package var beginStatement: String { "START TRANSACTION" }
    package var lockingReadSuffix: String { " LOCK IN SHARE MODE" }
    /// The server's default isolation level may be one without snapshots.
    package var beginSnapshot: [String] {
        ["SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT"]
    }
    package var rowsPerInsert: Int { 256 }
    package var bytesPerInsert: Int64 { min(1 << 20, server.packetLimit / 2) }

    /// A list is sent as one value: its runs with what separates them, its session's key and what a message needs.
    package func listLimit(ofRunsIn table: String) -> ListLimit? {
        let limit = server.packetLimit
        guard limit < .max else { return nil }
        let size = "SUM(\(storedSize(ofJSON: "run_data")) + 2) + LENGTH(session_id) + 64"
        return ListLimit(
            name: "max_allowed_packet",
            remedy: "raise max_allowed_packet on the server (SET GLOBAL and its configuration)", bytes: limit,
            larger: SQLStatement(
                "SELECT session_id, CAST(\(size) AS SIGNED) AS needed FROM \(self.table(table)) GROUP BY session_id "
                    + "HAVING needed > ?1 ORDER BY needed DESC, session_id LIMIT 100", [.integer(limit)]))
    }

    package func storedSize(ofJSON column: String) -> String { "LENGTH(\(column))" }

    package func storageRules(for type: ColumnType) -> StorageRules {
        StorageRules(json: type.isJSON ? JSONRules(takesHalfPairs: false) : nil)
    }

    package var movingConnections: Int { server.hasWindowFunctions ? 2 : 1 }

    package func quote(_ identifier: String) -> String {
        "`" + identifier.escaping("`", as: "``") + "`"
    }

    package func table(_ name: String) -> String {
        schema.map { "\(quote($0)).\(quote(name))" } ?? quote(name)
    }

    /// Numbered; the driver arranges the values in order of appearance.
    package func placeholder(_ position: Int) -> String { "?\(position)" }

    /// Leaves an existing row unchanged and, unlike `INSERT IGNORE`, hides no other error.
    package func insertIfAbsentSuffix(key: [String], columns: [String]) -> String {
        guard let column = key.first ?? columns.first else { return "" }
        return "ON DUPLICATE KEY UPDATE \(quote(column)) = \(quote(column))"
    }

    package func onlineWork(for changes: [SchemaChange], of snapshot: TableSnapshot) -> OnlineWork? { nil }

    package var exchangesTables: Bool { false }
    package var hasForeignKeys: Bool { true }
    package var readsCatalogueAtOnce: Bool { true }
    package func definition(ofTable name: String) -> SQLStatement? { nil }
    package func computedColumns(in definition: String) -> Set<String> { [] }
    package func isOrderOfRows(_ index: String, type: String) -> Bool { false }
    package var hiddenJSONColumns: SQLStatement? { nil }

    package var checks: SQLStatement? {
        guard server.hasChecks else { return nil }
        let condition = schemaCondition(on: "t.CONSTRAINT_SCHEMA")
        return SQLStatement(
            "SELECT t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE FROM information_schema.TABLE_CONSTRAINTS t "
                + "JOIN information_schema.CHECK_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA "
                + "AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME WHERE t.CONSTRAINT_TYPE = 'CHECK' AND \(condition.sql)",
            condition.bindings)
    }

    package func defaultExpression(_ catalogue: String?, extra: String) -> String? {
        guard let catalogue else { return nil }
        return extra.contains("DEFAULT_GENERATED") ? catalogue : literal(catalogue)
    }

    package func algorithmClauses(for alteration: Alteration) -> [String] {
        let online = ", ALGORITHM=INPLACE, LOCK=NONE"
        switch alteration {
        case .catalogue: return server.canAlterInstantly ? [", ALGORITHM=INSTANT", online, ""] : [online, ""]
        case .build: return [online, ""]
        case .copy: return [""]
        }
    }

    package func tableOptions(collation: String?) -> String {
        guard let collation, let character = collation.split(separator: "_").first else { return "" }
        // Unquoted: collation names come from the catalogue or from this program.
        return " CHARACTER SET \(character) COLLATE \(collation)"
    }

    /// A session's id is unique in every version, and indexed.
    package func scanKey(of snapshot: TableSnapshot) -> String { quote("session_id") }

    package func storedBytes(ofTable name: String) -> SQLStatement {
        let condition = schemaCondition(on: "TABLE_SCHEMA")
        return SQLStatement(
            "SELECT DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES WHERE \(condition.sql) "
                + "AND TABLE_NAME = ?\(condition.bindings.count + 1)", condition.bindings + [.text(name)])
    }

    /// The server enforces foreign keys at once, and checks views when they are used.
    package func foreignKeyCheck(ofTable name: String) -> SQLStatement? { nil }
    package func viewCheck(_ view: String) -> SQLStatement? { nil }

    /// A schema change ends the transaction and takes its own lock. A locking read of the whole table blocks writers: it
    /// locks the rows and the gaps between them.
    package func lock(table name: String, against access: TableAccess) -> [SQLStatement] {
        switch access {
        case .everything: []
        // Without an index, which alone would be locked: the rows themselves.
        case .writing: [SQLStatement("SELECT COUNT(*) FROM \(table(name)) USE INDEX () LOCK IN SHARE MODE")]
        }
    }

    /// A change of structure keeps this lock, unlike a transaction's. The catalogue needs none.
    package func lastingLock(on uses: [TableUse]) -> LastingLock? {
        let locks = uses.map { use in
            table(use.name) + (use.alias.map { " AS \(quote($0))" } ?? "")
                + (use.name == uses.first?.name ? " WRITE" : " READ")
        }
        return LastingLock(
            take: SQLStatement("LOCK TABLES \(locks.joined(separator: ", "))"), release: SQLStatement("UNLOCK TABLES"),
            grant: grant(of: "LOCK TABLES"))
    }

    package func blockers(ofTable name: String) -> SQLStatement? {
        SQLStatement(
            """
            SELECT CONCAT('connection ', p.ID, ' of user ', p.USER, ' from ', p.HOST, ', in a transaction since ', \
            t.trx_started, ' UTC (', TIMESTAMPDIFF(SECOND, t.trx_started, UTC_TIMESTAMP()), ' s)') \
            FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id \
            WHERE p.ID <> CONNECTION_ID() ORDER BY t.trx_started LIMIT 3
            """)
    }

    /// The condition that a catalogue column names the tables' database, with the value that it needs.
    func schemaCondition(on column: String) -> SQLStatement {
        guard let schema else { return SQLStatement("\(column) = DATABASE()") }
        return SQLStatement("\(column) = ?1", [.text(schema)])
    }

    package func literal(_ text: String) -> String {
        "'" + text.escaping("\\", as: "\\\\").escaping("'", as: "''") + "'"
    }
}

/// Names of at most 64 characters.
package enum MySQLNames {
    /// The longest identifier in characters; the server refuses longer ones.
    package static let limit = 64

    private static var names: FittedName {
        FittedName(limit: limit, size: { $0.unicodeScalars.count }, fold: { $0.lowercased() })
    }

    /// A generated name: unchanged if it fits, otherwise with the table's part cut and a digest in its place.
    package static func fitted(_ name: String, table: String) -> String { names.fitted(name, table: table) }

    /// A name that fits and that no other index of the table has, ignoring case.
    static func free(_ wanted: String, onTable table: String, among taken: inout Set<String>) -> String {
        names.free(wanted, onTable: table, among: &taken)
    }

    /// The name of a parked table, which nobody else uses.
    package static func parked(_ table: String) -> String { renamed("\(table)_agno_migrate_aside", table: table) }

    /// The name of a table that is to take another's place.
    package static func successor(_ table: String) -> String { renamed("\(table)_agno_migrate_new", table: table) }

    /// The server renames the keys that it named after the table, such as `…_ibfk_1`; those names must fit as well.
    private static func renamed(_ name: String, table: String) -> String {
        FittedName(limit: limit - 8, size: { $0.unicodeScalars.count }).fitted(name, table: table)
    }
}
