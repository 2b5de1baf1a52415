import AgnoSchema

/// What the servers of the MySQL family say alike. MySQL itself changes nothing of it; MariaDB and SingleStore say some
/// things otherwise.
package protocol MySQLFamilyDialect: Dialect {
    var server: MySQLServer { get }
    /// The database that holds Agno's tables; nil: the one that the connection is in.
    var schema: String? { get }

    /// Whether a table that has to change in its keys is made anew and takes the old one's place.
    var exchangesTables: Bool { get }
    /// Whether there are foreign keys and triggers.
    var hasForeignKeys: Bool { get }
    /// Whether the views of the catalogue can be read in one statement, as a union.
    var readsCatalogueAtOnce: Bool { get }
    /// A query for a table's definition, in its second column, where a new table is made from it.
    func definition(ofTable name: String) -> SQLStatement?
    /// The columns that such a definition computes, where the catalogue does not say it.
    func computedColumns(in definition: String) -> Set<String>
    /// Whether what the catalogue lists under that name, as an index of that type, is the order of the rows.
    func isOrderOfRows(_ index: String, type: String) -> Bool
    /// Columns that hold JSON although the catalogue spells their type otherwise, by table. A query for table and column.
    var hiddenJSONColumns: SQLStatement? { get }
    /// A column's default as a constant or expression; nil where the catalogue's text means that there is none.
    func defaultExpression(_ catalogue: String?, extra: String) -> String?
    /// The end of an `ALTER TABLE` that says how it may be done, the gentlest first.
    func ways(of alteration: Alteration) -> [String]
    /// The clause after the columns of `CREATE TABLE`.
    func tableOptions(collation: String?) -> String
}

/// What an `ALTER TABLE` does, as far as it decides how gently the server can do it.
package enum Alteration: Sendable {
    /// Nothing but the catalogue changes.
    case catalogue
    /// Indexes or keys are built, or columns taken out, beside whoever reads and writes.
    case build
}

extension MySQLFamilyDialect {
    package var kind: DatabaseKind { server.kind }
    package var schemaName: String? { schema }
    package var hasTransactionalDDL: Bool { false }
    package var usesSavepoints: Bool { true }
    package var beginStatement: String { "START TRANSACTION" }
    package var lockingReadSuffix: String { " LOCK IN SHARE MODE" }
    /// The server may have another isolation level by default, with which a snapshot is none.
    package var beginSnapshot: [String] {
        ["SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT"]
    }
    package var rowsPerInsert: Int { 32 }
    package var movingConnections: Int { server.hasWindowFunctions ? 2 : 1 }

    package func quote(_ identifier: String) -> String {
        "`" + identifier.replacing("`", with: "``") + "`"
    }

    package func table(_ name: String) -> String {
        schema.map { "\(quote($0)).\(quote(name))" } ?? quote(name)
    }

    /// Numbered; the driver puts the values into the order in which they stand.
    package func placeholder(_ position: Int) -> String { "?\(position)" }

    /// Changes nothing of the row that is there, and unlike `INSERT IGNORE` hides no other error.
    package func insertIfAbsentSuffix(key: [String], columns: [String]) -> String {
        guard let column = key.first ?? columns.first else { return "" }
        return "ON DUPLICATE KEY UPDATE \(quote(column)) = \(quote(column))"
    }

    package var exchangesTables: Bool { false }
    package var hasForeignKeys: Bool { true }
    package var readsCatalogueAtOnce: Bool { true }
    package func definition(ofTable name: String) -> SQLStatement? { nil }
    package func computedColumns(in definition: String) -> Set<String> { [] }
    package func isOrderOfRows(_ index: String, type: String) -> Bool { false }
    package var hiddenJSONColumns: SQLStatement? { nil }

    /// MySQL says a constant without its quotes.
    package func defaultExpression(_ catalogue: String?, extra: String) -> String? {
        guard let catalogue else { return nil }
        return extra.contains("DEFAULT_GENERATED") ? catalogue : literal(catalogue)
    }

    package func ways(of alteration: Alteration) -> [String] {
        let beside = ", ALGORITHM=INPLACE, LOCK=NONE"
        switch alteration {
        case .catalogue: return server.canAlterInstantly ? [", ALGORITHM=INSTANT", beside, ""] : [beside, ""]
        case .build: return [beside, ""]
        }
    }

    package func tableOptions(collation: String?) -> String {
        guard let collation, let character = collation.split(separator: "_").first else { return "" }
        return " CHARACTER SET \(character) COLLATE \(collation)"
    }

    /// A session's id is unique in every version, and indexed.
    package func scanKey(of snapshot: TableSnapshot) -> String { quote("session_id") }

    package func storedBytes(ofTable name: String) -> SQLStatement {
        let place = inSchema("TABLE_SCHEMA")
        return SQLStatement(
            "SELECT DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES WHERE \(place.sql) "
                + "AND TABLE_NAME = ?\(place.bindings.count + 1)", place.bindings + [.text(name)])
    }

    /// The server checks foreign keys at once, and views when they are used.
    package func foreignKeyCheck(ofTable name: String) -> SQLStatement? { nil }
    package func viewCheck(_ view: String) -> SQLStatement? { nil }

    /// A structure's change ends the transaction and takes its own lock. Against writers a locking read of the whole
    /// table holds rows and the gaps between them.
    package func lock(table name: String, against access: TableAccess) -> SQLStatement? {
        switch access {
        case .everything: nil
        case .writing: SQLStatement("SELECT COUNT(*) FROM \(table(name)) LOCK IN SHARE MODE")
        }
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

    /// The server's word for where the tables are, with the value that it needs.
    func inSchema(_ column: String) -> SQLStatement {
        guard let schema else { return SQLStatement("\(column) = DATABASE()") }
        return SQLStatement("\(column) = ?1", [.text(schema)])
    }

    /// A text as a constant, for statements that take no parameters.
    func literal(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
    }
}

/// Names of at most 64 characters.
package enum MySQLNames {
    /// How many characters of an identifier the server takes; with one more it refuses it.
    package static let limit = 64

    private static var names: FittedName {
        FittedName(limit: limit, size: { $0.unicodeScalars.count }, fold: { $0.lowercased() })
    }

    /// A made name: itself when it fits, otherwise with the table's part cut and a digest in its place.
    package static func fitted(_ name: String, table: String) -> String { names.fitted(name, table: table) }

    /// A name that fits and that no other index of the table has, in whatever case.
    static func free(_ wanted: String, onTable table: String, among taken: inout Set<String>) -> String {
        names.free(wanted, onTable: table, among: &taken)
    }

    /// The name of a table that was put aside so that nobody else finds it.
    package static func parked(_ table: String) -> String { renamed("\(table)_agno_migrate_aside", table: table) }

    /// The name of a table that is being made to take another's place.
    package static func successor(_ table: String) -> String { renamed("\(table)_agno_migrate_new", table: table) }

    /// With a table the server renames the keys that it named after it, as `…_ibfk_1`, and those names must fit as well.
    private static func renamed(_ name: String, table: String) -> String {
        FittedName(limit: limit - 8, size: { $0.unicodeScalars.count }).fitted(name, table: table)
    }
}
