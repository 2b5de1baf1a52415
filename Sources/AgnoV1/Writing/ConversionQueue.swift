import Dispatch
import Synchronization

/// Converts rows on other processors while the reader reads on, and returns them in the order in which they came.
///
/// It holds few rows at a time, so that memory does not grow with the table. A row that no thread has started on when it is
/// asked for is converted by the caller, so that the caller never waits for a thread that does not come.
struct ConversionQueue {
    /// A row and its conversion.
    struct Item: Sendable {
        var row: V1Row
        var bytes: Int64
        var outcome: V1Outcome
        var fingerprint: RowFingerprint
    }

    private let conversion: V1Conversion
    private var slots: [Slot] = []
    private var bytes: Int64 = 0

    private static let rowLimit = 32
    private static let byteLimit: Int64 = 2 << 20

    init(_ conversion: V1Conversion) { self.conversion = conversion }

    /// Whether a row must be taken out before the next one is added.
    var isFull: Bool { slots.count > Self.rowLimit || bytes > Self.byteLimit }

    mutating func add(_ row: V1Row) {
        let slot = Slot(row, conversion)
        bytes += slot.bytes
        slots.append(slot)
        DispatchQueue.global().async { slot.convert() }
    }

    /// Removes the oldest row; nil if the queue is empty.
    mutating func popFirst() -> Item? {
        guard !slots.isEmpty else { return nil }
        let slot = slots.removeFirst()
        bytes -= slot.bytes
        return slot.take()
    }

    /// One row. Whoever holds the lock converts it.
    private final class Slot: Sendable {
        private enum SlotState {
            case waiting(V1Row)
            case converted(Item)
            case taken
        }

        let bytes: Int64
        private let conversion: V1Conversion
        private let state: Mutex<SlotState>

        init(_ row: V1Row, _ conversion: V1Conversion) {
            bytes = row.byteCount
            self.conversion = conversion
            state = Mutex(.waiting(row))
        }

        /// Converts the row ahead, unless it is being converted or was taken.
        func convert() {
            _ = state.withLockIfAvailable { state in
                if case .waiting(let row) = state { state = .converted(converted(row)) }
            }
        }

        /// The converted row, after waiting for a thread that has started on it; nil for all calls but the first.
        func take() -> Item? {
            state.withLock { state in
                defer { state = .taken }
                return switch state {
                case .waiting(let row): converted(row)
                case .converted(let item): item
                case .taken: nil
                }
            }
        }

        private func converted(_ row: V1Row) -> Item {
            Item(row: row, bytes: bytes, outcome: conversion.convert(row), fingerprint: row.fingerprint)
        }
    }
}
