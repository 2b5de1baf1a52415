@testable import MigrationCore

enum Progress {
    /// How far a move is, for the bar.
    static func of(done: Int64, total: Int64) -> MigrationEvent.Progress {
        MigrationEvent.Progress(done: done, total: total, bytes: 0, elapsed: .seconds(1))
    }
}
