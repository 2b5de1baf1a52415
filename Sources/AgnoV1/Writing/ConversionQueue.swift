import Dispatch
import Synchronization

/// Converts rows ahead of their turn on other processors, and gives them back in the order in which they came.
///
/// It holds few rows at a time, so that memory does not grow with the table; whoever wants a row that nobody has begun
/// with converts it himself, so that it never waits for a thread that does not come.
struct ConversionQueue {
    /// A row with what became of it.
    struct Item: Sendable {
        var row: V1Row
        var bytes: Int64
        var outcome: V1Outcome
        var fingerprint: RowFingerprint
    }

    private let conversion: V1Conversion
    private var slots: [Slot] = []
    private var bytes: Int64 = 0

    private static let mostRows = 32
    private static let mostBytes: Int64 = 2 << 20

    init(_ conversion: V1Conversion) { self.conversion = conversion }

    /// Whether a row should be taken out before the next one comes.
    var isFull: Bool { slots.count > Self.mostRows || bytes > Self.mostBytes }

    mutating func add(_ row: V1Row) {
        let slot = Slot(row, conversion)
        bytes += slot.bytes
        slots.append(slot)
        DispatchQueue.global().async { slot.work() }
    }

    /// The row that came first; nil where there is none.
    mutating func popFirst() -> Item? {
        guard !slots.isEmpty else { return nil }
        let slot = slots.removeFirst()
        bytes -= slot.bytes
        return slot.result()
    }

    private final class Slot: Sendable {
        private enum State {
            case waiting(V1Row)
            case working
            case done(Item)
            case taken
        }

        let bytes: Int64
        private let conversion: V1Conversion
        private let state: Mutex<State>
        private let isDone = DispatchSemaphore(value: 0)

        init(_ row: V1Row, _ conversion: V1Conversion) {
            bytes = row.byteCount
            self.conversion = conversion
            state = Mutex(.waiting(row))
        }

        /// Converts the row, unless somebody has begun with it.
        func work() {
            let row: V1Row? = state.withLock { state in
                guard case .waiting(let row) = state else { return nil }
                state = .working
                return row
            }
            guard let row else { return }
            let item = Item(
                row: row, bytes: bytes, outcome: conversion.convert(row), fingerprint: row.fingerprint)
            state.withLock { $0 = .done(item) }
            isDone.signal()
        }

        /// The converted row; may be asked for once.
        func result() -> Item? {
            work()
            isDone.wait()
            return state.withLock { state in
                guard case .done(let item) = state else { return nil }
                state = .taken
                return item
            }
        }
    }
}
