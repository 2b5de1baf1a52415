import AgnoSchema
import DatabaseAccess
import SQLDialects

/// The sessions that an application writes while runs are moved, as the server notes them.
///
/// What is noted is moved in batches until little is left, so that the transaction that stamps, which keeps writers out, has as
/// little to do however large the table is.
struct LoggedSessions {
    private let log: ChangeLog
    private let context: RunsMoveContext
    private let connection: any DatabaseConnection

    /// How many noted writes are left to the transaction that stamps.
    private static let rest = 16
    /// How many batches are moved ahead of it at most once the backlog is gone: an application can write as fast as they are
    /// moved.
    private static let maximumBatches = 200

    init(_ log: ChangeLog, _ context: RunsMoveContext, of move: MoveContext) {
        (self.log, self.context, connection) = (log, context, move.connection)
    }

    /// Begins a log of a large table; nil for another, or where the server has none.
    static func begin(_ context: RunsMoveContext, of move: MoveContext) throws -> ChangeLog? {
        let (sessions, options) = (context.sessions, move.options)
        guard options.online != .never, let log = move.dialect.changeLog(of: sessions, key: "session_id") else {
            return nil
        }
        let bytes = try move.connection.value(move.dialect.storedBytes(ofTable: sessions.name))?.int ?? 0
        guard options.isOnline(bytes: bytes) else { return nil }
        try LockRetry(
            connection: move.connection, options: options, whatRemains: "what the step has committed so far stays"
        ).execute(log.begin, locking: sessions.name, against: .writing)
        return log
    }

    /// Moves all sessions and what is noted meanwhile; a failure ends the log.
    func moveAll(_ move: MoveContext, connections: Int) throws -> RunsMoveCounts {
        do {
            let all = try ParallelSplit(driver: move.driver, context: context, connections: connections)
                .run(on: connection)
            return all + (try moveAhead())
        } catch {
            Self.end(log, of: context.sessions.name, on: connection, options: context.options)
            throw error
        }
    }

    /// Ends the log in a short transaction of its own; a failure leaves it to the next run, with a warning.
    static func end(
        _ log: ChangeLog, of table: String, on connection: any DatabaseConnection, options: EngineOptions
    ) {
        do {
            try LockRetry(connection: connection, options: options)
                .execute(log.end, locking: table, against: .everything)
        } catch {
            options.onEvent(
                .warning(
                    "\(table): the server still notes every write, since the table could not be locked to end that; "
                        + "up --abandon or the next up ends it"))
        }
    }

    /// Moves what is noted, each batch in a transaction of its own.
    private func moveAhead() throws -> RunsMoveCounts {
        var left = Self.maximumBatches
        return try context.inBatches(on: connection, after: nil, beginning: connection.dialect.beginBatch) {
            _, counts in
            let noted = try moveNoted(inBatch: true, &counts)
            if noted < ChangeLog.keysAtOnce { left -= 1 }
            return noted <= Self.rest || left <= 0
        }
    }

    /// Moves the rest, in the transaction that stamps.
    func finish() throws -> MoveResult {
        var counts = RunsMoveCounts()
        while try moveNoted(inBatch: false, &counts) > 0 {}
        let changes = counts.placed == 0 ? [] : ["moved \(counts.placed) runs written during the migration"]
        return MoveResult(rows: counts.placed, changes: changes)
    }

    /// Returns how many writes were noted.
    private func moveNoted(inBatch: Bool, _ counts: inout RunsMoveCounts) throws -> Int {
        let noted = try connection.rows(log.take).map { $0[0] }
        try RunsSplitter(context, connection: connection).move(noted.uniqued(), inBatch: inBatch, &counts)
        return noted.count
    }
}
