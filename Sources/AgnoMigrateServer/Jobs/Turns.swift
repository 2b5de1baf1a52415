import Synchronization

/// Lets one at a time in, in the order in which they came.
///
/// The database's own lock keeps other processes out; this keeps the requests of this one in order, so that none of them
/// holds a thread while it waits.
final class Turns: Sendable {
    private struct Waiter {
        let ticket: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var isTaken = false
        var nextTicket = 0
        var waiters: [Waiter] = []
        /// Tickets whose owner gave up before he stood in line.
        var withdrawn: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Runs a body when it is this task's turn.
    ///
    /// - Parameter waiting: called when somebody is before it.
    /// - Throws: `CancellationError` when the task is cancelled before its turn.
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
        // Who gives up at the moment at which his turn comes leaves his ticket behind.
        defer { state.withLock { _ = $0.withdrawn.remove(ticket) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.withdrawn.remove(ticket) != nil { return false }
                    if !state.isTaken {
                        state.isTaken = true
                        return true
                    }
                    state.waiters.append(Waiter(ticket: ticket, continuation: continuation))
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
