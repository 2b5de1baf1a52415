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
        let bytes = try connection.value(dialect.storedBytes(ofTable: snapshot.name))?.int ?? 0
        let hindrance = try connection.rows(conversion.hindrances).first?.first?.string
        guard try options.converts(conversion, bytes: bytes, on: connection) else {
            if options.online == .auto, bytes >= options.onlineBytes, let hindrance {
                options.onEvent(.note("\(snapshot.name) is locked while its columns are converted: \(hindrance)"))
            }
            return
        }
        if let hindrance {
            throw StepRefusal(reason: OnlineConversion.refusal(of: snapshot.name, because: hindrance))
        }
        try check()
        let outcome: OnlineConversion.Outcome
        do {
            outcome = try OnlineConversion(
                connection: connection, table: snapshot.name, conversion: conversion, lockRetry: lockRetry,
                onProgress: { [self] in
                    options.onEvent(.progress(type, name: name, version: planned.version, $0))
                }
            ).run()
        } catch let error as DatabaseError where error.condition == .notStorable {
            throw try explain(error)
        }
        hasCommitted = true
        recycle = options.recyclesConnections ? conversion.recycle : nil
        options.onEvent(
            .note(
                "\(snapshot.name): \(outcome.converted) rows converted, \(outcome.compared) rows the same in both types of "
                    + conversion.columns.joined(separator: ", ")))
        try look()
        replan()
    }

    /// Ends idle sessions of other clients after columns have been exchanged, if that is wanted.
    func recycleConnections() {
        guard let recycle, let row = try? connection.rows(recycle).first, let ended = row[0].int else { return }
        options.onEvent(.note("\(name): \(ended) idle sessions of other clients ended"))
        guard let left = row[1].int, left > 0 else { return }
        options.onEvent(
            .warning(
                "\(name): the role may not end \(left) idle sessions of other roles; their prepared statements fail once"
            ))
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
}
