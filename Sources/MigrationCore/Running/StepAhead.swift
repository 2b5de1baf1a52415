import AgnoSchema
import DatabaseAccess
import SQLDialects

// What a step does to a large table before its transaction, while others go on reading and writing it.
extension StepRun {
    /// Converts the columns of a large table beside the running application, before the step's transaction exchanges them.
    mutating func convertColumnsAhead() throws {
        guard let snapshot, let conversion = dialect.columnConversion(for: step.pendingChanges, of: snapshot) else {
            return
        }
        let bytes = try executor.sizes.bytes(of: snapshot.name)
        guard
            try isOnline(
                ConversionWay(of: conversion, table: snapshot.name, bytes: bytes, options, on: connection))
        else { return }
        try check()
        hasCommitted = true
        self.conversion = conversion
        let outcome: OnlineConversion.Outcome
        do {
            outcome = try OnlineConversion(
                connection: connection, table: snapshot.name, conversion: conversion,
                lockRetry: LockRetry(connection: connection, options: options, whatRemains: Self.remainder),
                onProgress: { [self] in
                    options.onEvent(.progress(type, name: name, version: planned.version, $0))
                }
            ).run()
        } catch let error as DatabaseError where error.condition == .notStorable {
            let error = try explain(error)
            guard let reason = (error as? StepRefusal)?.reason else { throw error }
            throw StepRefusal(
                reason: MigrationError(
                    reason.code, reason.message, remedy: "\(reason.remedy); \(Self.remainder)", rows: reason.rows,
                    detail: reason.detail))
        }
        options.onEvent(
            .note(
                "\(snapshot.name): \(outcome.converted) rows converted, \(outcome.compared) rows the same in both types of "
                    + conversion.columns.joined(separator: ", ")))
        try look()
        replan()
    }

    private static let remainder = "what is converted so far stays (up --abandon drops it)"

    /// Whether the way keeps nobody from the table; if it does, the reason is noted, or refuses the table.
    private func isOnline(_ way: ConversionWay) throws -> Bool {
        switch way {
        case .online: return true
        case .refused(let error): throw StepRefusal(reason: error)
        case .locked(let hindrance):
            if let hindrance {
                options.onEvent(.note("\(name) is locked while its columns are converted: \(hindrance)"))
            }
            return false
        }
    }

    /// Looks under the lock whether something hangs on the columns by now that an exchange would drop: then they are
    /// converted under the lock, where it is kept.
    mutating func distrustConversion() throws {
        guard let snapshot, let conversion = dialect.columnConversion(for: step.pendingChanges, of: snapshot),
            conversion.stage == .proven
        else { return }
        let way = ConversionWay(hindrance: try conversion.hindrance(on: connection), table: snapshot.name, options)
        guard try !isOnline(way) else { return }
        state.snapshots[type]?.shadows?.isValidated = false
    }

    /// After the columns have been exchanged.
    mutating func concludeConversion() {
        guard let conversion else { return }
        self.conversion = nil
        options.onEvent(
            .note(
                "\(name): restart the processes of the application that were started during the conversion; what they learned "
                    + "of the table's columns is no longer so"))
        guard options.recyclesConnections else { return }
        do {
            let row = try connection.rows(conversion.recycle).first ?? []
            options.onEvent(.note("\(name): \(row.first?.int ?? 0) idle sessions of other clients ended"))
            guard let left = row.last?.int, left > 0 else { return }
            options.onEvent(
                .warning(
                    "\(name): the role may not end \(left) idle sessions of other roles; their prepared statements fail once"
                ))
        } catch {
            options.onEvent(.warning("\(name): not every idle session of other clients could be ended"))
        }
    }

    /// After a failure: the server no longer refuses rows that the new type does not take.
    mutating func releaseConversion() {
        guard let conversion else { return }
        self.conversion = nil
        try? look()
        guard state.snapshots[type]?.shadows?.hasConstraint == true else { return }
        do {
            try lockRetry.execute(conversion.release, locking: name, against: .everything)
        } catch {
            options.onEvent(
                .warning(
                    "\(name): the server refuses values that the new type does not take, until the next up or up --abandon"
                ))
        }
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
        hasCommitted = hasCommitted || !done.isEmpty
        replan()
    }
}
