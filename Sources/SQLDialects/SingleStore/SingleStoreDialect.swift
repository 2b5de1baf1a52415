package import AgnoSchema

/// SingleStore from 7.5 on: as MySQL, except that keys are fixed at a table's creation, that a shard key places the rows,
/// and that it has neither foreign keys nor savepoints nor named locks.
///
/// No server was available while this was written; every rule comes from SingleStore's documentation or from the drivers
/// that its vendor maintains.
package struct SingleStoreDialect: MySQLFamilyDialect {
    package let server: MySQLServer
    /// nil for the connection's own database, the default of Agno's adapter.
    package let schema: String?

    package init(server: MySQLServer, schema: String?) {
        self.server = server
        self.schema = schema
    }

    package static let traits = DatabaseTraits(
        features: [.declaredIndexNames, .aggregationPeriodIndex, .shortProviderNames, .shardedTables],
        spelling: MySQLTypes.spelling, equality: MySQLTypes.isEquivalent)

    package var kind: DatabaseKind { .singlestore }
    /// `SAVEPOINT` yields a warning and `ROLLBACK TO` does nothing.
    package var usesSavepoints: Bool { false }
    /// Without savepoints a refused row would take the others of its INSERT along.
    package var rowsPerInsert: Int { 1 }
    package var movingConnections: Int { 1 }
    /// The only isolation level is READ COMMITTED: every query sees what others committed.
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

    /// Table size is not used here, and its place in the catalogue is not documented.
    package func storedBytes(ofTable name: String) -> SQLStatement { SQLStatement("SELECT NULL") }

    /// Whether JSON values can be compared is not documented; their bytes can, since the server has normalised both.
    package func differs(_ column: String, fromJSON placeholder: String) -> String {
        "(\(column) :> LONGBLOB) <> ((\(placeholder) :> JSON) :> LONGBLOB)"
    }

    /// A column of a primary, unique or shard key cannot be assigned there, not even its own value.
    package func insertIfAbsentSuffix(key: [String], columns: [String]) -> String {
        guard let column = columns.first(where: { !key.contains($0) && $0 != "session_id" }) else { return "" }
        return "ON DUPLICATE KEY UPDATE \(quote(column)) = \(quote(column))"
    }

    package func storedForm(ofJSON placeholder: String) -> String? { "(\(placeholder) :> JSON)" }
    package func fingerprint(of column: String) -> String? { nil }

    /// Numbers beyond 64 bits are floats.
    package func storageRules(for type: ColumnType) -> StorageRules {
        StorageRules(json: type.isJSON ? JSONRules(takesHalfPairs: false, takesLargeIntegers: false) : nil)
    }
    package func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove? { nil }

    /// Whether a locking read of a columnstore table locks anything is not documented.
    package func lock(table name: String, against access: TableAccess) -> [SQLStatement] { [] }
    /// The server has no lock of a table.
    package func lastingLock(on uses: [TableUse]) -> LastingLock? { nil }

    package func blockers(ofTable name: String) -> SQLStatement? {
        SQLStatement(
            "SELECT CONCAT('connection ', ID, ' of user ', USER, ' from ', HOST) FROM information_schema.MV_PROCESSLIST "
                + "WHERE ID <> CONNECTION_ID() AND COMMAND <> 'Sleep' ORDER BY TIME DESC LIMIT 3")
    }

    /// The catalogue does not list privileges granted through roles.
    package func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement? { nil }

    /// The server has one algorithm, which blocks others only while it waits for running statements.
    package func algorithmClauses(for alteration: Alteration) -> [String] { [""] }
}
