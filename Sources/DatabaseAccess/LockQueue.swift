#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Requests a lock repeatedly instead of waiting in a statement, and reports its holder once a second.
package enum LockQueue {
    /// - Parameters:
    ///   - waiting: receives the holder once a second; false gives up.
    ///   - attempt: takes the lock and returns nil, or returns its holder.
    /// - Throws: ``LockUnavailable`` if `waiting` returned false.
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
