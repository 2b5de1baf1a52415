import Dispatch
package import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A process that a test started, and what became of it.
///
/// Foundation's `Process` does not tell how much memory a child took, and learns of its end from a descriptor that any
/// other child may have inherited, so this is the system's own interface. No child lives for ever: when its time is up,
/// it is killed, and the outcome says so.
package final class ChildProcess: Sendable {
    /// How a process ended and what it said.
    package struct Outcome: Sendable {
        /// The exit code; nil when a signal ended it.
        package var exitCode: Int32?
        /// The signal that ended it; nil when it ended by itself.
        package var signal: Int32?
        package var output: String
        package var errors: String
        /// The most memory that it ever had, in bytes; never less than its parent had when it was started.
        package var peakMemory: Int
    }

    /// The system would not start it.
    package struct CannotStart: Error, CustomStringConvertible {
        package var description: String
    }

    package let id: pid_t
    private let directory: TemporaryDirectory
    private let end: ContinuousClock.Instant

    /// Starts an executable.
    ///
    /// - Parameters:
    ///   - environment: the child's whole environment; nil: this process's own.
    ///   - limit: how long it may live.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String]? = nil,
        limit: Duration = .seconds(900)
    ) throws {
        directory = try TemporaryDirectory()
        end = .now + limit
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, directory.file("output"), O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, directory.file("errors"), O_WRONLY | O_CREAT, 0o600)
        let words = Self.list([executable] + arguments)
        let variables = Self.list((environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" })
        defer { for word in words + variables { free(word) } }
        var id: pid_t = 0
        let code = posix_spawnp(&id, executable, &actions, nil, words, variables)
        guard code == 0 else {
            throw CannotStart(description: "\(executable) cannot be started: \(String(cString: strerror(code)))")
        }
        self.id = id
    }

    private static func list(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] { texts.map { strdup($0) } + [nil] }

    /// Waits for its end, on a thread that may block.
    package func outcome() async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try self.wait() }) }
        }
    }

    /// Waits for its end on this thread; kills it when its time is up.
    package func wait() throws -> Outcome {
        var status: Int32 = 0
        var usage = rusage()
        var isLate = false
        while wait4(id, &status, isLate ? 0 : WNOHANG, &usage) != id {
            usleep(1000)
            guard !isLate, ContinuousClock.now > end else { continue }
            isLate = true
            kill()
        }
        #if canImport(Darwin)
            let unit = 1
        #else
            let unit = 1024
        #endif
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: directory.file(name))), as: UTF8.self)
        }
        let signal = status & 0x7f
        return Outcome(
            exitCode: signal == 0 ? (status >> 8) & 0xff : nil, signal: signal == 0 ? nil : signal,
            output: try text("output"), errors: try text("errors") + (isLate ? "\nkilled: its time was up\n" : ""),
            peakMemory: Int(usage.ru_maxrss) * unit)
    }

    /// What it has written to standard error until now.
    package var errorsSoFar: String {
        let data = FileManager.default.contents(atPath: directory.file("errors")) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// Sends a signal.
    package func send(_ signal: Int32) { _ = Foundation.kill(id, signal) }

    /// Whether it has not ended; may be asked until somebody has waited for it.
    package var isRunning: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(id), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == 0
    }

    /// Ends it where it is, with nothing left to say.
    package func kill() { _ = Foundation.kill(id, SIGKILL) }
}
