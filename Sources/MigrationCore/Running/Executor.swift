import AgnoSchema
import DatabaseAccess
import Logging
import SQLDialects

/// Carries out one table's steps, version by version: the only place that changes a database's structure.
struct Executor {
    let driver: any DatabaseDriver
    let connection: any DatabaseConnection
    let context: SchemaContext
    let movers: RowMovers
    let store: VersionStore
    let journal: Journal
    let options: EngineOptions
    let sizes: TableSizes
    /// When the operation began; what was written since is looked at once more before a stamp.
    let startedAt: Int64

    var dialect: any Dialect { connection.dialect }
    var names: TableNames { context.names }
    var planner: Planner { Planner(context: context, movers: movers) }

    private var strategy: any StepStrategy { dialect.hasTransactionalDDL ? WholeStep() : PartwiseStep() }

    /// Takes one table to the target; failures and refusals end in the report, an interruption is thrown.
    ///
    /// - Parameter state: the database as it was read under the migration lock, and as the steps before have left it.
    func migrate(
        _ work: TableSteps, request: MigrationRequest, state: inout DatabaseState, report: inout TableReport
    ) throws {
        let name = names[work.type]
        options.onEvent(.tableStarted(work.type, name: name))
        if let first = work.steps.first, let reason = try refusal(of: work, state) {
            var step = StepReport(version: first.version, outcome: .refused)
            step.error = reason
            report.steps.append(step)
            report.outcome = .refused
            return
        }
        for planned in work.steps {
            try options.interruption.checkpoint()
            options.onEvent(.stepStarted(work.type, name: name, version: planned.version))
            let watch = Stopwatch()
            var run = StepRun(self, planned, type: work.type, request: request, state: state)
            defer {
                run.releaseConversion()
                run.endChangeLog()
            }
            do {
                try strategy.perform(&run)
                run.concludeConversion()
                if run.report.outcome == .applied || planned.needsStamp { report.outcome = .migrated }
                report.to = run.report.drift.isEmpty ? planned.stamp : run.stampedVersion ?? report.to
            } catch let refusal as StepRefusal {
                run.report.outcome = .refused
                run.report.error = refusal.reason
            } catch {
                let error = try failure(error, type: work.type, version: planned.version)
                // A value that is too large, or a row that is hidden, is the table's own.
                run.report.outcome = [.tooLarge, .rowSecurity].contains(error.code) ? .refused : .failed
                run.report.error = error
            }
            state = run.state
            run.report.seconds = watch.seconds
            report.steps.append(run.report)
            options.onEvent(.stepFinished(work.type, name: name, run.report))
            if !run.report.drift.isEmpty {
                report.outcome = .drifted
            } else if run.report.error != nil {
                report.outcome = run.report.outcome == .refused ? .refused : .failed
                try? run.recordEnd()
                return
            }
        }
    }

    /// Why no step of the table may begin: it is not Agno's, its rows cannot be counted, or an object that depends on it
    /// prevents a step.
    private func refusal(of work: TableSteps, _ state: DatabaseState) throws -> MigrationError? {
        if let reason = TableIdentity(context: context).doubt(about: work.type, among: state.snapshots) {
            return reason
        }
        var ahead = state
        for step in work.steps where step.hasWork {
            let preconditions = Preconditions(connection: connection, context: context, snapshots: state.snapshots)
            if let reason = preconditions.hiddenRows(of: work.type) { return reason }
            let dependents = try Obstacles(
                connection: connection, context: context, snapshots: ahead.snapshots, movers: movers
            ).dependents(of: step, type: work.type)
            if let reason = Obstacles.refusal(dependents, version: step.version) { return reason }
            ahead.apply(step.postState, to: work.type, in: context)
        }
        return nil
    }

    /// An error as the report states it; an interruption is thrown on.
    private func failure(_ error: any Error, type: TableType, version: SchemaVersion) throws -> MigrationError {
        var failure = MigrationError(reporting: error, table: names[type])
        if failure.code == .interrupted { throw failure }
        if failure.code == .diskFull { failure = fullDisk(failure, type: type, version: version) }
        options.logger.debug("step failed", metadata: ["detail": "\(failure.detail)"])
        return failure
    }

    /// The step was rolled back; the error names the space that it needs.
    private func fullDisk(_ error: MigrationError, type: TableType, version: SchemaVersion) -> MigrationError {
        let bytes = (try? connection.value(dialect.storedBytes(ofTable: names[type])))?.int
        // A rebuild and the runs table both take about as much as the table itself, and the journal once more.
        let need = bytes.map { "about \(max(1, 2 * $0 / 1_000_000 + 1)) MB" } ?? "about twice the table's size"
        return MigrationError(
            error.code, "not enough disk space for step \(version) of \(names[type]), which needs \(need)",
            remedy: "free that much space for the database, then run the same command again; it resumes from there",
            detail: error.detail)
    }
}

/// A step that the table's rows do not allow.
struct StepRefusal: Error { var reason: MigrationError }

/// How a step reaches its stamp on one kind of server.
protocol StepStrategy {
    /// Carries out what is left of the step, verifies and stamps it.
    ///
    /// - Throws: ``StepRefusal`` if the rows do not allow the step; nothing of it has been committed then.
    func perform(_ run: inout StepRun) throws
}
