import AgnoMigrate
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into a stop at the next safe point.
///
/// The signals are blocked in every thread, and one thread waits for them: no code runs inside a signal handler.
/// The first signal asks the run to stop, the second cancels the running statement, and the third ends the process at once,
/// which is as safe as a kill.
final class SignalWatch: Sendable {
    /// The engine checks this before each transaction.
    let interruption = Interruption()

    private struct State {
        var signal: Int32?
        var count = 0
        var isAsking = false
        var access = DatabaseAccessMode.read
        var cancel: (@Sendable () -> Void)?
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Begins to watch; call this before creating any other thread.
    init(console: Console) {
        Self.ignoreBrokenPipes()
        var blocked = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGINT)
        sigaddset(&blocked, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
        Thread.detachNewThread { [self, blocked] in
            var blocked = blocked
            var number: Int32 = 0
            while true {
                if sigwait(&blocked, &number) == 0 { received(number, console) }
            }
        }
    }

    /// Turns a closed pipe into an error of `write(2)`, so that it does not end a migration.
    static func ignoreBrokenPipes() { Foundation.signal(SIGPIPE, SIG_IGN) }

    var signal: Int32? { state.withLock { $0.signal } }

    /// Runs a body; signals during it apply to the work on one database.
    func watching<Result, Failure: Error>(
        _ access: DatabaseAccessMode, cancel: @escaping @Sendable () -> Void, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        state.withLock { state in
            state.access = access
            state.cancel = cancel
        }
        defer { state.withLock { $0.cancel = nil } }
        return try body()
    }

    /// Runs a service: the first signal ends it, the second cancels its running statements.
    func serving<Result>(
        stop: @escaping @Sendable () -> Void, cancel: @escaping @Sendable () -> Void, _ body: () throws -> Result
    ) rethrows -> Result {
        let hasSignal = state.withLock { state in
            state.access = .write
            (state.stop, state.cancel) = (stop, cancel)
            return state.signal != nil
        }
        if hasSignal { stop() }
        defer { state.withLock { ($0.stop, $0.cancel) = (nil, nil) } }
        return try body()
    }

    /// Runs a body that waits for input; a signal during it ends the process.
    func asking<Result>(_ body: () throws -> Result) rethrows -> Result {
        state.withLock { $0.isAsking = true }
        defer { state.withLock { $0.isAsking = false } }
        return try body()
    }

    private func received(_ number: Int32, _ console: Console) {
        let now = state.withLock { state in
            state.signal = state.signal ?? number
            state.count += 1
            return state
        }
        guard !now.isAsking, now.count < 3 else {
            console.write("")
            _exit(128 + number)
        }
        interruption.request()
        if now.count == 1 { now.stop?() }
        // A read-only run needs no safe point.
        let cancelsAt = now.access == .read ? 1 : 2
        if now.count == cancelsAt { Thread.detachNewThread { [self] in cancelUntilDone() } }
        guard now.access == .write, now.cancel != nil else { return }
        let next = "stopping at the next safe point; a second signal cancels the running statement"
        console.write(now.count == 1 ? next : "cancelling the running statement")
    }

    /// Cancels statements repeatedly until the work on the database has ended. A cancellation affects only the
    /// statement that is running at that moment; a move between two statements would miss it.
    private func cancelUntilDone() {
        while let cancel = state.withLock({ $0.cancel }) {
            cancel()
            Thread.sleep(forTimeInterval: 0.05)
        }
    }
}
