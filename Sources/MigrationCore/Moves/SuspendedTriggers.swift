import DatabaseAccess
import SQLDialects

extension DatabaseConnection {
    /// Runs the body while the application's triggers that must not fire are off; they are as before when it ends.
    ///
    /// To be called within a transaction: an error rolls it back, and the triggers are there again.
    func suspendingTriggers<Result>(
        of snapshot: TableSnapshot, during write: RowWrite, _ body: () throws -> Result
    ) throws -> Result {
        let triggers = dialect.suspendedTriggers(of: snapshot, during: write)
        for statement in triggers.flatMap(\.removal) { try execute(statement) }
        let result = try body()
        for statement in triggers.flatMap(\.restoration) { try execute(statement) }
        return result
    }
}
