import AgnoSchema
import DatabaseAccess
import SQLDialects

@testable import MigrationCore

/// Makes approvals due when they expire.
struct ApprovalDueDatesMover: RowMover {
    func title(in context: SchemaContext) -> String { "make approvals due when they expire" }

    func canRun(on shape: TableShape?) -> Bool { shape?.column("expires_at") != nil }

    func isDue(_ situation: MoveSituation) -> Bool {
        situation.hasPendingChange || situation.needsStamp || situation.isForced
    }

    func isDueBack(_ situation: MoveSituation, in shapes: [TableType: TableShape]) -> Bool { false }

    func estimate(_ scope: MoveScope) throws -> MoveEstimate? {
        guard scope.direction == .up, let approvals = scope.snapshots[.approvals] else { return nil }
        let dialect = scope.connection.dialect
        let sql =
            "SELECT COUNT(*) FROM \(dialect.table(approvals.name)) "
            + "WHERE \(dialect.quote("expires_at")) IS NOT NULL"
        let rows = try scope.connection.value(sql)?.int ?? 0
        return rows == 0 ? nil : MoveEstimate(title: "make \(rows) approvals due when they expire", rows: rows)
    }

    func finish(_ move: MoveContext) throws -> MoveResult {
        guard move.scope.direction == .up, let approvals = move.scope.snapshots[.approvals] else { return MoveResult() }
        let dialect = move.connection.dialect
        let (due, expires) = (dialect.quote("due_at"), dialect.quote("expires_at"))
        let rows = try move.connection.execute(
            "UPDATE \(dialect.table(approvals.name)) SET \(due) = \(expires) "
                + "WHERE \(due) IS NULL AND \(expires) IS NOT NULL")
        guard rows > 0 else { return MoveResult() }
        return MoveResult(rows: Int64(rows), changes: ["made \(rows) approvals due when they expire"])
    }
}
