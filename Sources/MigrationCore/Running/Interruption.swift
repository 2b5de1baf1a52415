import Synchronization

/// A request to stop at the next safe point; any thread may make it.
public final class Interruption: Sendable {
    private let isStopRequested = Atomic<Bool>(false)
    private let parent: Interruption?

    /// Makes an interruption that has not been requested.
    public init() { parent = nil }

    /// Makes an interruption that is also requested as soon as its parent is.
    package init(parent: Interruption) { self.parent = parent }

    /// Asks the run to stop before its next transaction; committed work stays.
    public func request() { isStopRequested.store(true, ordering: .releasing) }

    /// Whether a stop was requested.
    public var isRequested: Bool {
        isStopRequested.load(ordering: .acquiring) || (parent?.isRequested ?? false)
    }

    /// Called between transactions.
    ///
    /// - Throws: ``MigrationError`` with the code `interrupted` if a stop was requested.
    package func checkpoint() throws {
        guard isRequested else { return }
        throw MigrationError(
            .interrupted, "stopped at a safe point; steps reported as applied are committed",
            remedy: "run the same command again to resume")
    }
}
