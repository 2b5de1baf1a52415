import AgnoSchema
import DatabaseAccess
import Dispatch
import SQLDialects
import Synchronization

/// The move of all sessions' run lists: over one connection, or for a large table over several, each of which takes one
/// key range after the other until none is left.
struct SessionRunsMove {
    let driver: any DatabaseDriver
    let work: SessionRunsMover.Work
    /// How many connections move at the same time.
    let connections: Int

    /// Moves everything, in as many transactions as it takes.
    func run(on connection: any DatabaseConnection) throws -> SessionRunsMover.Counts {
        let mover = SessionRunsMover(lane(0), connection: connection)
        let total = try mover.pendingSessions()
        let watch = Stopwatch()
        guard connections > 1 else {
            return try mover.move(.all) { work.report($0, of: total, since: watch) }
        }
        // More ranges than connections: sessions differ in size, and nobody should wait for the slowest.
        let ranges = try mover.ranges(of: max(try mover.allSessions() / Int64(connections * 8), 256))
        let shared = Shared(ranges, connections: connections) { [work] in work.report($0, of: total, since: watch) }
        let others = DispatchGroup()
        for number in 1..<connections {
            DispatchQueue.global().async(group: others) { [driver, work = lane(number)] in
                shared.attempt(isNeeded: false) {
                    try driver.withConnection(for: .write) {
                        try shared.drain(with: SessionRunsMover(work, connection: $0), number)
                    }
                }
            }
        }
        shared.attempt(isNeeded: true) { try shared.drain(with: mover, 0) }
        others.wait()
        return try shared.result()
    }

    private func lane(_ number: Int) -> SessionRunsMover.Work {
        var work = work
        work.journal.lane = Journal.Lane(number: number, count: connections)
        work.mayTakeOver = work.mayTakeOver && connections > 1
        return work
    }
}

/// What the connections of one move share.
private final class Shared: Sendable {
    private struct State {
        var ranges: [SessionRunsMover.KeyRange]
        /// What each connection did so far.
        var counts: [SessionRunsMover.Counts]
        var failure: (any Error)?
        var sum: SessionRunsMover.Counts { counts.reduce(SessionRunsMover.Counts(), +) }
    }

    private let state: Mutex<State>
    private let report: @Sendable (SessionRunsMover.Counts) -> Void

    init(
        _ ranges: [SessionRunsMover.KeyRange], connections: Int,
        report: @escaping @Sendable (SessionRunsMover.Counts) -> Void
    ) {
        let counts = Array(repeating: SessionRunsMover.Counts(), count: connections)
        state = Mutex(State(ranges: ranges.reversed(), counts: counts))
        self.report = report
    }

    /// Moves one range after the other, until none is left or another connection failed.
    func drain(with mover: SessionRunsMover, _ number: Int) throws {
        while let range = state.withLock({ $0.failure == nil ? $0.ranges.popLast() : nil }) {
            let before = state.withLock { $0.counts[number] }
            let moved = try mover.move(range) { set(before + $0, for: number) }
            set(before + moved, for: number)
        }
    }

    /// Reports come one at a time, in the order of what they say.
    private func set(_ counts: SessionRunsMover.Counts, for number: Int) {
        state.withLock {
            $0.counts[number] = counts
            report($0.sum)
        }
    }

    /// - Parameter isNeeded: false for a connection beside the first: where the server has none to spare, it goes on
    ///   without.
    func attempt(isNeeded: Bool, _ body: () throws -> Void) {
        do {
            try body()
        } catch let error as DatabaseError where error.condition == .cannotConnect && !isNeeded {
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
        }
    }

    func result() throws -> SessionRunsMover.Counts {
        try state.withLock {
            if let failure = $0.failure { throw failure }
            return $0.sum
        }
    }
}

extension Dialect {
    /// The end of what a plan or a report says of the move, where its way is worth a word.
    var referenceMoveNote: String { reasonForReferenceMove.map { " through this program (\($0))" } ?? "" }
}

extension SessionRunsMover.Work {
    /// Says how far the move is.
    func report(_ counts: SessionRunsMover.Counts, of total: Int64, since watch: Stopwatch) {
        options.onEvent(
            .progress(
                .sessions, name: sessions.name, version: version,
                MigrationEvent.Progress(
                    done: counts.sessions, total: total, bytes: counts.bytes, elapsed: watch.elapsed)))
    }
}
