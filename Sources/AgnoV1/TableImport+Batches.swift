import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// Why a transaction is rolled back and run again; what each reason needs is done in between.
enum RetryReason: Error {
    /// A run's id is taken by another session, or twice in one: each session's ids must be looked up before it is written.
    case runIDsTaken
    /// A session holds user memories, and the target has no table for them.
    case memoriesTableMissing
    /// A row or a part must be kept, and there is no quarantine table. It is created outside of the transaction, which
    /// CREATE TABLE ends on some servers.
    case quarantineTableMissing
}

// Transactions: a page of rows each, or a single row after the target refused one of its page.
extension TableImport {
    /// Runs a body in one transaction, which also records the resume key. If the target refuses a row, the rows of these
    /// keys are written one by one, and the refused row is quarantined.
    func batch(
        _ progress: inout Progress, keys: (SQLValue?) throws -> [SQLValue],
        _ body: (inout Progress, inout PageWriter) throws -> Bool
    ) throws -> Bool {
        do {
            return try transaction(&progress, body)
        } catch let error as DatabaseError where error.concernsRow {
            let page = try keys(progress.lastKey)
            for key in page { try importRow(key, &progress) }
            return page.isEmpty
        }
    }

    /// Runs a body in one transaction, again for each ``RetryReason``; the progress is unchanged when this throws.
    private func transaction(
        _ progress: inout Progress, refusingMemories memoriesRefusal: ImportReason? = nil,
        _ body: (inout Progress, inout PageWriter) throws -> Bool
    ) throws -> Bool {
        var looksFirst = false
        while true {
            do {
                let (next, isDone) = try lockRetry(after: progress.tally.written).transaction(on: targetName) {
                    target.runOwners?.rollBack()
                    var next = progress
                    var writer = try makeWriter(progress, looksFirst: looksFirst, memoriesRefusal)
                    let isDone = try body(&next, &writer)
                    try writer.finish()
                    next.tally = writer.tally
                    try recordCheckpoint(next, since: progress)
                    return (next, isDone)
                }
                target.runOwners?.commit()
                progress = next
                return isDone
            } catch let reason as RetryReason {
                switch reason {
                case .runIDsTaken: looksFirst = true
                case .memoriesTableMissing:
                    progress.memories = try V1Target.madeMemories(connection, engine: engine)
                case .quarantineTableMissing:
                    try lockRetry(after: progress.tally.written).change(Quarantine.table) {
                        try Quarantine.makeTable(connection, in: engine.context(connection))
                    }
                }
            }
        }
    }

    /// Imports one row in a transaction of its own, or quarantines it if the target refuses it.
    private func importRow(_ key: SQLValue, _ progress: inout Progress) throws {
        try options.interruption.checkpoint()
        func attempt(refusedBy refusal: DatabaseError? = nil, refusingMemories reason: ImportReason? = nil) throws {
            _ = try transaction(&progress, refusingMemories: reason) { progress, writer in
                progress.lastKey = key
                guard let row = try reader.row(key) else { return false }
                if let refusal { try writer.refuse(row, refusedBy: refusal) } else { try writer.add(row) }
                return false
            }
        }
        do { try attempt() } catch let error as DatabaseError where error.concernsRow {
            guard target.takesUserMemories else { return try attempt(refusedBy: error) }
            // The cause may be a user memory inside the session, which need not keep the session out.
            do { try attempt(refusingMemories: ImportReason(error)) } catch let error as DatabaseError
                where error.concernsRow
            {
                try attempt(refusedBy: error)
            }
        }
    }

    private func makeWriter(
        _ progress: Progress, looksFirst: Bool, _ memoriesRefusal: ImportReason?
    ) throws -> PageWriter {
        var target = target
        target.memories = progress.memories
        let now = options.clock.now
        var context = target.pageContext(for: type, connection, settings: settings, now: now)
        context.memoriesRefusal = memoriesRefusal
        context.markers = ImportMarkers(connection, table: targetName, now: now)
        context.quarantine = try makeQuarantine()
        return PageWriter(context, tally: progress.tally, looksFirst: looksFirst)
    }

    func makeQuarantine() throws -> Quarantine {
        try Quarantine(connection, journal: journal, clock: options.clock, subject: subject)
    }

    private func recordCheckpoint(_ progress: Progress, since before: Progress) throws {
        // A batch that wrote nothing has nothing to resume from.
        guard let key = progress.lastKey, progress.tally.written > before.tally.written else { return }
        try journal.append(
            .checkpoint(progress.tally.written - before.tally.written, through: key, of: subject), to: connection)
    }
}

extension DatabaseError {
    /// Whether a single row caused the error, so that the others can still be written.
    fileprivate var concernsRow: Bool { condition == .constraint || condition == .notStorable }
}
