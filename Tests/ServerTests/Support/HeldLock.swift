import Foundation
import Synchronization
import Testing

/// The lock of a SQLite file, as another process would hold it.
final class HeldLock: Sendable {
    private let descriptor: Mutex<Int32>

    init(of database: String) throws {
        let file = open("\(database).agno-migrate.lock", O_RDWR | O_CREAT, 0o644)
        descriptor = Mutex(file)
        try #require(file >= 0)
        try #require(flock(file, LOCK_EX | LOCK_NB) == 0)
        let holder = "process 1 on test-host (up to 3.0.0), since 2026-01-01T00:00:00Z"
        _ = Array(holder.utf8).withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    }

    func release() {
        descriptor.withLock { file in
            if file >= 0 { close(file) }
            file = -1
        }
    }

    deinit { release() }
}
