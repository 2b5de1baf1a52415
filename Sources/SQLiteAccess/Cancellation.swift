import Synchronization

/// A request to cancel that persists until the connection is closed.
///
/// SQLite's own interrupt only affects a statement that is running at that moment; between two it is lost.
final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// May be called from any thread.
    func request() { flag.store(true, ordering: .relaxed) }

    /// Withdraws the request, for the next connection.
    func reset() { flag.store(false, ordering: .relaxed) }
}
