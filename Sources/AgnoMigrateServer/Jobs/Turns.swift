import Synchronization

/// Admits one task at a time, in the order of arrival. The database's own lock excludes other processes; this queue
/// orders the requests of this process, so that no thread blocks while a request waits.
final class Turns: Sendable {
    private typealias Waiter = (ticket: Int, continuation: CheckedContinuation<Bool, Never>)

    private struct State {
        var isTaken = false
        var nextTicket = 0
        var waiters: [Waiter] = []
        /// Tickets cancelled before their waiter was queued.
        var withdrawn: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Waits for this task's turn and runs a body.
    ///
    /// - Parameter waiting: called if the task has to wait.
    /// - Throws: `CancellationError` if the task is cancelled before its turn.
    func take<Result: Sendable>(waiting: () -> Void, _ body: () async throws -> Result) async throws -> Result {
        guard await enter(waiting: waiting) else { throw CancellationError() }
        defer { leave() }
        try Task.checkCancellation()
        return try await body()
    }

    private func enter(waiting: () -> Void) async -> Bool {
        let (ticket, isFree) = state.withLock { state in
            defer { (state.isTaken, state.nextTicket) = (true, state.nextTicket + 1) }
            return (state.nextTicket, !state.isTaken)
        }
        if isFree { return true }
        waiting()
        // A task cancelled at the moment of its turn leaves its ticket behind.
        defer { state.withLock { _ = $0.withdrawn.remove(ticket) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.withdrawn.remove(ticket) != nil { return false }
                    if !state.isTaken {
                        state.isTaken = true
                        return true
                    }
                    state.waiters.append((ticket, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else {
                    state.withdrawn.insert(ticket)
                    return nil
                }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    private func leave() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }
}
