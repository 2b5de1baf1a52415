package import AgnoSchema
import DatabaseAccess
import SQLDialects

// What waits to be put back: for reports, for an export, and to be dropped.
extension ParkedValues {
    /// How many values and rows are parked, by table, column and version.
    package func summary() throws -> [ParkedSummary] {
        guard try exists() else { return [] }
        let table = connection.dialect.table(Self.table)
        let values = try connection.rows(
            SQLStatement(
                "SELECT table_name, column_name, version, COUNT(*) FROM \(table) WHERE kind IN ('value', 'kept') "
                    + "GROUP BY table_name, column_name, version ORDER BY table_name, column_name, version"))
        let rows = try connection.rows(
            SQLStatement(
                "SELECT table_name, version, COUNT(DISTINCT row_key) FROM \(table) WHERE kind IN ('row', 'kept_row') "
                    + "GROUP BY table_name, version ORDER BY table_name, version"))
        return values.map {
            ParkedSummary(
                table: $0[0].string ?? "", column: $0[1].string, version: $0[2].string ?? "", count: $0[3].int ?? 0)
        }
            + rows.map {
                ParkedSummary(
                    table: $0[0].string ?? "", column: nil, version: $0[1].string ?? "", count: $0[2].int ?? 0)
            }
    }

    /// Hands over every entry, in the order in which they were parked.
    package func forEachEntry(_ body: (ParkedEntry) throws -> Void) throws {
        guard try exists() else { return }
        let dialect = connection.dialect
        let columns = ["id", "table_name", "row_key", "column_name", "kind", "value", "version", "parked_at", "row_id"]
        var last: Int64 = 0
        while true {
            let page = try connection.rows(
                SQLStatement(
                    "SELECT \(dialect.list(columns)) FROM \(dialect.table(Self.table)) WHERE id > "
                        + "\(dialect.placeholder(1)) ORDER BY id LIMIT 256", [.integer(last)]))
            guard let end = page.last?[0].int else { return }
            for row in page {
                try body(
                    ParkedEntry(
                        table: row[1].string ?? "", key: row[2], column: row[3].string ?? "",
                        isPartOfRow: [Kind.row, .keptRow].map(\.rawValue).contains(row[4].string), value: row[5],
                        version: row[6].string ?? "", parkedAt: row[7].int ?? 0, isKeyOfRow: row[0].int == row[8].int))
            }
            last = end
        }
    }

    /// Removes every entry; returns how many values and rows they were.
    func removeAll() throws -> [ParkedSummary] {
        let summary = try summary()
        if !summary.isEmpty { try connection.execute("DELETE FROM \(connection.dialect.table(Self.table))") }
        return summary
    }
}

/// One parked value.
package struct ParkedEntry {
    /// The table that it comes from.
    package var table: String
    /// The row's key.
    package var key: SQLValue
    package var column: String
    /// Whether the whole row is parked, and this is one of its values.
    package var isPartOfRow: Bool
    /// As the server prints it, or as it was where the server keeps values of any type in one column.
    package var value: SQLValue
    /// The version that has a place for it.
    package var version: String
    /// Epoch seconds.
    package var parkedAt: Int64
    /// Whether the whole row is parked, and this is its key.
    package var isKeyOfRow: Bool
}

extension MigrationEngine {
    /// What is parked, by table and column; writes nothing.
    package func parked() throws(MigrationError) -> ParkedReport {
        try reporting {
            try driver.withConnection(for: .read) {
                ParkedReport(
                    dialect: $0.dialect.kind, serverVersion: $0.dialect.serverVersion, schema: $0.dialect.schemaName,
                    entries: try ParkedValues($0).summary(), dropped: [])
            }
        }
    }

    /// Hands over every parked value; writes nothing.
    package func forEachParked(_ body: (ParkedEntry) throws -> Void) throws(MigrationError) {
        try reporting { try driver.withConnection(for: .read) { try ParkedValues($0).forEachEntry(body) } }
    }

    /// Removes everything that is parked, under the migration lock.
    package func dropParked() throws(MigrationError) -> ParkedReport {
        try reporting {
            try withLock("parked --drop") {
                try driver.withConnection(for: .write) { connection in
                    let dialect = connection.dialect
                    var report = ParkedReport(
                        dialect: dialect.kind, serverVersion: dialect.serverVersion, schema: dialect.schemaName,
                        entries: [], dropped: [])
                    guard try ParkedValues(connection).exists() else { return report }
                    report.dropped = try connection.transaction { try ParkedValues(connection).removeAll() }
                    report.entries = try ParkedValues(connection).summary()
                    return report
                }
            }
        }
    }
}
