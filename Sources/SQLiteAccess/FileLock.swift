import DatabaseAccess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A lock on a separate file beside the database, held by the operating system for this process.
///
/// The file names the holder. It is removed when the lock is released; a file left by a killed process is not locked and
/// does no harm.
struct FileLock {
    let path: String

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        let descriptor = try acquire(waiting)
        defer {
            // Unlinked before it is unlocked, so that a process that waits for this file notices that the path has changed.
            unlink(path)
            close(descriptor)
        }
        write(purpose, to: descriptor)
        return try body()
    }

    /// The process that holds the lock; nil if none does.
    var holder: String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        return errno == EWOULDBLOCK ? read(descriptor) : nil
    }

    private func acquire(_ waiting: (LockHolder) throws -> Bool) throws -> Int32 {
        var acquired: Int32 = -1
        try LockQueue.wait(reporting: waiting) {
            while true {
                let descriptor = try opened()
                if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                    if isCurrent(descriptor) {
                        acquired = descriptor
                        return nil
                    }
                    close(descriptor)
                    continue
                }
                let reason = errno
                defer { close(descriptor) }
                guard reason == EWOULDBLOCK || reason == EINTR else {
                    throw DatabaseError(
                        .cannotConnect, "the lock file \(path) cannot be locked: \(String(cString: strerror(reason)))")
                }
                return read(descriptor)
            }
        }
        return acquired
    }

    private func opened() throws -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw DatabaseError(
                errno == EACCES || errno == EROFS ? .notAuthorised : .cannotConnect,
                "the lock file \(path) cannot be made: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    /// Whether the path still leads to the locked file; its former holder may have removed it.
    private func isCurrent(_ descriptor: Int32) -> Bool {
        var locked = stat()
        var named = stat()
        return fstat(descriptor, &locked) == 0 && stat(path, &named) == 0 && locked.st_ino == named.st_ino
            && locked.st_dev == named.st_dev
    }

    private func write(_ purpose: String, to descriptor: Int32) {
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        let since = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let line = "process \(getpid()) on \(name) (\(purpose)), since \(since)"
        ftruncate(descriptor, 0)
        _ = line.utf8.withContiguousStorageIfAvailable { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        return text.isEmpty ? "another process" : text
    }
}
