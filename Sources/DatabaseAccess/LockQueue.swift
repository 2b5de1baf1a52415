#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Asks for a lock again and again instead of waiting in a statement, and says once a second who has it.
package enum LockQueue {
    /// - Parameters:
    ///   - waiting: is told once a second who has the lock; false gives up.
    ///   - attempt: takes the lock and answers nil, or says who has it.
    /// - Throws: ``LockUnavailable`` where `waiting` gave up.
    package static func wait(
        reporting waiting: (LockHolder) throws -> Bool, until attempt: () throws -> String?
    ) throws {
        let start = ContinuousClock.now
        var nextReport = start
        while let holder = try attempt() {
            if ContinuousClock.now >= nextReport {
                let known = LockHolder(description: holder, waited: start.duration(to: .now))
                guard try waiting(known) else { throw LockUnavailable(holder: known) }
                nextReport = nextReport.advanced(by: .seconds(1))
            }
            usleep(100_000)
        }
    }
}
