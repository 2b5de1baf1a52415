/// The number of rows in the next batch, estimated from the size of the rows before.
package struct BatchSizer {
    private let batchBytes: Int64
    private let rowLimit: Int
    /// The largest number of rows of the next batch.
    package private(set) var rows: Int

    /// - Parameters:
    ///   - batchBytes: the size of a batch in bytes, about.
    ///   - rowLimit: the largest number of rows of any batch.
    package init(batchBytes: Int64, rowLimit: Int = .max) {
        self.batchBytes = batchBytes
        self.rowLimit = rowLimit
        rows = min(rowLimit, 64)
    }

    /// A batch of large rows ends at this size, before it has its number of rows.
    package var byteLimit: Int64 { batchBytes * 2 }

    /// Learns from a batch.
    package mutating func learn(rows read: Int64, bytes: Int64) {
        guard read > 0, bytes > 0 else { return }
        let fitting = Int(min(batchBytes * read / bytes, 4096))
        rows = min(rowLimit, max(1, min(fitting, rows * 4)))
    }
}
