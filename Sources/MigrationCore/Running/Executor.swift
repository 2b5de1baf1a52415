import AgnoSchema
import DatabaseAccess
import Logging
import SQLDialects

/// Carries out one table's work, step by step: the only place that changes a database's structure.
///
/// A step's changes, their verification and the stamp are one transaction where the server can take a change of structure
/// back; the batches of a large move commit on their own before it. Elsewhere every change commits, and is announced.
struct Executor {
    let driver: any DatabaseDriver
    let connection: any DatabaseConnection
    let context: SchemaContext
    let store: VersionStore
    let journal: Journal
    let options: EngineOptions
    /// When the run began; what was written since is looked at once more before a stamp.
    let startedAt: Int64

    var dialect: any Dialect { connection.dialect }
    private var planner: Planner { Planner(context: context) }
    var names: TableNames { context.names }

    /// A step that the table's rows do not allow.
    private struct Refusal: Error { var reason: MigrationError }

    /// Takes one table to the target; failures and refusals end in the report, an interruption is thrown.
    func migrate(_ work: Planner.TableWork, request: MigrationRequest, report: inout TableReport) throws {
        let name = names[work.type]
        options.onEvent(.tableStarted(work.type, name: name))
        for planned in work.steps {
            try options.interruption.checkpoint()
            options.onEvent(.stepStarted(work.type, name: name, version: planned.version))
            let watch = Stopwatch()
            var step = StepReport(version: planned.version, outcome: .alreadySatisfied)
            do {
                try run(planned, type: work.type, request: request, report: &step)
                if step.outcome == .applied || planned.needsStamp { report.outcome = .migrated }
                report.to = planned.stamp
            } catch let refusal as Refusal {
                step.outcome = .refused
                step.error = refusal.reason
            } catch let error as MigrationError where error.code == .interrupted {
                throw error
            } catch {
                var failure = MigrationError(reporting: error, table: name)
                if failure.code == .interrupted { throw failure }
                if failure.code == .diskFull { failure = fullDisk(failure, type: work.type, version: planned.version) }
                options.logger.debug("step failed", metadata: ["detail": "\(failure.detail)"])
                step.outcome = .failed
                step.error = failure
            }
            step.seconds = watch.seconds
            report.steps.append(step)
            options.onEvent(.stepFinished(work.type, name: name, step))
            if step.outcome == .refused || step.outcome == .failed {
                report.outcome = step.outcome == .refused ? .refused : .failed
                try? journalEnd(of: step, type: work.type)
                break
            }
        }
    }

    /// The step was rolled back; says how much space it needs.
    private func fullDisk(_ error: MigrationError, type: TableType, version: SchemaVersion) -> MigrationError {
        let bytes = (try? connection.value(dialect.storedBytes(ofTable: names[type])))?.int
        // A rebuild and the runs table both take about as much as the table itself, and the journal once more.
        let need = bytes.map { "about \(max(1, 2 * $0 / 1_000_000 + 1)) MB" } ?? "about twice the table's size"
        return MigrationError(
            error.code, "there is not enough space for step \(version) of \(names[type]), which needs \(need)",
            remedy: "free that much beside the database, then run the same command again; it goes on from there",
            detail: error.detail)
    }

    func journalEnd(of step: StepReport, type: TableType) throws {
        try journal.append(.step(step, type: type, table: names[type]), to: connection)
    }

    // MARK: One step

    /// Looks at the table again and does what this version still has to do.
    private func run(
        _ planned: Planner.StepWork, type: TableType, request: MigrationRequest, report: inout StepReport
    ) throws {
        try workOnline(planned, type: type, request: request, report: &report)
        let isOnlineDone = !report.changes.isEmpty
        try announce(planned, type: type, request: request)
        let needsBatches = planned.moves.contains(.sessionRuns)
        if needsBatches { try runAhead(planned, type: type, request: request, report: &report) }
        let before = report
        do {
            try complete(
                planned, type: type, request: request, hasDoneWork: needsBatches || isOnlineDone, report: &report)
        } catch let error as DatabaseError where error.condition == .notStorable {
            report = before
            throw try explain(error, planned, type: type, request: request)
        }
    }

