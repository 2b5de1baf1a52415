import Foundation
import Testing

/// A child process on a terminal of its own.
final class Terminal {
    private let process = Process()
    private let master: Int32
    private let ended: AsyncStream<Void>
    private let reader: Task<String, Never>

    /// `TIOCSPTLCK` and `TIOCGPTN` of Linux.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    init(_ arguments: [String], in folder: Folder, environment: [String: String] = [:]) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // What unlockpt and ptsname do; the C library does not show them to Swift.
        var isLocked: Int32 = 0
        var number: Int32 = 0
        try #require(ioctl(master, Self.setLock, &isLocked) == 0 && ioctl(master, Self.getNumber, &number) == 0)
        let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        try #require(slave >= 0)
        let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        self.ended = ended
        process.executableURL = Program.executable
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.environment = ["PATH": "/usr/bin:/bin", "TERM": "xterm"].merging(environment) { _, new in new }
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        try? handle.close()
        let descriptor = master
        reader = Task.detached {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
                bytes += buffer.prefix(count)
            }
        }
    }

    deinit { close(master) }

    /// Types a line.
    func type(_ line: String) {
        _ = Array("\(line)\n".utf8).withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
    }

    /// Waits for the end; everything that was shown, and the exit code.
    func outcome() async -> (status: Int32, text: String) {
        for await _ in ended {}
        return (process.terminationStatus, await reader.value)
    }
}
