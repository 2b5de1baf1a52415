import AgnoSchema
import DatabaseAccess
import Logging
import SQLDialects

/// A step on a server where every change of structure commits at once.
///
/// The journal announces the step before its first part, each part can be found done or not done after a kill, and the
/// moves of the way up, the verification and the stamp are one transaction at the end.
struct PartwiseStep: StepStrategy {
    func perform(_ run: inout StepRun) throws {
        try run.buildIndexesAhead()
        if run.step.hasWork {
            // A step that the rows do not allow has not begun, and its table keeps its stamp.
            try run.check()
            try run.transaction {
                try $0.lowerStamp()
                try $0.recordStart()
            }
        }
        do {
            if run.hasBatches {
                if run.step.direction == .up { try run.addMissingKeys() }
                try run.moveAhead(changing: change)
            }
            for part in run.step.parts {
                switch part {
                case .check: break
                case .changes(let changes): try change(changes, &run)
                case .move(let move): if run.step.direction == .down { try moveBack(move, &run) }
                }
            }
            try run.repairDrift()
            try run.transaction { try finish(&$0) }
        } catch let error as DatabaseError where error.condition == .notStorable {
            throw try run.explain(error)
        }
    }

    private func finish(_ run: inout StepRun) throws {
        if !run.step.moves.isEmpty { try lockAgainstWriters(run) }
        if run.step.direction == .up { for move in run.step.moves { try run.finish(move) } }
        try run.conclude(
            whatRemains: "the changes made so far are committed, and the stamp still names the version below")
    }

    /// Makes changes that commit one by one. If rows that came in meanwhile, or another program's change, are in the way,
    /// it looks again at what is left.
    private func change(_ changes: [SchemaChange], _ run: inout StepRun) throws {
        try run.lookIfStale()
        let titles = run.missing(of: changes).map { $0.pastTitle(in: run.context) }
        let before = run.report
        for attempt in 1... {
            do {
                try run.carryOut(run.missing(of: changes))
                run.report.changes = before.changes + titles
                return
            } catch let error as DatabaseError
                where attempt < 5 && (error.condition == .constraint || error.condition == .other)
            {
                run.options.logger.debug("looking again", metadata: ["detail": "\(error.detail)"])
                (run.report.parked, run.report.restored) = (before.parked, before.restored)
                try run.look()
            }
        }
    }

    /// A move of the way down, in a transaction of its own. A table that is about to be dropped is out of everybody's
    /// reach before it is read for the last time.
    private func moveBack(_ move: RowMove, _ run: inout StepRun) throws {
        let drained = run.executor.movers[move].drainedTable
        if let drained { try park(drained, &run) }
        try run.transaction { run in
            try lockAgainstWriters(run)
            try run.finish(move)
            if let drained { try run.journal.append(.emptied(run.names[drained]), to: run.connection) }
        }
    }

    /// Where a lock of a table would commit, it is a query that locks what it reads.
    private func lockAgainstWriters(_ run: StepRun) throws {
        for query in run.dialect.lock(table: run.name, against: .writing) { _ = try run.connection.rows(query) }
    }

    private func park(_ type: TableType, _ run: inout StepRun) throws {
        try run.lookIfStale()
        guard let table = run.state.snapshots[type], table.parked == nil, let statement = run.dialect.park(table) else {
            return
        }
        try run.connection.transaction { try run.journal.append(.parking(run.names[type]), to: run.connection) }
        try run.execute([statement], on: table.name)
        run.markStale()
    }
}
