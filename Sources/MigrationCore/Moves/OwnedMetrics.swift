import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Parks the metrics of single users, for whom the older table has no place; up: puts them back.
///
/// The rows are moved by ``ParkedValues``; this says which ones.
struct OwnedMetricsMover: RowMover {
    var tablesOfParkedRows: [TableType] { [.metrics] }

    func title(in context: SchemaContext) -> String { "down: park the metrics of single users" }

    func canRun(on shape: TableShape?) -> Bool { shape?.column("id") != nil }

    func isDue(_ situation: MoveSituation) -> Bool { situation.hasPendingChange }

    func isDueBack(_ situation: MoveSituation, in shapes: [TableType: TableShape]) -> Bool {
        situation.hasPendingChange && shapes[.metrics]?.column("user_id") != nil
    }

    func estimate(_ scope: MoveScope) throws -> MoveEstimate? { nil }

    func uprootedRows(_ scope: MoveScope) -> String? {
        scope.direction == .down ? Self.isOwned("user_id", scope.dialect) : nil
    }

    func displaced(_ scope: MoveScope, since baseline: MoveBaseline?) throws -> [Displacement] {
        guard let metrics = scope.snapshots[.metrics], metrics.shape.column("user_id") != nil,
            let key = metrics.rowKey(of: .metrics, scope.dialect.traits)
        else { return [] }
        return [
            Displacement(
                column: nil, snapshot: metrics, table: scope.names[.metrics], what: "rows of single users", key: key,
                condition: Self.isOwned("t.user_id", scope.dialect))
        ]
    }

    func finish(_ move: MoveContext) throws -> MoveResult { MoveResult() }

    private static func isOwned(_ column: String, _ dialect: any Dialect) -> String {
        "\(column) IS NOT NULL AND \(dialect.differ(column, "''"))"
    }
}
