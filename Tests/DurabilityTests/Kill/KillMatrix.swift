import Foundation
import MigrationEngine
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One command, killed before each of its writing statements in turn.
struct KillMatrix {
    /// The command and its arguments.
    typealias Command = (name: String, arguments: [String])

    static let up: Command = ("up", [])
    static let down: Command = ("down", ["target=2.0.0", "allow-data-loss"])

    let directory: TemporaryDirectory
    /// The database before the command.
    let original: String
    /// The command that is killed.
    let command: Command
    /// What is run after the kill: the same command, unless a test changes its mind.
    let afterwards: [Command]
    /// The database as it must be in the end.
    let expected: DatabaseContents
    /// How many statements the undisturbed command has.
    let statements: Int
    /// Kills at every n-th statement only.
    let stride: Int
    /// What a way there and back may leave behind: what the owner's triggers noted, and lists that are encoded as 2.0
    /// wants them although they were not before.
    let mayHaveGoneBack: Bool

    /// What the kills left behind, to show that they hit where it hurts.
    struct Findings {
        var problems: [String] = []
        var killed = 0
        /// Files that had to be rolled back, or a log that had to be read, before anything else.
        var unfinished = 0
        /// Files that were no longer what they were before the command.
        var changed = 0

        static func += (left: inout Findings, right: Findings) {
            left.problems += right.problems
            left.killed += right.killed
            left.unfinished += right.unfinished
            left.changed += right.changed
        }
    }

    static func contents(of path: String, mayHaveGoneBack: Bool) throws -> DatabaseContents {
        try DatabaseContents(
            of: path, ignoring: mayHaveGoneBack ? [UglyDatabase.notesTable, "sqlite_sequence"] : [],
            unwrapsLists: mayHaveGoneBack)
    }

    /// Kills at every statement, two children at a time (more where there are more processors).
    func run() async throws -> Findings {
        let before = try DatabaseContents(of: original)
        var findings = Findings()
        let children = min(max(ProcessInfo.processInfo.activeProcessorCount, 2), 8)
        try await withThrowingTaskGroup(of: Findings.self) { group in
            for (number, position) in Swift.stride(from: 1, through: statements, by: stride).enumerated() {
                if number >= children, let finished = try await group.next() { findings += finished }
                group.addTask { try await kill(at: position, before: before) }
            }
            for try await finished in group { findings += finished }
        }
        return findings
    }

    private func kill(at position: Int, before: DatabaseContents) async throws -> Findings {
        var findings = Findings()
        let name = "\(command.name) killed at \(position)"
        let path = try directory.copy(original, as: "\(position).db")
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) } }
        let outcome = try await FaultRunner.run(command.name, path, command.arguments + ["kill-at=\(position)"])
        guard outcome.signal == SIGKILL else {
            findings.problems.append("\(name): was not killed: \(outcome.errors)")
            return findings
        }
        findings.killed = 1
        findings.unfinished = isUnfinished(path) ? 1 : 0
        // The next to open the file is the command itself for one half, and somebody else for the other.
        if (position / stride).isMultiple(of: 2) { findings += try look(at: path, before: before, name: name) }
        for next in afterwards {
            let again = try await FaultRunner.run(next.name, path, next.arguments)
            guard again.exitCode == 0 else {
                findings.problems.append("\(name), then \(next.name): \(again.errors)")
                return findings
            }
            let report = try again.report
            if !report.isSuccess { findings.problems.append("\(name), then \(next.name): \(report.failures)") }
        }
        findings.problems += try integrityProblems(of: path).map { "\(name), in the end: \($0)" }
        findings.problems += try Self.contents(of: path, mayHaveGoneBack: mayHaveGoneBack)
            .differences(from: expected).map { "\(name), in the end: \($0)" }
        return findings
    }

    private func look(at path: String, before: DatabaseContents, name: String) throws -> Findings {
        var findings = Findings()
        findings.problems = try integrityProblems(of: path).map { "\(name): \($0)" }
        findings.changed = try DatabaseContents(of: path) == before ? 0 : 1
        return findings
    }

    private func isUnfinished(_ path: String) -> Bool {
        ["-journal", "-wal"].contains { suffix in
            var info = stat()
            return stat(path + suffix, &info) == 0 && info.st_size > 0
        }
    }
}
