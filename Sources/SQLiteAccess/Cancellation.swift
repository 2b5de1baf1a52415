import Synchronization

/// A request to cancel that holds until the connection is closed.
///
/// SQLite's own interrupt only meets a statement that is running at that moment; between two short ones it is lost.
final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// May be called from any thread.
    func request() { flag.store(true, ordering: .relaxed) }

    /// For the next connection.
    func reset() { flag.store(false, ordering: .relaxed) }
}
