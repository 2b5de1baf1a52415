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
    private(set) var state: DatabaseState
    /// What is left to do, from the state.
    private(set) var step: StepWork
    var report: StepReport
    /// Whether a part of the step has been committed before the transaction that stamps.
    var hasCommitted = false
    /// Whether a structure was changed since the state was read.
    private var isStale = false

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

    /// Reads the table's structure, and that of the runs table with the sessions.
    mutating func look() throws {
        let types: [TableType] = type == .sessions ? [.sessions, .runs] : [type]
        let found = try dialect.snapshots(
            of: Dictionary(uniqueKeysWithValues: types.map { ($0, names[$0]) }), using: connection)
        for type in types { state.snapshots[type] = found[type] }
        isStale = false
    }

    /// Reads everything again after a failure; returns whether another program has changed the tables or stamps since.
    mutating func lookAgain() throws -> Bool {
        let before = state
        state = try DatabaseState.look(connection, names: names, store: executor.store)
        isStale = false
        report.changes = []
        replan()
        return state.shapes != before.shapes || state.stamps != before.stamps
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
        step.resume(state.unfinished[name] ?? [], shapes: state.shapes, movers: executor.movers)
        // What was planned from an older stamp stays planned.
        step.needsStamp = step.needsStamp || planned.needsStamp
        step.restorePlannedMoves(of: planned, shapes: state.shapes, movers: executor.movers)
    }

    private mutating func concludePlan() {
        step.isLast = planned.isLast
        guard planned.isLast, planned.direction == .up else { return }
        var ahead = state.shapes
        for change in step.postState { change.apply(to: &ahead, of: type, in: context) }
        step.repairs = executor.planner.repairs(of: type, at: finalVersion, in: ahead)
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

    /// Refuses the step if the table is not Agno's, or if an object that depends on it prevents the step.
    mutating func checkTable() throws {
        if let reason = TableIdentity(context: context).doubt(about: type, among: state.snapshots) {
            throw StepRefusal(reason: reason)
        }
        report.dependents = try Obstacles(
            connection: connection, context: context, snapshots: state.snapshots, movers: executor.movers
        ).dependents(of: step, type: type)
        if let reason = Obstacles.refusal(report.dependents, version: step.version) {
            throw StepRefusal(reason: reason)
        }
    }

    /// Refuses the step if the table's rows, or the objects that depend on it, do not allow it.
    mutating func check() throws {
        try checkTable()
        for condition in step.preconditions {
            if let reason = try preconditions.refusal(of: condition, type: type) { throw StepRefusal(reason: reason) }
        }
        if let reason = try preconditions.keyRefusal(
            of: step.pendingChanges, beside: step.preconditions, type: type)
        {
            throw StepRefusal(reason: reason)
        }
    }

    var preconditions: Preconditions {
        Preconditions(connection: connection, context: context, snapshots: state.snapshots)
    }

    /// Names the rows that a change of type was refused for. Only after the refusal: looking for them takes longer than
    /// the change itself, and no lock is held any more.
    mutating func explain(_ error: DatabaseError) throws -> any Error {
        try look()
        replan()
        guard let reason = try preconditions.unstorable(step.pendingChanges, type: type) else { return error }
        return StepRefusal(reason: reason)
    }

    /// Builds the indexes of a large table beside the running application, before the step's transaction.
    mutating func buildIndexesAhead() throws {
        let repairs = step.repairs.filter { $0.type == type }.map(\.change)
        let changes = step.pendingChanges + repairs
        guard !changes.isEmpty, let snapshot,
            let work = try OnlineIndexes.work(for: changes, of: snapshot, on: connection, from: options.onlineBytes)
        else { return }
        try check()
        try OnlineIndexes(
            connection: connection, table: snapshot.name, lockRetry: lockRetry,
            execute: { [run = self] in try run.execute($0, on: snapshot.name) }
        ).run(work)
        try look()
        let done = changes.filter { $0.isSatisfied(by: state.shapes, of: type, in: context) }
        report.changes += done.map { $0.pastTitle(in: context) }
        report.repaired += done.filter(repairs.contains).map { $0.pastTitle(in: context) }
        hasCommitted = !done.isEmpty
        replan()
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
                if let result = try executor.movers[move].runAhead(moveContext) { add(result) }
                return
            }
        }
    }

    /// The part of a move that belongs to the transaction that stamps.
    mutating func finish(_ move: RowMove) throws {
        try lookIfStale()
        add(try keepingReferences(of: move) { try executor.movers[move].finish(moveContext) })
    }

    /// Runs a move that deletes or re-keys rows; afterwards no row of another table may refer to one that is gone.
    private func keepingReferences(of move: RowMove, _ body: () throws -> MoveResult) throws -> MoveResult {
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

    private mutating func add(_ result: MoveResult) {
        report.rows += result.rows
        report.changes += result.changes
    }

    private var moveContext: MoveContext {
        MoveContext(
            scope: MoveScope(
                connection: connection, snapshots: state.snapshots, names: names, direction: step.direction),
            driver: executor.driver, journal: journal, version: step.version, startedAt: executor.startedAt,
            needsStamp: step.needsStamp, options: options)
    }

    // MARK: Announcement, verification and stamp

    /// Lowers the stamp before the first part of a step is committed: it claims no more than the table is.
    mutating func lowerStamp() throws {
        let below = step.direction == .up ? context.history.predecessor(of: step.version) ?? .baseline : step.stamp
        guard !step.pendingChanges.isEmpty, let stamp = state.stamp(of: type, names: names), stamp > below else {
            return
        }
        try write(below, for: name)
    }

    /// Records that the step is about to change its table part by part, for whoever resumes after a kill.
    mutating func recordStart() throws {
        let unfinished = UnfinishedStep(version: step.version, direction: step.direction, moves: step.moves)
        try journal.append(.started(unfinished, type: type, table: name), to: connection)
        state.unfinished[name, default: []].removeAll { $0.version == step.version }
        state.unfinished[name, default: []].append(unfinished)
    }

    /// Verifies, stamps and records the step, at the end of its last transaction.
    ///
    /// - Parameter whatRemains: what stays in the database if the verification fails.
    mutating func conclude(whatRemains: String) throws {
        if step.hasWork {
            try lookIfStale()
            let missing = missing(of: step.postState)
            guard missing.isEmpty else {
                let list = missing.map { $0.title(in: context) }.joined(separator: ", ")
                throw MigrationError(
                    .notVerified, "verification failed: \(name) still lacks: \(list)",
                    remedy: "report this; \(whatRemains)")
            }
        }
        report.outcome =
            !report.changes.isEmpty ? .applied : step.isApplicable ? .alreadySatisfied : .notApplicable
        report.drift = try drift()
        // A stamp claims what verify would find.
        if report.drift.isEmpty { try stamp() }
        if step.direction == .down, step.hasWork || hasCommitted {
            try journal.append(
                .reverted(JournalSubject(type, table: name, version: step.version)), to: connection)
        }
        try recordEnd()
        state.unfinished[name]?.removeAll { $0.version == step.version }
    }

    func recordEnd() throws {
        try journal.append(.step(report, type: type, table: name), to: connection)
    }

    private mutating func stamp() throws {
        guard step.needsStamp || step.hasWork || hasCommitted else { return }
        let current = state.stamp(of: type, names: names)
        let isDue = current.map { step.direction == .up ? $0 < step.stamp : $0 > step.stamp } ?? true
        if isDue { try write(step.stamp, for: name) }
        for change in step.postState {
            // A table that comes and goes with this one has its stamp.
            guard case .createTable(let other) = change.creatingForm else { continue }
            if state.snapshots[other] == nil {
                if state.stamps.removeValue(forKey: names[other]) != nil {
                    try executor.store.remove(names[other], on: connection)
                }
            } else if state.stamps[names[other]].map({ Stamp($0) == .invalid }) ?? true {
                try write(step.stamp, for: names[other])
            }
        }
    }

    private mutating func write(_ version: SchemaVersion, for name: String) throws {
        if !state.hasVersionsTable { try executor.store.prepare(connection, in: context) }
        state.hasVersionsTable = true
        try executor.store.write(version, for: name, isStamped: state.stamps[name] != nil, on: connection)
        state.stamps[name] = version.description
    }
}

extension SchemaChange {
    /// The change, or its inverse if that is the one that creates a table.
    fileprivate var creatingForm: SchemaChange {
        if case .dropTable = self { inverse } else { self }
    }
}
