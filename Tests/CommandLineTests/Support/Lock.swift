import Foundation
import Testing

/// The lock of a SQLite file, held by the test itself.
final class HeldLock {
    private let descriptor: Int32

    init(of database: String, in folder: Folder) throws {
        let path = folder.path("\(database).agno-migrate.lock")
        descriptor = open(path, O_RDWR | O_CREAT, 0o644)
        try #require(descriptor >= 0)
        try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let holder = "process 1 on test-host (up to 3.0.0), since 2026-01-01T00:00:00Z"
        _ = Array(holder.utf8).withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }

    deinit { close(descriptor) }
}
