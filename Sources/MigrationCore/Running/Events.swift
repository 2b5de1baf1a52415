public import AgnoSchema
public import DatabaseAccess

/// Something that happened during a run; progress bars, log lines, JSON and HTTP streams are handlers of these.
///
/// No event holds row contents.
public enum MigrationEvent: Sendable {
    /// Another process holds the lock; sent about once a second.
    case waitingForLock(LockHolder)
    /// The lock was taken; the state is read again.
    case lockTaken
    /// Work on a table begins.
    case tableStarted(TableType, name: String)
    /// Work on one version's step begins.
    case stepStarted(TableType, name: String, version: SchemaVersion)
    /// Rows were moved; they are committed when their batch is.
    case progress(TableType, name: String, version: SchemaVersion, Progress)
    /// A step ended.
    case stepFinished(TableType, name: String, StepReport)
    /// Work on a table ended.
    case tableFinished(TableReport)
    /// Something worth knowing that stops nothing.
    case warning(String)
    /// What is about to be done, where nobody said it: which tables were found, for example.
    case note(String)

    /// How far a move is.
    public struct Progress: Sendable, Hashable {
        /// Rows looked at so far.
        public let done: Int64
        /// Rows in all.
        public let total: Int64
        /// Bytes read so far.
        public let bytes: Int64
        /// Seconds since the move began.
        public let seconds: Double

        package init(done: Int64, total: Int64, bytes: Int64, seconds: Double) {
            self.done = done
            self.total = total
            self.bytes = bytes
            self.seconds = seconds
        }
    }
}

/// A request to stop at the next safe point, from any thread.
public final class Interruption: Sendable {
    private let flag = Flag()
    private let parent: Interruption?

    /// Makes one that was not requested yet.
    public init() { parent = nil }

    /// Makes one that is requested as soon as its parent is.
    package init(parent: Interruption) { self.parent = parent }

    /// Asks the run to stop; it does so before the next transaction.
    public func request() { flag.set() }

    /// Whether it was asked to stop.
    public var isRequested: Bool { flag.isSet || (parent?.isRequested ?? false) }

    /// Called between transactions; throws where it was asked to stop.
    package func checkpoint() throws {
        guard isRequested else { return }
        throw MigrationError(
            .interrupted, "stopped at a safe point; what is reported as applied is done",
            remedy: "run the same command again to go on")
    }
}
