import Foundation

/// The command line program that was built with the tests.
struct Program {
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    struct NotBuilt: Error, CustomStringConvertible {
        let description = "agno-migrate is not built: run swift build --build-tests"
    }

    private let process = Process()
    private let output: URL
    private let errors: URL

    /// Starts the program; its output goes to files, so that no pipe can fill up.
    init(
        _ arguments: [String], name: String = "agno-migrate", environment: [String: String] = [:]
    ) throws {
        let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let program = products.appending(path: name)
        guard FileManager.default.isExecutableFile(atPath: program.path) else { throw NotBuilt() }
        let folder = FileManager.default.temporaryDirectory
        output = folder.appending(path: UUID().uuidString)
        errors = folder.appending(path: UUID().uuidString)
        for file in [output, errors] { try Data().write(to: file) }
        process.executableURL = program
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path].merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    /// Waits for its end.
    func wait() throws -> Result {
        process.waitUntilExit()
        defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
        return Result(
            status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }

    static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
        try Program(arguments, environment: environment).wait()
    }
}
