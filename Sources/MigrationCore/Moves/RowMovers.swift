package import AgnoSchema

/// The movers by the moves that versions name.
package struct RowMovers: Sendable {
    private let movers: [RowMove: any RowMover]

    package init(_ movers: [RowMove: any RowMover]) { self.movers = movers }

    /// The moves of Agno's versions.
    package static let agno = RowMovers([
        .sessionRuns: RunsMover(),
        .unfinishedMetricsDay: UnfinishedMetricsDayMover(),
        .ownedMetrics: OwnedMetricsMover(),
        .learningKeys: LearningKeysMover(),
    ])

    /// The mover of a move; one that fails every step where none is registered, so that no move is skipped in silence.
    package subscript(move: RowMove) -> any RowMover { movers[move] ?? MissingMover(move: move) }
}

/// Stands in for a move that nobody registered.
private struct MissingMover: RowMover {
    let move: RowMove

    func title(in context: SchemaContext) -> String { "move rows (\(move.rawValue))" }
    func canRun(on shape: TableShape?) -> Bool { true }
    func isDue(_ situation: MoveSituation) -> Bool { true }
    func isDueBack(_ situation: MoveSituation, in shapes: [TableType: TableShape]) -> Bool { true }
    func estimate(_ scope: MoveScope) throws -> MoveEstimate? { throw missing }
    func finish(_ move: MoveContext) throws -> MoveResult { throw missing }

    private var missing: MigrationError {
        MigrationError(
            .notSupported, "no mover is registered for the row move \(move.rawValue)",
            remedy: "use the agno-migrate that wrote the journal entry; nothing was changed")
    }
}
