package import AgnoSchema

/// SingleStore from 7.5 on: MySQL, but that keys are fixed when a table is made, that rows are placed by a shard key, and
/// that there are neither foreign keys nor savepoints nor named locks.
///
/// No server of it could be asked while this was written; every rule has its source in SingleStore's documentation, or in
/// the drivers that its vendor maintains.
package struct SingleStoreDialect: MySQLFamilyDialect {
    package let server: MySQLServer
    /// Agno's adapter uses the connection's own database unless it is told otherwise.
    package let schema: String?

    package init(server: MySQLServer, schema: String?) {
        self.server = server
        self.schema = schema
    }

    package let traits = DatabaseTraits(
        features: [.declaredIndexNames, .aggregationPeriodIndex, .shortProviderNames, .shardedTables],
        spelling: MySQLTypes.spelling, equality: MySQLTypes.isEquivalent)

    package var kind: DatabaseKind { .singlestore }
    /// `SAVEPOINT` is a warning and `ROLLBACK TO` does nothing.
    package var usesSavepoints: Bool { false }
    /// Without savepoints a refused row must not take others with it.
    package var rowsPerInsert: Int { 1 }
    package var movingConnections: Int { 1 }
    /// Only READ COMMITTED: every query sees what others committed.
    package var lockingReadSuffix: String { "" }
    package var beginSnapshot: [String] { [] }
    package var exchangesTables: Bool { true }
    package var hasForeignKeys: Bool { false }
    /// Whether a union of its catalogue's views is possible is not documented.
    package var readsCatalogueAtOnce: Bool { false }
    package var takesQueriesInInserts: Bool { false }
    package var forgetsInvalidJSON: Bool { true }
    package var beginStatement: String { "BEGIN" }

    package func definition(ofTable name: String) -> SQLStatement? { SQLStatement("SHOW CREATE TABLE \(table(name))") }

    package func computedColumns(in definition: String) -> Set<String> {
        SingleStoreTableSource(definition)?.computedColumns ?? []
    }

    /// The sort key, which may have any name, and shard keys without a name of their own.
    package func isOrderOfRows(_ index: String, type: String) -> Bool {
        index.hasPrefix("__") || type.uppercased().contains("COLUMNSTORE")
    }

    /// How large a table is decides nothing here, and whether the catalogue says it is not documented.
    package func storedBytes(ofTable name: String) -> SQLStatement { SQLStatement("SELECT NULL") }

    /// Whether two JSON values can be compared is not documented; their bytes can. Both have been through the server, which
    /// puts JSON into one form.
    package func differs(_ column: String, fromJSON placeholder: String) -> String {
        "(\(column) :> LONGBLOB) <> ((\(placeholder) :> JSON) :> LONGBLOB)"
    }

    /// A column of a primary, unique or shard key cannot be assigned there, not even its own value.
    package func insertIfAbsentSuffix(key: [String], columns: [String]) -> String {
        guard let column = columns.first(where: { !key.contains($0) && $0 != "session_id" }) else { return "" }
        return "ON DUPLICATE KEY UPDATE \(quote(column)) = \(quote(column))"
    }

    package func storedForm(ofJSON placeholder: String) -> String? { "(\(placeholder) :> JSON)" }

    /// Whether a locking read of a columnstore table locks anything is not documented.
    package func lock(table name: String, against access: TableAccess) -> SQLStatement? { nil }

    package func blockers(ofTable name: String) -> SQLStatement? {
        SQLStatement(
            "SELECT CONCAT('connection ', ID, ' of user ', USER, ' from ', HOST) FROM information_schema.MV_PROCESSLIST "
                + "WHERE ID <> CONNECTION_ID() AND COMMAND <> 'Sleep' ORDER BY TIME DESC LIMIT 3")
    }

    /// What comes with a role is not in the catalogue.
    package func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement? { nil }

    /// There is one way to alter a table, and it keeps nobody out for longer than it waits for running statements.
    package func ways(of alteration: Alteration) -> [String] { [""] }
}
