import AgnoSchema
import DatabaseAccess
import SQLDialects

// Whole rows go back where their keys are free.
extension ParkedValues {
    /// Puts rows back whose keys are free and whose parents are there; returns how many.
    func restoreRows(of snapshot: TableSnapshot, as name: String, key: String) throws -> Int64 {
        guard try markRows(of: snapshot, as: name, key: key) > 0 else { return 0 }
        let columns = snapshot.writableColumns.filter { snapshot.shape.column($0) != nil }
        let rows = "SELECT DISTINCT row_key FROM \(parked) WHERE kind = '\(Kind.returning.rawValue)'"
        let count = try connection.value("SELECT COUNT(*) FROM (\(rows)) k")?.int ?? 0
        let values = columns.map { column in
            let type = snapshot.shape.column(column)?.type ?? ""
            return "(SELECT \(dialect.value(ofParked: "p.value", type: type)) FROM \(part(column, of: "k.row_key")))"
        }
        let table = dialect.table(snapshot.name)
        try connection.suspendingTriggers(of: snapshot, during: .moving) {
            _ = try connection.execute(
                "INSERT INTO \(table) (\(dialect.list(columns))) \(dialect.numberedColumnsClause)"
                    + "SELECT \(values.joined(separator: ", ")) FROM (\(rows)) k")
        }
        let held = try connection.value(
            "SELECT COUNT(*) FROM \(table) t WHERE EXISTS (SELECT 1 FROM \(parked) p WHERE "
                + "\(dialect.isParked("p.row_key", of: "t.\(dialect.quote(key))")) "
                + "AND p.kind = '\(Kind.returning.rawValue)')")
        try forgetReturned(count, held?.int, "rows", of: name)
        return count
    }

    /// Marks the rows whose way back is free; returns the number of entries.
    private func markRows(of snapshot: TableSnapshot, as name: String, key: String) throws -> Int64 {
        let isOfTable = "table_name = \(dialect.literal(name)) AND kind = '\(Kind.row.rawValue)'"
        guard try connection.value("SELECT 1 FROM \(parked) WHERE \(isOfTable) LIMIT 1") != nil else { return 0 }
        let keys = freeRows(of: snapshot, as: name, key: key)
        return Int64(
            try connection.execute(
                "UPDATE \(parked) SET kind = '\(Kind.returning.rawValue)' WHERE \(isOfTable) AND EXISTS "
                    + "(SELECT 1 FROM (\(keys)) k WHERE \(dialect.isParked("k.row_key", of: "\(parked).row_key")))"))
    }

    /// Whether rows wait that could go back.
    func areRowsWaiting(for snapshot: TableSnapshot, as name: String, key: String) throws -> Bool {
        try connection.value("SELECT 1 FROM (\(freeRows(of: snapshot, as: name, key: key))) k LIMIT 1") != nil
    }

    /// The query for the keys of parked rows that nothing stands in the way of: no row has one of their keys and, where the
    /// server insists on it, every row that they refer to is there.
    private func freeRows(of snapshot: TableSnapshot, as name: String, key: String) -> String {
        let shape = snapshot.shape
        let table = dialect.table(snapshot.name)
        func given(_ column: String) -> String {
            "(SELECT p.value FROM \(part(column, of: "k.row_key", kind: .row, table: name)))"
        }
        var conditions = [
            "NOT EXISTS (SELECT 1 FROM \(table) t WHERE \(dialect.isParked("k.row_key", of: "t.\(dialect.quote(key))")))"
        ]
        for unique in shape.uniqueKeys.map(\.columns) + [shape.primaryKey].filter({ $0.count > 1 }) {
            let match = unique.map { column in
                let quoted = "t.\(dialect.quote(column))"
                let type = shape.column(column)?.type ?? ""
                return "\(quoted) = \(dialect.value(ofParked: given(column), type: type))"
            }
            conditions.append(
                "NOT EXISTS (SELECT 1 FROM \(table) t WHERE \(match.joined(separator: " AND ")))")
        }
        let isChecked = dialect.foreignKeyCheck(ofTable: snapshot.name) == nil
        for reference in isChecked ? shape.references : [] {
            let parent = dialect.table(reference.parent)
            for (own, other) in zip(reference.columns, reference.parentColumns) {
                conditions.append(
                    "EXISTS (SELECT 1 FROM \(parent) o WHERE "
                        + dialect.isParked(given(own), of: "o.\(dialect.quote(other))") + ")")
            }
        }
        return
            "SELECT DISTINCT k.row_key FROM (SELECT DISTINCT row_key FROM \(parked) WHERE table_name = \(dialect.literal(name)) "
            + "AND kind = '\(Kind.row.rawValue)') k WHERE \(conditions.joined(separator: " AND "))"
    }

    /// One column of a parked row, for a FROM clause.
    private func part(_ column: String, of key: String, kind: Kind = .returning, table: String? = nil) -> String {
        let isOfTable = table.map { "p.table_name = \(dialect.literal($0)) AND " } ?? ""
        return "\(parked) p WHERE \(isOfTable)\(dialect.isParked("p.row_key", of: key)) "
            + "AND p.column_name = \(dialect.literal(column)) AND p.kind = '\(kind.rawValue)'"
    }
}
