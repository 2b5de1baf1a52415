package import AgnoSchema
package import DatabaseAccess
package import SQLDialects

/// One kind of row move: when it is due, what it would do, and how it is carried out, up and down.
///
/// The planner, the plan, the strategies of a step and the list of versions ask a mover; none of them knows which moves
/// exist. A new move is one file with its mover and one line in ``RowMovers/agno``.
package protocol RowMover: Sendable {
    /// What a version does to rows, for the list of versions.
    func title(in context: SchemaContext) -> String

    /// Whether the table has the columns that the move reads.
    func canRun(on shape: TableShape?) -> Bool
    /// Whether the way up has to move rows of a table that ``canRun(on:)`` accepts.
    func isDue(_ situation: MoveSituation) -> Bool
    /// Whether the way down has to move rows back.
    func isDueBack(_ situation: MoveSituation, in shapes: [TableType: TableShape]) -> Bool
    /// Whether a move that an unfinished step announced can still find its rows.
    func canResume(in shapes: [TableType: TableShape]) -> Bool

    /// The condition that selects the rows which the move would delete or give another key, so that rows which refer to
    /// them would be lost or orphaned. Defaults to nil: there are none.
    func uprootedRows(_ scope: MoveScope) -> String?

    /// Why the rows do not allow the move, found before its first statement, also if the table lacks the columns that the
    /// move reads. Defaults to nil: they do.
    func refusal(_ scope: MoveScope) throws -> MigrationError?

    /// Whether most of the move commits in batches, before the transaction that stamps.
    var commitsInBatches: Bool { get }
    /// The table that the way back reads for the last time before it is dropped; nil if it drops none.
    var drainedTable: TableType? { get }

    /// Whether a stamped table has rows again that are to be moved. Defaults to false.
    func hasLeftovers(_ scope: MoveScope) throws -> Bool

    /// Down, what of the move's tables the older schema has no place for, once the move is done. Defaults to nothing.
    ///
    /// - Parameter baseline: what ``runAhead(_:)`` found; nil before it.
    func displaced(_ scope: MoveScope, since baseline: MoveBaseline?) throws -> [Displacement]
    /// Up, the places that parked values go back to once the move is done. Defaults to none.
    func vacancies(_ scope: MoveScope) throws -> [Vacancy]
    /// Up, the tables that parked rows go back to, by type. Defaults to none.
    var tablesOfParkedRows: [TableType] { get }

    /// What the move would do and to about how many rows; nil if there is nothing to move.
    func estimate(_ scope: MoveScope) throws -> MoveEstimate?
    /// Commits batches until what is left fits into the transaction that stamps; nil if there is nothing to move.
    func runAhead(_ move: MoveContext) throws -> MoveResult?
    /// The part of the move that belongs to the transaction that stamps.
    func finish(_ move: MoveContext) throws -> MoveResult
}

extension RowMover {
    package var commitsInBatches: Bool { false }
    package var drainedTable: TableType? { nil }
    package func uprootedRows(_ scope: MoveScope) -> String? { nil }
    package func refusal(_ scope: MoveScope) throws -> MigrationError? { nil }
    package func hasLeftovers(_ scope: MoveScope) throws -> Bool { false }
    package func displaced(_ scope: MoveScope, since baseline: MoveBaseline?) throws -> [Displacement] { [] }
    package func vacancies(_ scope: MoveScope) throws -> [Vacancy] { [] }
    package var tablesOfParkedRows: [TableType] { [] }
    package func canResume(in shapes: [TableType: TableShape]) -> Bool { true }
    package func runAhead(_ move: MoveContext) throws -> MoveResult? { nil }
}

/// What the planner knows about a step when it asks whether a move is due.
package struct MoveSituation {
    /// Whether the step still has to change the table's structure.
    package var hasPendingChange: Bool
    /// Whether the table's stamp already has to change because of the step: up, it is missing; down, it is still there.
    package var needsStamp: Bool
    /// Whether every step is checked again regardless of stamps.
    package var isForced: Bool
    /// Whether the first releases read the JSON of sessions in another form than the newest write.
    package var changesEncoding = false
}

/// The tables that a move looks at.
package struct MoveScope {
    package let connection: any DatabaseConnection
    package let snapshots: [TableType: TableSnapshot]
    package let names: TableNames
    package let direction: MigrationDirection

    var dialect: any Dialect { connection.dialect }
}

/// What a move needs in order to write.
package struct MoveContext {
    package let scope: MoveScope
    let driver: any DatabaseDriver
    let journal: Journal
    let version: SchemaVersion
    /// When the operation began, in epoch seconds; what was written since is moved by ``RowMover/finish(_:)``.
    let startedAt: Int64
    /// Whether the step's stamp is still to be written.
    let needsStamp: Bool
    /// What ``RowMover/runAhead(_:)`` found before its first batch.
    let baseline: MoveBaseline?
    let options: EngineOptions

    var connection: any DatabaseConnection { scope.connection }
    var dialect: any Dialect { scope.dialect }
}

/// What a move would do, in words, and to about how many rows.
package struct MoveEstimate {
    package var title: String
    package var rows: Int64
}

/// What a move did, in words, and to how many rows.
package struct MoveResult {
    package var rows: Int64 = 0
    package var changes: [String] = []
    /// What the rows were before the first batch, for ``RowMover/finish(_:)``.
    package var baseline: MoveBaseline?
}
