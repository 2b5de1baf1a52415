import AgnoSchema
import DatabaseAccess
import SQLDialects

/// One version's step on one table while it runs: the table as it was read last, what is left to do, and the report.
///
/// The state is read again after a write and under a lock, not by each function: a look costs a question to the server.
struct StepRun {
    let executor: Executor
    let type: TableType
    let request: MigrationRequest
    /// The step as the planner saw it before anything began.
    let planned: StepWork
    /// The table, and those that come with it.
    var state: DatabaseState
    /// What is left to do, from the state.
    var step: StepWork
    var report: StepReport
    /// Whether a part of the step has been committed before the transaction that stamps.
    var hasCommitted = false
    /// Whether a structure was changed since the state was read.
    private var isStale = false
    /// The columns that are converted and wait for the step's transaction; nil: none do.
    var conversion: ColumnConversion?
    /// What the rows of a move in batches were before the first one.
    private(set) var baseline: MoveBaseline?

    init(
        _ executor: Executor, _ planned: StepWork, type: TableType, request: MigrationRequest, state: DatabaseState
    ) {
        self.executor = executor
        self.type = type
        self.request = request
        self.planned = planned
        self.state = state
        step = planned
        report = StepReport(version: planned.version, outcome: .alreadySatisfied)
        replan()
    }

    var connection: any DatabaseConnection { executor.connection }
    var dialect: any Dialect { executor.dialect }
    var context: SchemaContext { executor.context }
    var names: TableNames { executor.names }
    var name: String { names[type] }
    var options: EngineOptions { executor.options }
    var journal: Journal { executor.journal }
    var lockRetry: LockRetry {
        LockRetry(
            connection: connection, options: options,
            whatRemains: hasCommitted ? "what the step has committed so far stays" : "nothing was changed")
    }
    /// The version that the table's stamp claims now.
    var stampedVersion: SchemaVersion? { state.stamp(of: type, names: names) }
    var snapshot: TableSnapshot? { state.snapshots[type] }

    // MARK: Looking

    private var ownTypes: [TableType] { type == .sessions ? [.sessions, .runs] : [type] }

    /// Reads the table's structure, and that of the runs table with the sessions.
    mutating func look() throws {
        let found = try dialect.snapshots(
            of: Dictionary(uniqueKeysWithValues: ownTypes.map { ($0, names[$0]) }), using: connection)
        for type in ownTypes { state.snapshots[type] = found[type] }
        if baseline?.log != nil { state.snapshots[type]?.shape.hasChangeLog = false }
        isStale = false
    }

    /// Ends the log of a move, if there is one; a failure leaves it to the next run.
    mutating func endChangeLog() {
        guard let log = baseline?.log else { return }
        baseline = nil
        LoggedSessions.end(log, of: name, on: connection, options: options)
    }

    /// Reads everything again after a failure; returns whether another program has changed the table or its stamp since.
    mutating func lookAgain() throws -> Bool {
        let before = state
        let found = try DatabaseState.look(connection, names: names, store: executor.store, types: ownTypes)
        for type in ownTypes { state.snapshots[type] = found.snapshots[type] }
        (state.stamps, state.hasVersionsTable) = (found.stamps, found.hasVersionsTable)
        isStale = false
        (report.changes, report.parked, report.restored) = ([], [], [])
        replan()
        return ownTypes.contains { state.shapes[$0] != before.shapes[$0] }
            || state.stampText(of: type, names: names) != before.stampText(of: type, names: names)
    }

    /// Reads the structure again if it was changed since.
    mutating func lookIfStale() throws { if isStale { try look() } }

    mutating func markStale() { isStale = true }

    /// What is left to do, from the state as it was read last.
    mutating func replan() {
        defer { concludePlan() }
        guard let migration = context.history.migration(to: planned.version) else { return }
        let stamp = state.stamp(of: type, names: names)
        let planner = executor.planner
        step =
            planned.direction == .down
            ? planner.stepDown(migration, type: type, shapes: state.shapes, stamp: stamp)
            : planner.stepUp(
                migration, type: type, shapes: state.shapes, isStamped: stamp.map { $0 >= planned.version } ?? false,
                force: request.force)
        step.resume(state.unfinished[name] ?? [], type: type, shapes: state.shapes, movers: executor.movers)
        // What was planned from an older stamp stays planned.
        step.needsStamp = step.needsStamp || planned.needsStamp
        step.restorePlannedMoves(of: planned, shapes: state.shapes, movers: executor.movers)
    }

