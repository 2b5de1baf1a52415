import Foundation
import LosslessJSON
import Testing

/// The program under test, run as a child process.
enum Program {
    /// The binary that was built beside the tests.
    static let executable: URL = {
        let name = "agno-migrate"
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let candidates = [beside, root.appendingPathComponent(".build/debug")].map { $0.appendingPathComponent(name) }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[0]
    }()

    /// What a finished process left behind.
    struct Outcome {
        let status: Int32
        let output: [UInt8]
        let errors: String

        var text: String { String(decoding: output, as: UTF8.self) }

        /// The one document on standard output.
        var document: JSONValue {
            get throws { try JSONValue(parsing: output) }
        }
    }

    /// Runs it to its end, its input closed and its streams no terminals.
    static func run(
        _ arguments: String..., in folder: Folder, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Outcome {
        try await run(arguments, in: folder, environment: environment, sourceLocation: sourceLocation)
    }

    /// Runs it to its end, its input closed and its streams no terminals.
    static func run(
        _ arguments: [String], in folder: Folder, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Outcome {
        let child = try Child(arguments, in: folder, environment: environment)
        let outcome = try await child.outcome()
        #expect(!child.wasKilled, "it ended by itself", sourceLocation: sourceLocation)
        return outcome
    }
}

/// A running child process whose streams go to files.
final class Child {
    private let process = Process()
    private let ended: AsyncStream<Void>
    private let output: URL
    private let errors: URL

    init(
        _ arguments: [String], in folder: Folder, environment: [String: String] = [:],
        executable: URL = Program.executable
    ) throws {
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        self.ended = ended
        output = folder.scratch()
        errors = folder.scratch()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.environment = ["PATH": "/usr/bin:/bin", "TERM": "xterm"].merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
    }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// What it wrote to standard error until now.
    var errorsSoFar: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

    /// Waits until standard error holds a text.
    func waits(for text: String) async throws -> Bool {
        for _ in 0..<600 {
            if errorsSoFar.contains(text) { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Waits until it ends.
    func outcome() async throws -> Program.Outcome {
        for await _ in ended {}
        return Program.Outcome(
            status: process.terminationStatus, output: Array(try Data(contentsOf: output)), errors: errorsSoFar)
    }

    /// Whether a signal ended it, not the program itself.
    var wasKilled: Bool { process.terminationReason == .uncaughtSignal }
}
