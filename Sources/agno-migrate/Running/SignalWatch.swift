import AgnoMigrate
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into a stop at the next safe point.
///
/// The signals are blocked in every thread, and one thread waits for them: nothing runs inside a signal handler.
/// The first signal asks the run to stop; the second cancels the running statement; the third ends the process at once,
/// which is as safe as a kill.
final class SignalWatch: Sendable {
    /// What the engine looks at before each transaction.
    let interruption = Interruption()

    private struct State {
        var signal: Int32?
        var count = 0
        var isAsking = false
        var access = DatabaseAccessMode.read
        var cancel: (@Sendable () -> Void)?
        /// How a service is told to end.
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Begins to watch; must be called before any other thread is made.
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

    /// Makes a reader that went away an error of `write(2)` instead of the end of a migration.
    static func ignoreBrokenPipes() {
        Foundation.signal(SIGPIPE, SIG_IGN)
    }

    /// The first signal that came; nil if none did.
    var signal: Int32? { state.withLock { $0.signal } }

    /// Runs a body during which signals are about one manager.
    func watching<Result>(
        _ manager: MigrationManager, _ access: DatabaseAccessMode, _ body: () throws -> Result
    ) rethrows -> Result {
        try watching(access, cancel: { manager.cancelRunningStatement() }, body)
    }

    /// Runs a body during which signals are about one database's work.
    func watching<Result>(
        _ access: DatabaseAccessMode, cancel: @escaping @Sendable () -> Void, _ body: () throws -> Result
    ) rethrows -> Result {
        state.withLock { state in
            state.access = access
            state.cancel = cancel
        }
        defer { state.withLock { $0.cancel = nil } }
        return try body()
    }

    /// Runs a service: the first signal ends it, the second cancels the statements that are running.
    func serving<Result>(
        stop: @escaping @Sendable () -> Void, cancel: @escaping @Sendable () -> Void, _ body: () throws -> Result
    ) rethrows -> Result {
        let hasCome = state.withLock { state in
            state.access = .write
            (state.stop, state.cancel) = (stop, cancel)
            return state.signal != nil
        }
        if hasCome { stop() }
        defer { state.withLock { ($0.stop, $0.cancel) = (nil, nil) } }
        return try body()
    }

    /// Runs a body that waits for a person; a signal ends the process then.
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
        // What only reads has nothing to bring to an end first.
        let cancelsAt = now.access == .read ? 1 : 2
        if now.count == cancelsAt { Thread.detachNewThread { [self] in cancelUntilDone() } }
        guard now.access == .write, now.cancel != nil else { return }
        let next = "stopping at the next safe point; a second signal cancels the running statement"
        console.write(now.count == 1 ? next : "cancelling the running statement")
    }

    /// Cancels what runs until the work on the database has ended.
    ///
    /// Cancelling hits the statement that runs at that moment; a move between two of its statements would not notice.
    private func cancelUntilDone() {
        while let cancel = state.withLock({ $0.cancel }) {
            cancel()
            Thread.sleep(forTimeInterval: 0.05)
        }
    }
}
