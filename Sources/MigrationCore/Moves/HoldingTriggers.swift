import AgnoSchema
import DatabaseAccess
import SQLDialects

extension RowMover {
    /// The part of the move that belongs to the transaction that stamps; no trigger of the table fires.
    func finish(_ move: MoveContext, holdingTriggersOf snapshot: TableSnapshot?) throws -> MoveResult {
        // On the way up the sessions' lists are only read.
        guard let snapshot, move.scope.direction == .down || !commitsInBatches else { return try finish(move) }
        return try move.connection.holdingTriggers(of: snapshot) { try finish(move) }
    }
}

extension DatabaseConnection {
    /// Runs the body, in the transaction that is open, while no trigger of the application fires at writes to a table.
    func holdingTriggers<Result>(of snapshot: TableSnapshot, _ body: () throws -> Result) throws -> Result {
        let hold = dialect.holdTriggers(of: snapshot)
        for statement in hold.before { try execute(statement) }
        let result = try body()
        for statement in hold.after { try execute(statement) }
        return result
    }
}
