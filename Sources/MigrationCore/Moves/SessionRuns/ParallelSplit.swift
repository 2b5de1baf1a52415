import AgnoSchema
import DatabaseAccess
import Dispatch
import SQLDialects
import Synchronization

/// Splits all sessions' run lists: over one connection, or for a large table over several, each of which takes one key
/// range after another until none is left.
struct ParallelSplit {
    let driver: any DatabaseDriver
    let context: RunsMoveContext
    /// How many connections move at the same time.
    let connections: Int

    /// Moves all lists, in as many transactions as it takes.
    ///
    /// - Parameter connection: one of the connections; the others are opened, as many as the server has to spare.
    func run(on connection: any DatabaseConnection) throws -> RunsMoveCounts {
        let splitter = RunsSplitter(lane(0), connection: connection)
        let total = try splitter.pendingSessions()
        let watch = Stopwatch()
        guard connections > 1 else {
            return try splitter.move(.all) { context.report($0, of: total, since: watch) }
        }
        let ranges = try splitter.ranges(for: connections)
        let shared = Shared(ranges, connections: connections) { [context] in
            context.report($0, of: total, since: watch)
        }
        let others = DispatchGroup()
        for number in 1..<connections {
            DispatchQueue.global().async(group: others) { [driver, context = lane(number)] in
                shared.attempt(isNeeded: false) {
                    try driver.withConnection(for: .write) {
                        try shared.drain(with: RunsSplitter(context, connection: $0), number)
                    }
                }
            }
        }
        shared.attempt(isNeeded: true) { try shared.drain(with: splitter, 0) }
        others.wait()
        return try shared.result()
    }

    private func lane(_ number: Int) -> RunsMoveContext {
        var context = context
        context.journal.lane = Journal.Lane(number: number, count: connections)
        context.mayTakeOver = context.mayTakeOver && connections > 1
        return context
    }
}

/// The state that the connections of one move share.
private final class Shared: Sendable {
    private struct State {
        var ranges: [SessionKeyRange]
        /// The counts of each connection so far.
        var counts: [RunsMoveCounts]
        var failure: (any Error)?
        var sum: RunsMoveCounts { counts.reduce(RunsMoveCounts(), +) }
    }

    private let state: Mutex<State>
    private let report: @Sendable (RunsMoveCounts) -> Void

    init(
        _ ranges: [SessionKeyRange], connections: Int,
        report: @escaping @Sendable (RunsMoveCounts) -> Void
    ) {
        let counts = Array(repeating: RunsMoveCounts(), count: connections)
        state = Mutex(State(ranges: ranges.reversed(), counts: counts))
        self.report = report
    }

    /// Moves one range after another, until none is left or another connection fails.
    func drain(with splitter: RunsSplitter, _ number: Int) throws {
        while let range = state.withLock({ $0.failure == nil ? $0.ranges.popLast() : nil }) {
            let before = state.withLock { $0.counts[number] }
            let moved = try splitter.move(range) { set(before + $0, for: number) }
            set(before + moved, for: number)
        }
    }

    /// Reports are sent one at a time, so that the counts never go down.
    private func set(_ counts: RunsMoveCounts, for number: Int) {
        state.withLock {
            $0.counts[number] = counts
            report($0.sum)
        }
    }

    /// - Parameter isNeeded: false for a connection beside the first: if the server has none to spare, the move proceeds
    ///   without it.
    func attempt(isNeeded: Bool, _ body: () throws -> Void) {
        do {
            try body()
        } catch let error as DatabaseError where error.condition == .cannotConnect && !isNeeded {
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
        }
    }

    func result() throws -> RunsMoveCounts {
        try state.withLock {
            if let failure = $0.failure { throw failure }
            return $0.sum
        }
    }
}
