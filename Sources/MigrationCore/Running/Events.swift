public import AgnoSchema
public import DatabaseAccess

/// An event of a run, for progress bars, logs, JSON and HTTP streams; no event holds row contents.
public enum MigrationEvent: Sendable {
    /// Another process holds the lock; sent about once a second.
    case waitingForLock(LockHolder)
    /// This run holds the lock and reads the state again.
    case lockTaken
    /// Work on a table begins.
    case tableStarted(TableType, name: String)
    /// Work on a version's step begins.
    case stepStarted(TableType, name: String, version: SchemaVersion)
    /// Rows were moved; they are committed with their batch.
    case progress(TableType, name: String, version: SchemaVersion, Progress)
    /// A step ended.
    case stepFinished(TableType, name: String, StepReport)
    /// Work on a table ended.
    case tableFinished(TableReport)
    /// A warning; the run continues.
    case warning(String)
    /// A choice that the caller did not make explicitly, such as the tables that an import found.
    case note(String)

    /// The progress of a move.
    public struct Progress: Sendable, Hashable {
        /// Rows read so far.
        public let done: Int64
        /// Rows in total.
        public let total: Int64
        /// Bytes read so far.
        public let bytes: Int64
        /// The time since the move began.
        public let elapsed: Duration

        package init(done: Int64, total: Int64, bytes: Int64, elapsed: Duration) {
            self.done = done
            self.total = total
            self.bytes = bytes
            self.elapsed = elapsed
        }
    }
}