    /// Before the first part of a step commits, the stamp says no more than the table is; where every change commits, the
    /// journal says besides what is about to happen, so that whoever comes after a kill knows what is left.
    private func announce(_ step: Planner.StepWork, type: TableType, request: MigrationRequest) throws {
        let isWhole = dialect.hasTransactionalDDL
        guard step.hasWork, !isWhole || step.direction == .up && step.moves.contains(.sessionRuns) else { return }
        if !isWhole {
            // A step that the rows do not allow has not begun, and its table keeps its stamp.
            let state = try look(type)
            try check(
                replan(step, type: type, state: state, request: request), type: type, snapshots: state.snapshots)
        }
        let below = step.direction == .up ? step.version.predecessor ?? .baseline : step.stamp
        // A step that is refused has not begun.
        if !isWhole { try check(step, type: type, snapshots: try look(type).snapshots) }
        try lockRetry.transaction(on: names[type]) {
            if !step.pendingChanges.isEmpty, let stamp = try look(type).stamp(of: type, names: names), stamp > below {
                try store.write(below, for: names[type], on: connection, in: context)
            }
            guard !isWhole else { return }
            let started = UnfinishedStep(version: step.version, direction: step.direction, moves: step.moves)
            try journal.append(.started(started, type: type, table: names[type]), to: connection)
        }
    }

    /// What is left to do of a step, its verification, the stamp.
    private func complete(
        _ planned: Planner.StepWork, type: TableType, request: MigrationRequest, hasDoneWork: Bool,
        report: inout StepReport
    ) throws {
        guard dialect.hasTransactionalDDL else {
            return try completeInParts(
                planned, type: type, request: request, hasDoneWork: hasDoneWork, report: &report)
        }
        let before = report
        try lockRetry.transaction(on: names[type]) {
            report = before
            try lock(type, for: planned)
            let state = try look(type)
            let step = replan(planned, type: type, state: state, request: request)
            try check(step, type: type, snapshots: state.snapshots)
            var snapshots = state.snapshots
            for part in step.parts {
                switch part {
                case .check: break
                case .changes(let changes):
                    try apply(changes, type: type, snapshots: &snapshots, report: &report)
                case .move(let move):
                    try finish(move, step: step, type: type, snapshots: snapshots, report: &report)
                }
            }
            try verify(step, type: type)
            report.outcome = outcome(of: step, report: report)
            try stamp(step, type: type, hasWork: step.hasWork || hasDoneWork)
            if step.direction == .down, step.hasWork {
                try journal.append(
                    .reverted(JournalSubject(type, table: names[type], version: step.version)), to: connection)
            }
            try journalEnd(of: report, type: type)
        }
    }

    /// Whether the table's rows allow the step.
    func check(
        _ step: Planner.StepWork, type: TableType, snapshots: [TableType: TableSnapshot]
    ) throws {
        let checks = Checks(connection: connection, context: context, snapshots: snapshots)
        for condition in step.preconditions {
            if let reason = try checks.refusal(of: condition, type: type) { throw Refusal(reason: reason) }
        }
    }

    /// Says which rows a change of type was refused for. Only now, after the refusal: looking for them takes longer than
    /// the change itself, and no lock is held any more.
    private func explain(
        _ error: DatabaseError, _ planned: Planner.StepWork, type: TableType, request: MigrationRequest
    ) throws -> any Error {
        let state = try look(type)
        let step = replan(planned, type: type, state: state, request: request)
        let checks = Checks(connection: connection, context: context, snapshots: state.snapshots)
        guard let reason = try checks.unstorable(step.pendingChanges, type: type) else { return error }
        return Refusal(reason: reason)
    }

    /// Does to a large table what keeps nobody out, before the step's transaction, which then has less to do.
    private func workOnline(
        _ planned: Planner.StepWork, type: TableType, request: MigrationRequest, report: inout StepReport
    ) throws {
        guard !planned.pendingChanges.isEmpty else { return }
        let state = try look(type)
        guard let snapshot = state.snapshots[type] else { return }
        let step = replan(planned, type: type, state: state, request: request)
        let changes = step.pendingChanges
        guard let work = try OnlineBuilder.work(for: changes, of: snapshot, on: connection, from: options.onlineBytes)
        else { return }
        try check(step, type: type, snapshots: state.snapshots)
        try OnlineBuilder(
            connection: connection, table: snapshot.name, lockRetry: lockRetry,
            execute: { try execute($0, on: snapshot.name) }
        ).run(work)
        let shapes = try look(type).shapes
        report.changes += changes.filter { $0.isSatisfied(by: shapes, of: type, in: context) }
            .map { $0.pastTitle(in: context) }
    }

