import Foundation

/// The command line program that was built with the tests.
package enum Program {
    /// A password that no output may ever hold; wrong ones in tests begin with `wr0ng`.
    package static let secret = "s3cret-of-nobody"

    /// Starts it with nothing in its environment but what is given.
    package static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
        let basis = ["PATH": "/usr/bin:/bin", "HOME": FileManager.default.temporaryDirectory.path]
        return try ChildProcess(
            FaultRunner.product("agno-migrate"), arguments,
            environment: basis.merging(environment) { _, new in new })
    }

    /// Runs it to its end.
    package static func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> ChildProcess.Outcome {
        try start(arguments, environment: environment).wait()
    }
}

extension ChildProcess.Outcome {
    /// The exit code; below zero the signal that ended it.
    package var status: Int32 { exitCode ?? -(signal ?? 0) }
}
