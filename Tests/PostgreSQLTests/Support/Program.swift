import DurabilitySupport
import Foundation
import Testing

/// The command line program that was built with the tests.
enum Program {
    /// Starts it with nothing in its environment but what is given.
    static func start(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> ChildProcess {
        let basis = ["PATH": "/usr/bin:/bin", "HOME": FileManager.default.temporaryDirectory.path]
        return try ChildProcess(
            FaultRunner.product("agno-migrate"), arguments,
            environment: basis.merging(environment) { _, new in new })
    }

    /// Runs it to its end.
    static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> ChildProcess.Outcome {
        try start(arguments, environment: environment).wait()
    }

    /// A password that no output may ever hold; wrong ones in tests begin with `wr0ng`.
    static let secret = "s3cret-of-nobody"

    /// The program's answer must be exit code 10 and one line that holds the words, and nothing of a password.
    static func expectRefusal(
        _ url: String, command: String = "status", saying words: String, code: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try run(command, "--db", url, "--json")
        #expect(result.status == 10, sourceLocation: sourceLocation)
        let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("error:") }
        #expect(lines.count == 1 && result.errors.contains(words), "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.output.contains("\"\(code)\""), "\(result.output)", sourceLocation: sourceLocation)
        for text in [result.output, result.errors] {
            #expect(!text.contains(secret) && !text.contains("wr0ng"), sourceLocation: sourceLocation)
        }
    }
}

extension ChildProcess.Outcome {
    /// The exit code; below zero the signal that ended it.
    var status: Int32 { exitCode ?? -(signal ?? 0) }
}