    var lockRetry: LockRetry {
        LockRetry(connection: connection, options: options)
    }

    /// Takes the strongest lock that the step will need, before anything weaker: a lock that grows can end in a deadlock.
    private func lock(_ type: TableType, for step: Planner.StepWork) throws {
        guard step.hasWork else { return }
        let isOwnStructure = step.pendingChanges.contains { !$0.isAboutAnotherTable }
        guard let statement = dialect.lock(table: names[type], against: isOwnStructure ? .everything : .writing) else {
            return
        }
        try connection.execute(statement)
    }

    /// The table, and the one that comes with it.
    func look(_ type: TableType) throws -> DatabaseState {
        let types = type == .sessions ? [.sessions, .runs] : [type]
        return try DatabaseState.look(connection, names: names, store: store, types: types)
    }

    func replan(
        _ planned: Planner.StepWork, type: TableType, state: DatabaseState, request: MigrationRequest
    ) -> Planner.StepWork {
        guard let migration = Migration.all.first(where: { $0.version == planned.version }) else { return planned }
        let stamp = state.stamp(of: type, names: names)
        let unfinished = state.unfinished[names[type]] ?? []
        if planned.direction == .down {
            var step = planner.stepDown(migration, type: type, shapes: state.shapes, stamp: stamp)
            step.resume(unfinished, shapes: state.shapes)
            // What was planned from an older stamp stays planned.
            step.needsStamp = step.needsStamp || planned.needsStamp
            step.restorePlannedMoves(of: planned, shapes: state.shapes)
            return step
        }
        var step = planner.stepUp(
            migration, type: type, shapes: state.shapes, isStamped: stamp.map { $0 >= planned.version } ?? false,
            force: request.force)
        step.resume(unfinished, shapes: state.shapes)
        step.needsStamp = step.needsStamp || planned.needsStamp
        step.restorePlannedMoves(of: planned, shapes: state.shapes)
        return step
    }

    func outcome(of step: Planner.StepWork, report: StepReport) -> StepReport.Outcome {
        if !report.changes.isEmpty { return .applied }
        return step.isApplicable ? .alreadySatisfied : .notApplicable
    }

    /// Up to the last batch of a large move, each batch in a transaction of its own.
    private func runAhead(
        _ planned: Planner.StepWork, type: TableType, request: MigrationRequest, report: inout StepReport
    ) throws {
        for part in planned.parts {
            switch part {
            case .check: break
            case .changes(let changes):
                guard dialect.hasTransactionalDDL else {
                    try change(changes, type: type, report: &report)
                    continue
                }
                let before = report
                try lockRetry.transaction(on: names[type]) {
                    report = before
                    var snapshots = try look(type).snapshots
                    let missing = changes.filter {
                        !$0.isSatisfied(by: snapshots.mapValues(\.shape), of: type, in: context)
                    }
                    try apply(missing, type: type, snapshots: &snapshots, report: &report)
                }
            case .move(.sessionRuns):
                guard let counts = try moveSessionRuns(planned, type: type) else { return }
                report.rows += counts.placed
                if counts.placed > 0 {
                    let what = "\(counts.placed) runs of \(counts.sessions) sessions"
                    let isUp = planned.direction == .up
                    report.changes.append(isUp ? "moved \(what)\(dialect.referenceMoveNote)" : "put back \(what)")
                }
                // What follows the move on the way belongs to the transaction that stamps.
                return
            case .move: return
            }
        }
    }

    /// Everything that can be moved before the transaction that stamps; nil where there is nothing.
    private func moveSessionRuns(_ step: Planner.StepWork, type: TableType) throws -> RunsMoveCounts? {
        guard var context = sessionRuns(try look(type).snapshots, version: step.version) else { return nil }
        guard step.direction == .up else { return try RunsJoiner(context, connection: connection).joinAll() }
        let bytes = try connection.value(dialect.storedBytes(ofTable: names[type]))?.int ?? 0
        // A stamped table's runs have their owners.
        context.mayTakeOver = step.needsStamp
        return try ParallelSplit(
            driver: driver, context: context, connections: bytes < options.parallelBytes ? 1 : dialect.movingConnections
        ).run(on: connection)
    }

    private func sessionRuns(
        _ snapshots: [TableType: TableSnapshot], version: SchemaVersion
    ) -> RunsMoveContext? {
        guard let sessions = snapshots[.sessions], let runs = snapshots[.runs] else { return nil }
        return RunsMoveContext(
            sessions: sessions, runs: runs, journal: journal, version: version, now: startedAt, options: options)
    }

