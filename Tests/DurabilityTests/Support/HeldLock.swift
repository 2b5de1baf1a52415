#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The migration lock of a file, held by the test until it lets go.
final class HeldLock {
    private let descriptor: Int32
    private let path: String

    init(of database: String, saying text: String = "the test") throws {
        path = HeldLock.path(of: database)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw RawDatabase.Failure(code: errno, description: "cannot lock \(path)")
        }
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }

    /// Gives the lock back as a process does that ends: the file stays.
    func release() { close(descriptor) }

    /// The name of the lock file beside a database.
    static func path(of database: String) -> String { database + ".agno-migrate.lock" }
}
