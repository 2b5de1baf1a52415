import AgnoSchema
import DatabaseAccess
import Logging
import SQLDialects

/// Steps on servers where every change of structure commits at once.
extension Executor {
    /// The same where every change of structure commits: each part can be found done or not done by whoever comes next,
    /// and the moves of the way up, the verification and the stamp are one transaction in the end.
    func completeInParts(
        _ planned: Planner.StepWork, type: TableType, request: MigrationRequest, hasDoneWork: Bool,
        report: inout StepReport
    ) throws {
        let state = try look(type)
        let step = replan(planned, type: type, state: state, request: request)
        try check(step, type: type, snapshots: state.snapshots)
        for part in step.parts {
            switch part {
            case .check: break
            case .changes(let changes): try change(changes, type: type, report: &report)
            case .move(let move) where step.direction == .down:
                try moveBack(move, step: step, type: type, report: &report)
            case .move: break
            }
        }
        let before = report
        try lockRetry.transaction(on: names[type]) {
            report = before
            if !step.moves.isEmpty { try lockAgainstWriters(type) }
            let snapshots = try look(type).snapshots
            if step.direction == .up {
                for move in step.moves {
                    try finish(move, step: step, type: type, snapshots: snapshots, report: &report)
                }
            }
            try verify(step, type: type)
            report.outcome = outcome(of: step, report: report)
            try stamp(step, type: type, hasWork: step.hasWork || hasDoneWork)
            if step.direction == .down, step.hasWork || hasDoneWork {
                try journal.append(
                    .reverted(JournalSubject(type, table: names[type], version: step.version)), to: connection)
            }
            try journalEnd(of: report, type: type)
        }
    }

    /// Makes changes that commit one by one. Where rows that came in meanwhile, or another program's change, are in the
    /// way, it looks again at what is left.
    func change(_ changes: [SchemaChange], type: TableType, report: inout StepReport) throws {
        var before = report
        var attempt = 1
        while true {
            var snapshots = try look(type).snapshots
            let shapes = snapshots.mapValues(\.shape)
            let missing = changes.filter { !$0.isSatisfied(by: shapes, of: type, in: context) }
            if attempt == 1 { before.changes += missing.map { $0.pastTitle(in: context) } }
            do {
                try apply(missing, type: type, snapshots: &snapshots, report: &report)
                report.changes = before.changes
                return
            } catch let error as DatabaseError
                where attempt < 5 && (error.condition == .constraint || error.condition == .other)
            {
                options.logger.debug("looking again", metadata: ["detail": "\(error.detail)"])
                attempt += 1
            }
        }
    }

    /// A move of the way down, in a transaction of its own. A table that is about to be dropped is out of everybody's
    /// reach before it is read for the last time.
    private func moveBack(
        _ move: RowMove, step: Planner.StepWork, type: TableType, report: inout StepReport
    ) throws {
        let isLastReading = move == .sessionRuns
        if isLastReading, let runs = try look(type).snapshots[.runs], runs.parked == nil,
            let statement = dialect.park(runs)
        {
            try connection.transaction { try journal.append(.parking(names[.runs]), to: connection) }
            try execute([statement], on: runs.name)
        }
        let before = report
        try lockRetry.transaction(on: names[type]) {
            report = before
            try lockAgainstWriters(type)
            try finish(move, step: step, type: type, snapshots: try look(type).snapshots, report: &report)
            if isLastReading { try journal.append(.emptied(names[.runs]), to: connection) }
        }
    }

    private func lockAgainstWriters(_ type: TableType) throws {
        if let statement = dialect.lock(table: names[type], against: .writing) { _ = try connection.rows(statement) }
    }
}