    /// The part of a move that belongs to the transaction that stamps.
    func finish(
        _ move: RowMove, step: Planner.StepWork, type: TableType, snapshots: [TableType: TableSnapshot],
        report: inout StepReport
    ) throws {
        switch move {
        case .sessionRuns:
            guard let context = sessionRuns(snapshots, version: step.version) else { return }
            if step.direction == .up {
                let late = try RunsSplitter(context, connection: connection).catchUp(since: startedAt - 2)
                report.rows += late.placed
                if late.placed > 0 { report.changes.append("moved \(late.placed) runs written during the migration") }
            } else {
                let joiner = RunsJoiner(context, connection: connection)
                try joiner.joinRemaining(since: startedAt - 2)
                try joiner.forgetMarkers()
            }
        case .unfinishedMetricsDay:
            guard let metrics = snapshots[.metrics] else { return }
            let mover = MetricsDayMover(
                connection: connection, metrics: metrics, journal: journal, version: step.version)
            let count = step.direction == .up ? try mover.putAside() : try mover.putBack()
            report.rows += count
            if count > 0 {
                report.changes.append(
                    step.direction == .up
                        ? "put \(count) unfinished metrics day aside in the journal; Agno recalculates it"
                        : "put \(count) unfinished metrics day back")
            }
        case .learningKeys:
            guard let learnings = snapshots[.learnings] else { return }
            let mover = LearningKeysMover(
                connection: connection, learnings: learnings, journal: journal, version: step.version, now: startedAt)
            let counts = step.direction == .up ? try mover.rekey() : try mover.unkey()
            report.rows += counts.written
            if counts.rekeyed > 0 { report.changes.append("gave \(counts.rekeyed) learned entities their new id") }
            if counts.merged > 0 { report.changes.append("merged \(counts.merged) learned entities") }
            if counts.quarantined > 0 {
                report.changes.append("set \(counts.quarantined) learned entities of doubtful owner apart")
            }
        }
    }

    // MARK: Verification and stamp

    /// The whole post-state of the step, read back from the catalogue.
    func verify(_ step: Planner.StepWork, type: TableType) throws {
        guard step.hasWork else { return }
        let shapes = try look(type).shapes
        let missing = step.postState.filter { !$0.isSatisfied(by: shapes, of: type, in: context) }
        guard missing.isEmpty else {
            throw MigrationError(
                .notVerified,
                "after the step \(names[type]) is still to \(missing.map { $0.title(in: context) }.joined(separator: ", "))",
                remedy: "nothing was changed; report this")
        }
    }

    func stamp(_ step: Planner.StepWork, type: TableType, hasWork: Bool) throws {
        guard step.needsStamp || hasWork else { return }
        let state = try look(type)
        let current = state.stamp(of: type, names: names)
        if step.direction == .up {
            if current.map({ $0 < step.stamp }) ?? true {
                try store.write(step.stamp, for: names[type], on: connection, in: context)
            }
        } else if current.map({ $0 > step.stamp }) ?? true {
            try store.write(step.stamp, for: names[type], on: connection, in: context)
        }
        guard step.postState.contains(where: { $0 == .createTable(.runs) || $0 == .dropTable(.runs) }) else { return }
        if state.snapshots[.runs] == nil {
            if state.stamps[names[.runs]] != nil { try store.remove(names[.runs], on: connection) }
        } else if state.stamps[names[.runs]].map({ Stamp($0) == .invalid }) ?? true {
            try store.write(step.stamp, for: names[.runs], on: connection, in: context)
        }
    }
}

extension Planner.StepWork {
    /// A move that was due when the run began stays due, although the changes around it are done by now.
    fileprivate mutating func restorePlannedMoves(of planned: Planner.StepWork, shapes: [TableType: TableShape]) {
        for (position, part) in planned.parts.enumerated() {
            guard case .move(let move) = part, !moves.contains(move) else { continue }
            if move == .sessionRuns, direction == .down, shapes[.runs] == nil { continue }
            // Before the changes that followed it, so that a table is read before it is dropped.
            let isBeforeChanges = planned.parts[(position + 1)...].contains {
                if case .changes = $0 { true } else { false }
            }
            parts.insert(.move(move), at: isBeforeChanges ? 0 : parts.endIndex)
        }
    }
}
