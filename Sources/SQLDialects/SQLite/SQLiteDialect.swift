package import AgnoSchema

/// SQLite from 3.24 on.
package struct SQLiteDialect: Dialect {
    package let serverVersion: String
    /// Whether the library has `ALTER TABLE … DROP COLUMN` (since 3.35).
    package let supportsDropColumn: Bool

    /// - Parameter version: the library's version text, such as `3.40.1`.
    package init(version: String) {
        serverVersion = version
        let parts = version.split(separator: ".").compactMap { Int($0) }
        supportsDropColumn = !parts.lexicographicallyPrecedes([3, 35, 0])
    }

    package var kind: DatabaseKind { .sqlite }
    package var hasTransactionalDDL: Bool { true }
    package var schemaName: String? { nil }
    package var usesSavepoints: Bool { false }
    package var beginSnapshot: [String] { [] }
    /// A reader keeps writers out unless they write ahead.
    package func beginSnapshot(using runner: any StatementRunner) throws -> [String] {
        try runner.rows(SQLStatement("PRAGMA journal_mode")).first?[0].string == "wal" ? ["BEGIN"] : []
    }
    package var lockingReadSuffix: String { "" }
    /// No round trip to a server that more rows would save.
    package var rowsPerInsert: Int { 1 }
    package var movingConnections: Int { 1 }
    /// What a batch changes fits into the writer's cache: a cache that overflows keeps readers out until the commit.
    package var batchBytes: Int64 { 8 << 20 }
    /// Takes the write lock at once: a reader that becomes a writer later could only fail.
    package var beginStatement: String { "BEGIN IMMEDIATE" }

    package static let traits = DatabaseTraits(
        features: [
            .sessionPrimaryKeyFromStart, .extendedTables, .aggregationPeriodIndex, .compositeOwnerIndexes,
            .doublyEncodedSessions, .looseJSON,
        ],
        spelling: { type in
            switch type {
            case .identifier, .text, .freeText, .prose: "VARCHAR"
            case .document, .unlimited: "TEXT"
            case .json, .parsedJSON: "JSON"
            case .bigInteger, .integer: "BIGINT"
            case .boolean: "BOOLEAN"
            case .date: "DATE"
            }
        },
        equality: { actual, declared in affinity(of: actual) == affinity(of: declared) })

    package func quote(_ identifier: String) -> String {
        "\"" + identifier.escaping("\"", as: "\"\"") + "\""
    }

    package func table(_ name: String) -> String { quote(name) }

    package func placeholder(_ position: Int) -> String { "?\(position)" }

    /// SQLite ignores a length in a declared type (datatype3.html, 3.1).
    package func characterLimit(ofType type: String) -> Int? { nil }

    /// The rowid is the insertion order, which decides which of two equal run ids is the first; a table without one is
    /// scanned by its primary key.
    package func scanKey(of snapshot: TableSnapshot) -> String {
        let isWithoutRowid = snapshot.source.map { SQLiteTableSource.isWithoutRowid($0) } ?? false
        guard !isWithoutRowid, let name = snapshot.freeRowidName else {
            let key = snapshot.shape.primaryKey
            // Of an application's own key with more columns: the id, which has to be unique before runs are moved.
            return key.count == 1 ? quote(key[0]) : quote("session_id")
        }
        return name
    }

    package func storedBytes(ofTable name: String) -> SQLStatement {
        SQLStatement(
            "SELECT SUM(pgsize) FROM dbstat WHERE aggregate = TRUE "
                + "AND name IN (SELECT name FROM main.sqlite_master WHERE tbl_name = ?1)", [.text(name)])
    }

    /// Counts the table's own keys without a parent, and those of every table that refers to it.
    package func foreignKeyCheck(ofTable name: String) -> SQLStatement? {
        SQLStatement(
            "SELECT (SELECT COUNT(*) FROM pragma_foreign_key_check(?1)) + (SELECT COUNT(*) FROM main.sqlite_master m, "
                + "pragma_foreign_key_list(m.name) k, pragma_foreign_key_check(m.name) c WHERE m.type = 'table' "
                + "AND m.name <> ?1 AND lower(k.\"table\") = lower(?1))", [.text(name)])
    }

    package func viewCheck(_ view: String) -> SQLStatement? {
        SQLStatement("SELECT * FROM \(quote(view)) LIMIT 0")
    }

    /// A column holds whatever it is given.
    package func storageRules(for type: ColumnType) -> StorageRules { StorageRules(takesAnyBytes: true) }

    package func fingerprint(of column: String) -> String? { nil }
    package func storedForm(ofJSON placeholder: String) -> String? { nil }
    package func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove? { nil }

    package func onlineWork(for changes: [SchemaChange], of snapshot: TableSnapshot) -> OnlineWork? { nil }

    /// Starting a transaction locks the whole file against other writers, and SQLite has no roles.
    package func lock(table name: String, against access: TableAccess) -> [SQLStatement] { [] }
    package func park(_ snapshot: TableSnapshot) -> SQLStatement? { nil }
    package func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement] { [] }
    package func blockers(ofTable name: String) -> SQLStatement? { nil }
    package var foreignCommits: String? { "PRAGMA data_version" }
    package func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement? { nil }

    /// The affinity that SQLite gives a declared type (datatype3.html, 3.1).
    static func affinity(of type: String) -> String {
        let upper = type.uppercased()
        if upper.contains("INT") { return "INTEGER" }
        if upper.contains("CHAR") || upper.contains("CLOB") || upper.contains("TEXT") { return "TEXT" }
        if upper.contains("BLOB") || upper.isEmpty { return "BLOB" }
        if upper.contains("REAL") || upper.contains("FLOA") || upper.contains("DOUB") { return "REAL" }
        return "NUMERIC"
    }
}
