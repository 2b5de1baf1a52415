import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Foreign keys of others, where the server does not check them at once.
extension StepRun {
    /// Runs a move that deletes or re-keys rows; afterwards no row of another table may refer to one that is gone.
    func keepingReferences(of move: RowMove, _ body: () throws -> MoveResult) throws -> MoveResult {
        guard let snapshot, !snapshot.incomingKeys.isEmpty, !executor.movers[move].commitsInBatches,
            let check = dialect.foreignKeyCheck(ofTable: snapshot.name)
        else { return try body() }
        let before = try connection.value(check)?.int ?? 0
        let result = try body()
        let broken = try (connection.value(check)?.int ?? 0) - before
        guard broken <= 0 else {
            throw MigrationError(
                .notVerified,
                "moving rows of \(snapshot.name) would break \(broken) foreign keys\(try orphans(of: snapshot))",
                remedy: "change or delete those rows, then run the same command again; the step was rolled back")
        }
        return result
    }

    /// The keys of other tables with rows that refer to no row of this one, as the end of a sentence.
    func orphans(of snapshot: TableSnapshot) throws -> String {
        let keys = try snapshot.incomingKeys.compactMap { key -> String? in
            let given = key.columns.map { "c.\(dialect.quote($0)) IS NOT NULL" }.joined(separator: " AND ")
            let rows =
                try connection.value(
                    "SELECT COUNT(*) FROM \(key.table) c WHERE \(given) AND NOT EXISTS (SELECT 1 FROM "
                        + "\(dialect.table(snapshot.name)) p WHERE \(key.match(in: dialect)))")?.int ?? 0
            return rows == 0 ? nil : "\(rows) rows of \(key.child) (\(key.columns.joined(separator: ", ")))"
        }
        return keys.isEmpty ? "" : ": \(keys.joined(separator: "; "))"
    }
}
