import MigrationCore

/// Converts rows on other processors while the reader reads on, and returns them in the order in which they came.
///
/// It holds few rows at a time, so that memory does not grow with the table.
struct ConversionQueue {
    /// A row and its conversion.
    struct Item: Sendable {
        var row: V1Row
        var bytes: Int64
        var outcome: V1Outcome
        var fingerprint: RowFingerprint
    }

    private let conversion: V1Conversion
    private var items: [Future<Item>] = []
    private var bytes: Int64 = 0

    private static let rowLimit = 32
    private static let byteLimit: Int64 = 2 << 20

    init(_ conversion: V1Conversion) { self.conversion = conversion }

    /// Whether a row must be taken out before the next one is added.
    var isFull: Bool { items.count > Self.rowLimit || bytes > Self.byteLimit }

    mutating func add(_ row: V1Row) {
        let size = row.byteCount
        bytes += size
        items.append(
            Future { [conversion] in
                Item(row: row, bytes: size, outcome: conversion.convert(row), fingerprint: row.fingerprint)
            })
    }

    /// Removes the oldest row; nil if the queue is empty.
    mutating func popFirst() -> Item? {
        guard !items.isEmpty else { return nil }
        let item = items.removeFirst().value
        bytes -= item.bytes
        return item
    }
}
