#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the engine takes the time from; tests hand in a fixed one.
package struct MigrationClock: Sendable {
    /// Epoch seconds, and the microseconds of that second.
    private let read: @Sendable () -> (seconds: Int64, microseconds: Int)

    /// The computer's clock.
    package static let system = MigrationClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec), Int(time.tv_nsec) / 1000)
    }

    /// A clock that always shows the same second.
    package static func fixed(_ seconds: Int64) -> MigrationClock { MigrationClock { (seconds, 0) } }

    private init(_ read: @escaping @Sendable () -> (seconds: Int64, microseconds: Int)) { self.read = read }

    /// Now, in epoch seconds.
    package var now: Int64 { read().seconds }

    /// Now as the Python releases write it into the versions table: local time without zone, no fraction when it is zero.
    package var localStamp: String { text(isLocal: true) }

    /// Now in UTC, for the journal.
    package var utc: String { text(isLocal: false) + "Z" }

    private func text(isLocal: Bool) -> String {
        let (seconds, microseconds) = read()
        var time = time_t(seconds)
        var parts = tm()
        if isLocal { localtime_r(&time, &parts) } else { gmtime_r(&time, &parts) }
        var buffer = [CChar](repeating: 0, count: 40)
        strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard microseconds > 0 else { return text }
        let fraction = String(microseconds)
        return text + "." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}

/// How long something takes, by a clock that only goes forward.
package struct Stopwatch {
    private let start = ContinuousClock.now

    package init() {}

    /// The time since the start.
    package var elapsed: Duration { start.duration(to: .now) }

    /// The time since the start in seconds.
    package var seconds: Double { elapsed / .seconds(1) }
}
