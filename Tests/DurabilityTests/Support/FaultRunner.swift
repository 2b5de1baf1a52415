import Foundation
import MigrationEngine
import Testing

/// The child process that migrates a file and dies where it is told to.
enum FaultRunner {
    /// The clock of every run whose result is compared with another's.
    static let now: Int64 = 1_800_000_000

    /// The executable, which the build puts beside the tests.
    static var executable: String {
        get throws {
            let path = try #require(Bundle.main.executableURL).deletingLastPathComponent()
                .appendingPathComponent("FaultRunner").path
            try #require(
                FileManager.default.isExecutableFile(atPath: path),
                "\(path) is missing; `swift build --build-tests` makes it beside the tests")
            return path
        }
    }

    /// Starts a run; the clock stands still, unless the run's own one is wanted.
    static func start(
        _ command: String, _ path: String, _ arguments: [String] = [], withOwnClock: Bool = false
    ) throws -> ChildProcess {
        let clock = withOwnClock ? [] : ["now=\(now)"]
        return try ChildProcess(executable, [command, path, "batch-bytes=600"] + clock + arguments)
    }

    /// Runs to the end.
    static func run(_ command: String, _ path: String, _ arguments: [String] = []) async throws -> ChildProcess.Outcome
    {
        try await start(command, path, arguments).outcome()
    }

    /// Runs to an end that must be a good one, and returns the number of writing statements.
    @discardableResult
    static func mustSucceed(
        _ command: String, _ path: String, _ arguments: [String] = [], withOwnClock: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Int {
        let outcome = try await start(command, path, arguments, withOwnClock: withOwnClock).outcome()
        try #require(outcome.exitCode == 0, "\(command): \(outcome.errors)", sourceLocation: sourceLocation)
        if ["up", "down"].contains(command) {
            let report = try outcome.report
            try #require(report.isSuccess, "\(command): \(report.failures)", sourceLocation: sourceLocation)
        }
        return try #require(outcome.statements, "\(outcome.errors)", sourceLocation: sourceLocation)
    }
}

extension ChildProcess.Outcome {
    /// How many statements wrote something, or would have.
    var statements: Int? {
        errors.split(separator: "\n").last.flatMap { $0.hasPrefix("statements=") ? Int($0.dropFirst(11)) : nil }
    }

    /// What `up` or `down` printed.
    var report: MigrationReport { get throws { try decoded() } }

    /// What a command printed.
    func decoded<Value: Decodable>() throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: Data(output.utf8))
    }
}

extension MigrationReport {
    /// The steps that failed or were refused, in words.
    var failures: [String] {
        tables.flatMap { table in
            table.steps.compactMap { step in
                step.error.map { "\(table.name) \(step.version): \($0.code.rawValue): \($0.message)" }
            }
        }
    }

    /// The names of the tables that ended in a certain way.
    func names(_ outcome: TableReport.Outcome) -> [String] { tables.filter { $0.outcome == outcome }.map(\.name) }
}
