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
                .notVerified, "moving rows of \(snapshot.name) would break \(broken) foreign keys",
                remedy: "report this; the step was rolled back")
        }
        return result
    }
}
