import AgnoSchema
import DatabaseAccess
import SQLDialects

// Whole rows go back where their keys are free.
extension ParkedValues {
    /// Puts rows back whose keys are free and whose parents are there; returns how many.
    ///
    /// The others stay listed, and so do values whose column is gone. A column that is new gets its default.
    ///
    /// - Throws: `not_verified` if a row does not hold its values then.
    func restoreRows(of snapshot: TableSnapshot, as name: String, key: String) throws -> Int64 {
        let isOfTable = "table_name = \(dialect.literal(name))"
        let waits = "\(isOfTable) AND kind = '\(Kind.row.rawValue)'"
        guard try connection.value("SELECT 1 FROM \(parked) WHERE \(waits) LIMIT 1") != nil else { return 0 }
        try connection.execute(
            "UPDATE \(parked) SET kind = '\(Kind.returning.rawValue)' WHERE \(waits) AND row_id IN "
                + "(SELECT k.row_id FROM (\(freeRows(of: snapshot, as: name, key: key))) k)")
        let columns = try insertRows(of: snapshot, as: name, key: key)
        // A row that the server did not take, for a key of another row or for its own, is not there.
        let present = present(in: snapshot, of: name, key, .returning, key: key, as: "row_id")
        try connection.execute(
            "UPDATE \(parked) SET kind = '\(Kind.row.rawValue)' WHERE \(isOfTable) "
                + "AND kind = '\(Kind.returning.rawValue)' AND row_id NOT IN (\(present))")
        for column in columns { try requireReturned(column, to: snapshot, as: name, key: key) }
        let returned = "\(isOfTable) AND kind = '\(Kind.returning.rawValue)'"
        let count =
            try connection.value(
                "SELECT COUNT(*) FROM \(parked) WHERE \(returned) AND column_name = \(dialect.literal(key))")?.int ?? 0
        try connection.execute(
            "DELETE FROM \(parked) WHERE \(returned) AND column_name IN "
                + "(\(columns.map(dialect.literal).joined(separator: ", ")))")
        try rename(.returning, to: .value)
        try connection.execute("UPDATE \(parked) SET kind = '\(Kind.keptRow.rawValue)' WHERE \(waits)")
        return count
    }

    /// Inserts the rows that are marked, but for those that a key is in the way of; returns the columns that were given.
    private func insertRows(of snapshot: TableSnapshot, as name: String, key: String) throws -> [String] {
        let given = try connection.rows(
            SQLStatement(
                "SELECT DISTINCT column_name FROM \(parked) WHERE table_name = \(dialect.placeholder(1)) "
                    + "AND kind = '\(Kind.returning.rawValue)'", [.text(name)])
        ).compactMap { $0[0].string }
        let columns = snapshot.writableColumns.filter(given.contains)
        guard !columns.isEmpty else { return [] }
        let values = columns.map { column in
            let type = snapshot.shape.column(column)?.type ?? ""
            let entry = entry(of: name, column, .returning, "k.row_key")
            return "(SELECT \(dialect.value(ofParked: "p.value", type: type)) FROM \(entry))"
        }
        // Some servers do not let a statement name a key's column as one that it changes.
        let keys = Set(snapshot.shape.primaryKey + snapshot.shape.uniqueKeys.flatMap(\.columns))
        let other = columns.first { !keys.contains($0) } ?? columns[0]
        let rows =
            "SELECT row_key FROM \(parked) WHERE table_name = \(dialect.literal(name)) "
            + "AND kind = '\(Kind.returning.rawValue)' AND column_name = \(dialect.literal(key))"
        _ = try isAccepted {
            try connection.suspendingTriggers(of: snapshot, during: .moving) {
                _ = try connection.execute(
                    "INSERT INTO \(dialect.table(snapshot.name)) (\(dialect.list(columns))) "
                        + "\(dialect.numberedColumnsClause)SELECT \(values.joined(separator: ", ")) FROM (\(rows)) k "
                        + "WHERE 1 = 1 \(dialect.keepingExistingRows(by: other))")
            }
        }
        return columns
    }

    /// - Throws: `not_verified` unless every row that is back holds its value.
    private func requireReturned(
        _ column: String, to snapshot: TableSnapshot, as name: String, key: String
    ) throws {
        let entries = try connection.value(
            "SELECT COUNT(*) FROM \(parked) WHERE table_name = \(dialect.literal(name)) "
                + "AND column_name = \(dialect.literal(column)) AND kind = '\(Kind.returning.rawValue)'")?.int
        let held = try rowsHolding(column, of: snapshot, as: name, key: key, .returning)
        guard entries == held else {
            throw MigrationError(
                .notVerified, "\(entries ?? 0) rows of \(name) were put back, but \(held) hold their \(column)",
                remedy: "look for a trigger or a rule on the table, then run the same command again")
        }
    }

    /// Whether rows wait that could go back.
    func areRowsWaiting(for snapshot: TableSnapshot, as name: String, key: String) throws -> Bool {
        try connection.value("SELECT 1 FROM (\(freeRows(of: snapshot, as: name, key: key))) k LIMIT 1") != nil
    }

    /// The query for the numbers of parked rows whose key no row has and, where the server insists on it, whose parents are there.
    private func freeRows(of snapshot: TableSnapshot, as name: String, key: String) -> String {
        let present = present(in: snapshot, of: name, key, .row, key: key, as: "row_id")
        var conditions = ["k.row_id NOT IN (\(present))"]
        let isChecked = dialect.foreignKeyCheck(ofTable: snapshot.name) == nil
        for reference in isChecked ? snapshot.shape.references : [] {
            let given = reference.columns.map { column in
                "(SELECT p.value FROM \(entry(of: name, column, .row, "k.row_key")))"
            }
            let isNull = given.map { "\($0) IS NULL" }.joined(separator: " OR ")
            let match = zip(given, reference.parentColumns).map { dialect.isParked($0, of: "o.\(dialect.quote($1))") }
            conditions.append(
                "(\(isNull) OR EXISTS (SELECT 1 FROM \(dialect.table(reference.parent)) o "
                    + "WHERE \(match.joined(separator: " AND "))))")
        }
        return
            "SELECT DISTINCT k.row_id FROM \(parked) k WHERE k.table_name = \(dialect.literal(name)) AND k.kind = "
            + "'\(Kind.row.rawValue)' AND k.column_name = \(dialect.literal(key)) AND "
            + conditions.joined(separator: " AND ")
    }
}
