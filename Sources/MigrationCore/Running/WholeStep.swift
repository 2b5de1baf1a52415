import AgnoSchema
import DatabaseAccess
import SQLDialects

/// A step on a server that can roll back changes of structure: changes, moves, verification and stamp are one
/// transaction. Only columns that are converted and indexes that are built online, and the batches of a large move commit
/// before it.
struct WholeStep: StepStrategy {
    /// A program that changes or fills the table between the look and the step is not in the way: the step looks again, and
    /// goes on with what it finds, three times at most.
    func perform(_ run: inout StepRun) throws {
        for attempt in 1... {
            do {
                return try performOnce(&run)
            } catch let error as DatabaseError where [.constraint, .other].contains(error.condition) && attempt < 3 {
                // What the step has committed itself is a change, too; the next run resumes there.
                guard !run.hasCommitted, try run.lookAgain() else { throw error }
            }
        }
    }

    private func performOnce(_ run: inout StepRun) throws {
        try run.convertColumnsAhead()
        try run.buildIndexesAhead()
        if run.hasBatches {
            try run.check()
            if run.step.direction == .up {
                try run.transaction {
                    try $0.lowerStamp()
                    try $0.addMissingKeys()
                }
            }
            try run.moveAhead { changes, run in
                try run.transaction { run in
                    try run.look()
                    try run.carryOut(run.missing(of: changes))
                }
            }
        }
        do {
            try run.transaction { try finish(&$0) }
        } catch let error as DatabaseError where error.condition == .notStorable {
            throw try run.explain(error)
        }
    }

    private func finish(_ run: inout StepRun) throws {
        if run.step.hasWork || run.planned.hasWork {
            // The strongest lock that the step needs comes first: a lock that grows can end in a deadlock.
            let changesOwnStructure =
                run.planned.pendingChanges.contains { !$0.isAboutAnotherTable } || !run.planned.repairs.isEmpty
            let access: TableAccess = changesOwnStructure ? .everything : .writing
            for lock in run.dialect.lock(table: run.name, against: access) { try run.connection.execute(lock) }
            try run.look()
            try run.distrustConversion()
            run.replan()
        }
        try run.check()
        for part in run.step.parts {
            switch part {
            case .check: break
            case .changes(let changes): try run.carryOut(changes)
            case .move(let move): try run.finish(move)
            }
        }
        try run.repairDrift()
        try run.conclude(
            whatRemains: run.hasCommitted
                ? "the step's last transaction was rolled back, what was committed before it stays"
                : "the step was rolled back, nothing was changed")
    }
}
