import AgnoSchema
import DatabaseAccess
import Logging
import SQLDialects

/// Changes of one table's structure, as the dialect lowers them.
extension StepRun {
    /// What of these changes the table does not show yet.
    func missing(of changes: [SchemaChange]) -> [SchemaChange] {
        changes.filter { !$0.isSatisfied(by: state.shapes, of: type, in: context) }
    }

    /// Makes changes of the step. Values that the older schema has no place for are parked before; those that are parked are
    /// put back as soon as they have a place, since the keys and indexes that follow are about them, too.
    mutating func carryOut(_ changes: [SchemaChange]) throws {
        try lookIfStale()
        if step.direction == .down {
            try inTransaction { try $0.parkValues(droppedBy: changes) }
            return try apply(changes)
        }
        let room = try makingRoom(in: changes)
        guard !room.isEmpty else { return try apply(changes) }
        try apply(room)
        try lookIfStale()
        try inTransaction { try $0.restoreValues() }
        for condition in step.preconditions {
            if let reason = try preconditions.refusal(of: condition, type: type) { throw StepRefusal(reason: reason) }
        }
        try apply(changes.filter { !room.contains($0) })
    }

    /// Runs the body in the step's transaction, or in one of its own where changes of structure commit.
    private mutating func inTransaction(_ body: (inout StepRun) throws -> Void) throws {
        dialect.hasTransactionalDDL ? try body(&self) : try transaction(body)
    }

    /// Makes the changes of the type's table, or of one that belongs to it; the state is read again when it is needed next.
    mutating func apply(_ changes: [SchemaChange], to other: TableType? = nil) throws {
        try lookIfStale()
        guard !changes.isEmpty, let snapshot = state.snapshots[other ?? type] else { return }
        markStale()
        switch dialect.lower(changes, of: snapshot, among: state.snapshots, in: context, now: executor.startedAt) {
        case .statements(let statements):
            try execute(statements, on: snapshot.name)
        case .rebuild(let statements):
            report.rows += try rebuild(snapshot, statements)
        case .swap(let swap):
            report.rows += try exchange(snapshot, swap)
        case .skipped(let reason):
            throw MigrationError(
                .notSupported, "\(snapshot.name) cannot be changed: \(reason)",
                remedy: "report this, with the table's definition")
        }
        report.changes += changes.map { $0.pastTitle(in: context) }
    }

    func execute(_ statements: [SQLStatement], on table: String) throws {
        for statement in statements {
            let watch = Stopwatch()
            if dialect.hasTransactionalDDL {
                try connection.executeWithFallbacks(statement)
            } else {
                // Each is a transaction of its own, and waits for others alone.
                _ = try lockRetry.attempt(on: table) { try connection.executeWithFallbacks(statement) }
            }
            options.logger.debug(
                "statement", metadata: ["sql": "\(statement.sql)", "milliseconds": "\(Int(watch.seconds * 1000))"])
        }
    }

    /// A rebuild keeps every row, every foreign key and every view, or it does not happen.
    private func rebuild(_ snapshot: TableSnapshot, _ statements: [SQLStatement]) throws -> Int64 {
        let views = snapshot.dependents.filter { $0.kind == .view }.filter { view in
            guard let check = dialect.viewCheck(view.name) else { return false }
            return (try? connection.rows(check)) != nil
        }
        let before = try measure(snapshot)
        try execute(statements, on: snapshot.name)
        let after = try measure(snapshot)
        guard after.rows == before.rows else {
            throw rowsLost(of: snapshot, before: before.rows, after: after.rows)
        }
        guard after.violations <= before.violations else {
            throw MigrationError(
                .notVerified,
                "recreating \(snapshot.name) would break \(after.violations - before.violations) foreign keys"
                    + (try orphans(of: snapshot)),
                remedy: "report this; the step was rolled back")
        }
        for view in views {
            guard let check = dialect.viewCheck(view.name) else { continue }
            do {
                _ = try connection.rows(check)
            } catch let error as DatabaseError {
                throw MigrationError(
                    .notSupported, "the view \(view.name) needs a column of \(snapshot.name) that this step removes",
                    remedy: "drop the view, run the same command again, and recreate the view", detail: error.detail)
            }
        }
        return after.rows
    }

    /// Every row of the old table is in the new one before that takes its place, or the old one comes back.
    private mutating func exchange(_ snapshot: TableSnapshot, _ swap: TableSwap) throws -> Int64 {
        let name = snapshot.name
        try execute(swap.prepare, on: name)
        try execute([swap.takeAway], on: name)
        let (before, after): (Int64, Int64)
        do {
            try execute(swap.copy, on: name)
            before = try connection.value(swap.oldCount)?.int ?? -1
            after = try connection.value(swap.newCount)?.int ?? -2
        } catch {
            try? execute(swap.undo, on: name)
            throw error
        }
        guard before == after else {
            try execute(swap.undo, on: name)
            throw rowsLost(of: snapshot, before: before, after: after)
        }
        do {
            try execute([swap.exchange], on: name)
        } catch {
            // Another program has made a table of that name meanwhile. Both tables' rows become one, and the caller looks
            // again at what is left to do.
            try look()
            if let parked = state.snapshots[type]?.parked {
                try execute(dialect.unpark(parked, of: type, as: name), on: name)
            }
            throw error
        }
        try execute([swap.dropOld], on: name)
        return after
    }

    private func rowsLost(of snapshot: TableSnapshot, before: Int64, after: Int64) -> MigrationError {
        MigrationError(
            .notVerified, "row count changed while recreating \(snapshot.name): \(before) before, \(after) after",
            remedy: "report this; the table is as it was before the change")
    }

    private func measure(_ snapshot: TableSnapshot) throws -> (rows: Int64, violations: Int64) {
        let rows = try connection.value("SELECT COUNT(*) FROM \(dialect.table(snapshot.name))")?.int ?? 0
        guard let check = dialect.foreignKeyCheck(ofTable: snapshot.name) else { return (rows, 0) }
        return (rows, try connection.value(check)?.int ?? 0)
    }
}
