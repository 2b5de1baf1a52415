import Dispatch
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A process that a test started, and what became of it.
///
/// Foundation's `Process` does not tell how much memory a child took, so this is the system's own interface.
final class ChildProcess: Sendable {
    /// How a process ended and what it said.
    struct Outcome: Sendable {
        /// The exit code; nil when a signal ended it.
        var exitCode: Int32?
        /// The signal that ended it; nil when it ended by itself.
        var signal: Int32?
        var output: String
        var errors: String
        /// The most memory that it ever had, in bytes; never less than its parent had when it was started.
        var peakMemory: Int
    }

    /// The system would not start it.
    struct CannotStart: Error, CustomStringConvertible {
        var description: String
    }

    let id: pid_t
    private let directory: TemporaryDirectory

    init(_ executable: String, _ arguments: [String]) throws {
        directory = try TemporaryDirectory()
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
        var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var id: pid_t = 0
        let code = posix_spawnp(&id, executable, &actions, nil, words, environ)
        guard code == 0 else {
            throw CannotStart(description: "\(executable) cannot be started: \(String(cString: strerror(code)))")
        }
        self.id = id
    }

    /// Waits for its end, on a thread that may block.
    func outcome() async throws -> Outcome {
        let id = id
        let (status, peak) = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var status: Int32 = 0
                var usage = rusage()
                while wait4(id, &status, 0, &usage) < 0, errno == EINTR {}
                #if canImport(Darwin)
                    let unit = 1
                #else
                    let unit = 1024
                #endif
                continuation.resume(returning: (status, Int(usage.ru_maxrss) * unit))
            }
        }
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: directory.file(name))), as: UTF8.self)
        }
        let signal = status & 0x7f
        return Outcome(
            exitCode: signal == 0 ? (status >> 8) & 0xff : nil, signal: signal == 0 ? nil : signal,
            output: try text("output"), errors: try text("errors"), peakMemory: peak)
    }

    /// Ends it where it is, with nothing left to say.
    func kill() { _ = Foundation.kill(id, SIGKILL) }
}
