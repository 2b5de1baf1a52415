package import AgnoV1
import Foundation
package import MigrationCore

/// The child process that migrates a database and dies where it is told to.
package enum FaultRunner {
    /// The clock of every run whose result is compared with another's.
    package static let now: Int64 = 1_800_000_000

    /// It did not end as it had to.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        package init(description: String) { self.description = description }
    }

    /// An executable that the build puts beside the tests.
    package static func product(_ name: String) throws -> String {
        let folder = Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
        let path = "\(folder)/\(name)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure(description: "\(path) is missing; `swift build --build-tests` makes it beside the tests")
        }
        return path
    }

    /// Starts a run; the clock stands still, unless the run's own one is wanted.
    package static func start(
        _ command: String, _ database: String, _ arguments: [String] = [], withOwnClock: Bool = false
    ) throws -> ChildProcess {
        let clock = withOwnClock ? [] : ["now=\(now)"]
        return try ChildProcess(product("FaultRunner"), [command, database, "batch-bytes=600"] + clock + arguments)
    }

    /// Runs to the end.
    package static func run(
        _ command: String, _ database: String, _ arguments: [String] = []
    ) async throws -> ChildProcess.Outcome {
        try await start(command, database, arguments).outcome()
    }

    /// Runs to an end that must be a good one, and returns the number of writing statements.
    @discardableResult
    package static func mustSucceed(
        _ command: String, _ database: String, _ arguments: [String] = [], withOwnClock: Bool = false
    ) async throws -> Int {
        let outcome = try await start(command, database, arguments, withOwnClock: withOwnClock).outcome()
        guard outcome.exitCode == 0 else { throw Failure(description: "\(command): \(outcome.errors)") }
        let failures = try outcome.failures(of: command)
        guard failures.isEmpty else { throw Failure(description: "\(command): \(failures)") }
        guard let statements = outcome.statements else { throw Failure(description: outcome.errors) }
        return statements
    }

    /// What is parked in a database, a line for each value, whatever way it came there.
    package static func parked(in database: String) async throws -> [String] {
        let outcome = try await run("parked", database)
        guard outcome.exitCode == 0 else { throw Failure(description: "parked: \(outcome.errors)") }
        return try outcome.decoded()
    }
}

extension [String] {
    /// What lines differ, and how often each is there, for a failure's message.
    func differences(from expected: [String]) -> [String] {
        func count(_ lines: [String]) -> [String: Int] { lines.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
        let (found, wanted) = (count(self), count(expected))
        return Set(found.keys).union(wanted.keys).sorted().compactMap { line in
            let (there, due) = (found[line] ?? 0, wanted[line] ?? 0)
            return there == due ? nil : "\(there) instead of \(due) of \(line.prefix(300))"
        }
    }
}

extension ChildProcess.Outcome {
    /// How many statements wrote something, or would have.
    package var statements: Int? {
        errors.split(separator: "\n").last.flatMap { $0.hasPrefix("statements=") ? Int($0.dropFirst(11)) : nil }
    }

    /// The numbers of the writing statements about parked values, and of the next ones after each.
    package var statementsOfParking: [Int] {
        let line = errors.split(separator: "\n").first { $0.hasPrefix("parking=") }
        return line?.dropFirst(8).split(separator: ",").compactMap { Int($0) } ?? []
    }

    /// How much memory the process itself had at most, in bytes, where it said so; otherwise ``peakMemory``.
    package var ownPeakMemory: Int {
        let line = errors.split(separator: "\n").first { $0.hasPrefix("peak=") }
        return line.flatMap { Int($0.dropFirst(5)) }.map { $0 << 10 } ?? peakMemory
    }

    /// What `up` or `down` printed.
    package var report: MigrationReport { get throws { try decoded() } }

    /// What `import-v1` printed.
    package var importReport: V1ImportReport { get throws { try decoded() } }

    /// What the report of a command says went wrong; nothing if nothing did. What an import keeps in the quarantine is no
    /// failure.
    package func failures(of command: String) throws -> [String] {
        switch command {
        case "up", "down":
            let report = try report
            return report.isSuccess ? [] : report.failures + ["no success"]
        case "import-v1":
            let report = try importReport
            return report.tables.compactMap { $0.error.map(\.description) }
                + (report.interrupted ? ["interrupted"] : [])
        case "copy":
            let report: CopyReport = try decoded()
            // Not every server has a place for every table.
            return report.tables.filter { $0.outcome != .copied && $0.outcome != .notCopied }.map {
                "\($0.name): \($0.outcome.rawValue)"
            }
                + (report.interrupted ? ["interrupted"] : [])
        default: return []
        }
    }

    /// What a command printed.
    package func decoded<Value: Decodable>() throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: Data(output.utf8))
    }
}

extension MigrationReport {
    /// The steps that failed or were refused, in words.
    package var failures: [String] {
        tables.flatMap { table in
            table.steps.compactMap { step in
                step.error.map { "\(table.name) \(step.version): \($0.code.rawValue): \($0.message)" }
            }
        }
    }

    /// The names of the tables that ended in a certain way.
    package func names(_ outcome: TableReport.Outcome) -> [String] {
        tables.filter { $0.outcome == outcome }.map(\.name)
    }
}