    private mutating func concludePlan() {
        step.isLast = planned.isLast
        guard planned.isLast, planned.direction == .up else { return }
        var ahead = state.shapes
        for change in step.postState { change.carryOut(on: &ahead, of: type, in: context) }
        step.repairs = repairs(in: ahead)
    }

    /// What the last step makes beside its changes, from shapes.
    func repairs(in shapes: [TableType: TableShape]) -> [TableRepair] {
        executor.planner.repairs(of: type, at: finalVersion, in: shapes)
            + executor.planner.improvements(of: type, at: finalVersion, in: shapes)
    }

    /// The version that the table is compared with in the end.
    var finalVersion: SchemaVersion { max(step.stamp, type.introduced) }

    // MARK: Parts of a step

    /// Runs the body in a transaction; an attempt that is rolled back leaves nothing in the run.
    mutating func transaction(_ body: (inout StepRun) throws -> Void) throws {
        var attempt = self
        try lockRetry.transaction(on: name) {
            attempt = self
            try body(&attempt)
        }
        self = attempt
    }

    /// Refuses the step if the table is not Agno's, or if its rows or the objects that depend on it do not allow the step.
    mutating func check() throws {
        if let reason = TableIdentity(context: context).doubt(about: type, among: state.snapshots) {
            throw StepRefusal(reason: reason)
        }
        report.dependents = try Obstacles(
            connection: connection, context: context, snapshots: state.snapshots, movers: executor.movers
        ).dependents(of: step, type: type)
        if let reason = Obstacles.refusal(report.dependents, version: step.version) {
            throw StepRefusal(reason: reason)
        }
        for condition in step.preconditions {
            if let reason = try preconditions.refusal(of: condition, type: type) { throw StepRefusal(reason: reason) }
        }
        for move in step.blockedMoves {
            if let reason = try executor.movers[move].refusal(moveContext.scope) { throw StepRefusal(reason: reason) }
        }
        if let reason = try preconditions.keyRefusal(
            of: step.pendingChanges + step.keysOfMovedRows(of: type), beside: step.preconditions, type: type,
            without: try displaced(by: step))
        {
            throw StepRefusal(reason: reason)
        }
    }

    var preconditions: Preconditions {
        Preconditions(
            connection: connection, context: context, snapshots: state.snapshots,
            hasParkedValues: state.hasParkedValues)
    }

    /// Names the rows that a change of type was refused for. Only after the refusal: looking for them takes longer than
    /// the change itself, and no lock is held any more.
    mutating func explain(_ error: DatabaseError) throws -> any Error {
        try look()
        replan()
        guard let reason = try preconditions.unstorable(step.pendingChanges, type: type) else { return error }
        return StepRefusal(reason: reason)
    }

    // MARK: Row moves

    /// Whether a move of the step commits most of its rows in batches.
    var hasBatches: Bool { step.moves.contains { executor.movers[$0].commitsInBatches } }

    /// Carries out the parts up to the last batch of a large move, each committing on its own.
    mutating func moveAhead(changing change: ([SchemaChange], inout StepRun) throws -> Void) throws {
        hasCommitted = true
        for part in step.parts {
            switch part {
            case .check: break
            case .changes(let changes): try change(changes, &self)
            case .move(let move):
                // What follows the move on the way belongs to the transaction that stamps.
                try lookIfStale()
                if let result = try executor.movers[move].runAhead(moveContext) {
                    add(result)
                    baseline = result.baseline
                }
                return
            }
        }
    }

    /// The part of a move that belongs to the transaction that stamps.
    mutating func finish(_ move: RowMove) throws {
        try lookIfStale()
        add(try keepingReferences(of: move) { try executor.movers[move].finish(moveContext) })
        step.direction == .down ? try parkRows(of: move) : try restoreRows(of: move)
    }

    private mutating func add(_ result: MoveResult) {
        report.rows += result.rows
        report.changes += result.changes
    }

    var moveScope: MoveScope {
        MoveScope(connection: connection, snapshots: state.snapshots, names: names, direction: step.direction)
    }

    private var moveContext: MoveContext {
        MoveContext(
            scope: moveScope, driver: executor.driver, journal: journal, version: step.version,
            startedAt: executor.startedAt,
            needsStamp: step.needsStamp, baseline: baseline, options: options)
    }
}
