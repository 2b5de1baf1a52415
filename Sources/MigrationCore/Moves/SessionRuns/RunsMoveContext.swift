import AgnoSchema
import DatabaseAccess
import SQLDialects

/// What a move of run lists works on; the same for every connection that takes part.
struct RunsMoveContext: Sendable {
    var sessions: TableSnapshot
    var runs: TableSnapshot
    var journal: Journal
    var version: SchemaVersion
    /// Epoch seconds: when the move began.
    var now: Int64
    var options: EngineOptions
    /// Whether a session may take a run from a session later in key order: with several connections the later session
    /// may have been moved first.
    var mayTakeOver = false

    var subject: JournalSubject { JournalSubject(.sessions, table: sessions.name, version: version) }

    func batchBytes(on connection: any DatabaseConnection) -> Int64 {
        options.batchBytes ?? connection.dialect.batchBytes
    }

    /// Reports how far the move is.
    func report(_ counts: RunsMoveCounts, of total: Int64, since watch: Stopwatch) {
        options.onEvent(
            .progress(
                .sessions, name: sessions.name, version: version,
                MigrationEvent.Progress(
                    done: counts.sessions, total: total, bytes: counts.bytes, elapsed: watch.elapsed)))
    }

    /// Runs a batch in a transaction of its own, again and again until it returns true: nothing is left.
    ///
    /// - Parameters:
    ///   - first: the key after which the first batch begins.
    ///   - batch: is given the last key and the counts, which it moves on; both are reset when the transaction is retried.
    func inBatches(
        on connection: any DatabaseConnection, after first: SQLValue?, beginning: [String]? = nil,
        _ batch: (inout SQLValue?, inout RunsMoveCounts) throws -> Bool
    ) throws -> RunsMoveCounts {
        var (last, counts, isDone) = (first, RunsMoveCounts(), false)
        while !isDone {
            try options.interruption.checkpoint()
            let before = (last, counts)
            let lockRetry = LockRetry(
                connection: connection, options: options, whatRemains: LockRetry.committed(counts.sessions, "sessions"))
            try lockRetry.transaction(on: sessions.name, beginning: beginning) {
                (last, counts) = before
                isDone = try batch(&last, &counts)
            }
        }
        return counts
    }
}

/// What a move did. Elements read = placed + already there + unplaced.
struct RunsMoveCounts {
    var sessions: Int64 = 0
    /// Bytes of lists read.
    var bytes: Int64 = 0
    var placed: Int64 = 0
    var alreadyThere: Int64 = 0
    var unplaced: Int64 = 0
    /// The sessions whose lists this program has read, with the times of their last changes.
    var times = RowTally()

    static func + (left: Self, right: Self) -> Self {
        Self(
            sessions: left.sessions + right.sessions, bytes: left.bytes + right.bytes,
            placed: left.placed + right.placed, alreadyThere: left.alreadyThere + right.alreadyThere,
            unplaced: left.unplaced + right.unplaced, times: left.times + right.times)
    }

    /// How many bytes may have been read when a batch of this size, which begins now, ends.
    func end(ofBatch size: Int64) -> Int64 { bytes + min(size, .max - bytes) }
}

/// Sessions between two keys of the scan order, the second included.
struct SessionKeyRange: Sendable {
    /// nil: from the beginning.
    var after: SQLValue?
    /// nil: to the end.
    var through: SQLValue?

    static let all = SessionKeyRange(after: nil, through: nil)
}

extension Dialect {
    /// The end of a plan's or report's sentence about the move: why the server does not move the runs itself.
    var referenceMoveNote: String { reasonForReferenceMove.map { " through this program (\($0))" } ?? "" }
}
