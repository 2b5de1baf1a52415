import Foundation
import MigrationCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Databases of one kind of server, as a kill matrix handles them: by the name that ``FaultRunner`` is given.
package protocol DatabaseCopies: Sendable {
    /// Everything a database holds, whatever way it came there.
    associatedtype Contents: Equatable, Sendable

    /// Copies a database that nobody has open.
    func copy(_ original: String, as name: String) async throws -> String
    /// Throws a copy away.
    func remove(_ database: String)
    /// Everything a database holds.
    ///
    /// - Parameter mayHaveGoneBack: leaves out what a way there and back may leave behind.
    func contents(of database: String, mayHaveGoneBack: Bool) throws -> Contents
    /// What differs, in words; nothing if nothing does.
    func differences(_ found: Contents, from expected: Contents) -> [String]
    /// What the server itself says of a database; nothing if it is sound.
    func problems(of database: String) throws -> [String]
    /// Whether a child that was killed left a transaction behind that has to be rolled back.
    func isUnfinished(_ database: String, after outcome: ChildProcess.Outcome) -> Bool
}

/// One command, killed at its writing statements in turn.
package struct KillMatrix<Copies: DatabaseCopies>: Sendable {
    /// A command and its arguments.
    package struct Command: Sendable {
        package var name: String
        package var arguments: [String]
        /// What must be parked afterwards; nil: it is not looked at.
        package var parked: [String]?

        package init(_ name: String, _ arguments: [String] = [], parked: [String]? = nil) {
            self.name = name
            self.arguments = arguments
            self.parked = parked
        }

        package static var up: Command { Command("up") }
        package static var down: Command { Command("down", ["target=2.0.0", "allow-data-loss"]) }
    }

    /// When a command is killed; with `AGNO_TEST_ALL_KILLS` in the environment, at every statement of each kind.
    package enum Moment: Sendable {
        /// Before each n-th statement, from an offset on that is at least 1.
        case before(stride: Int, from: Int)
        /// Up to so many microseconds after each n-th statement was begun: inside of it, or of a later one.
        case after(stride: Int, from: Int, microseconds: Int)
    }

    /// What the kills left behind, to show that they hit where it hurts.
    package struct Findings: Sendable {
        package var problems: [String] = []
        var killed = 0
        /// Databases with a transaction that had to be rolled back.
        var unfinished = 0
        /// Databases that were no longer what they were before the command, among those that were looked at.
        var changed = 0

        static func += (left: inout Findings, right: Findings) {
            left.problems += right.problems
            left.killed += right.killed
            left.unfinished += right.unfinished
            left.changed += right.changed
        }
    }

    private let copies: Copies
    private let original: String
    private let command: Command
    private let afterwards: [Command]
    private let expected: Copies.Contents
    private let statements: Int
    private let candidates: [Int]?
    private let moment: Moment
    private let mayHaveGoneBack: Bool

    /// - Parameters:
    ///   - original: the database before the command.
    ///   - command: what is killed.
    ///   - afterwards: what is run after the kill: the same command, unless a test changes its mind.
    ///   - expected: a database as it must be in the end.
    ///   - statements: how many statements the undisturbed command has.
    ///   - candidates: the statements among which a sample is taken; nil: all.
    ///   - mayHaveGoneBack: whether the way led there and back.
    package init(
        _ copies: Copies, of original: String, command: Command, then afterwards: [Command],
        becomes expected: String, statements: Int, among candidates: [Int]? = nil,
        _ moment: Moment = .before(stride: 1, from: 1),
        mayHaveGoneBack: Bool = false
    ) throws {
        self.copies = copies
        self.original = original
        self.command = command
        self.afterwards = afterwards
        self.expected = try copies.contents(of: expected, mayHaveGoneBack: mayHaveGoneBack)
        self.statements = statements
        self.candidates = candidates
        self.moment = moment
        self.mayHaveGoneBack = mayHaveGoneBack
    }

    private static var isExhaustive: Bool { ProcessInfo.processInfo.environment["AGNO_TEST_ALL_KILLS"] != nil }

    private typealias Kill = (statement: Int, delay: Int?)

    /// The kills of each round: the statement, and the microseconds after its beginning.
    ///
    /// A kill before a statement hits what it hits. Where one while a statement runs hits depends on the machine, so there
    /// are further rounds, each at other statements, for as long as too little was hit.
    private var rounds: [[Kill]] {
        switch moment {
        case .before where Self.isExhaustive:
            [(1...statements).map { ($0, nil) }]
        case .before(let step, let first):
            [among(step, from: first).map { ($0, nil) }]
        case .after(let step, let first, let longest):
            (0..<step).map { round in
                stride(from: (first + round - 1) % step + 1, through: statements, by: step)
                    .map { ($0, Int.random(in: 0...longest)) }
            }
        }
    }

    private func among(_ step: Int, from first: Int) -> [Int] {
        let candidates = candidates ?? Array(1...statements)
        return stride(from: first - 1, to: candidates.count, by: step).map { candidates[$0] }
    }

    /// Kills at every moment, two children at a time (more where there are more processors), and returns what went wrong.
    package func run() async throws -> [String] {
        if statements <= 50 { return ["too few statements to prove anything: \(statements)"] }
        let before = try copies.contents(of: original, mayHaveGoneBack: false)
        let rounds = rounds
        var findings = Findings()
        for round in rounds {
            findings += try await kill(at: round, before)
            if !findings.problems.isEmpty { break }
            if !Self.isExhaustive, shortcomings(findings, of: rounds[0].count).isEmpty { break }
        }
        return findings.problems + shortcomings(findings, of: rounds[0].count)
    }

    private func kill(at kills: [Kill], _ before: Copies.Contents) async throws -> Findings {
        let children = min(max(ProcessInfo.processInfo.activeProcessorCount, 2), 8)
        return try await withThrowingTaskGroup(of: Findings.self) { group in
            var findings = Findings()
            for (number, kill) in kills.enumerated() {
                if number >= children, let finished = try await group.next() { findings += finished }
                group.addTask {
                    try await self.kill(at: kill.statement, delay: kill.delay, isLookedAt: number % 2 == 1, before)
                }
            }
            for try await finished in group { findings += finished }
            return findings
        }
    }

    /// A matrix that hits nothing proves nothing: what is too little for so many kills, all rounds together.
    private func shortcomings(_ findings: Findings, of kills: Int) -> [String] {
        var result: [String] = []
        // One that is killed while it runs may be through before.
        let least = if case .before = moment { kills } else { kills / 2 }
        if findings.killed < least { result.append("\(findings.killed) of \(kills) runs died by SIGKILL") }
        // Of a few, one is enough: where each change of structure commits alone, half of the statements are in none.
        if findings.unfinished <= min(10, kills < 9 ? 0 : kills / 3) {
            result.append("only \(findings.unfinished) of \(kills) kills hit the middle of a transaction")
        }
        if findings.changed <= kills / 6 {
            result.append("only \(findings.changed) of \(kills) kills hit after a transaction's end")
        }
        return result
    }

    private func kill(
        at position: Int, delay: Int?, isLookedAt: Bool, _ before: Copies.Contents
    ) async throws -> Findings {
        var findings = Findings()
        let name = "\(command.name) killed at \(position)\(delay.map { " and \($0) µs" } ?? "")"
        let database = try await copies.copy(original, as: "\(command.name)_\(position)")
        defer { copies.remove(database) }
        let fault = ["kill-at=\(position)"] + (delay.map { ["kill-delay=\($0)"] } ?? [])
        let outcome = try await FaultRunner.run(command.name, database, command.arguments + fault)
        guard outcome.signal == SIGKILL || (delay != nil && outcome.exitCode == 0) else {
            findings.problems.append("\(name): was not killed: \(outcome.errors)")
            return findings
        }
        findings.killed = outcome.signal == SIGKILL ? 1 : 0
        findings.unfinished = copies.isUnfinished(database, after: outcome) ? 1 : 0
        // The next to open the database is the command itself for one half, and somebody else for the other.
        if isLookedAt {
            findings.problems += try copies.problems(of: database).map { "\(name): \($0)" }
            findings.changed = try copies.contents(of: database, mayHaveGoneBack: false) == before ? 0 : 1
        }
        for next in afterwards {
            let again = try await FaultRunner.run(next.name, database, next.arguments)
            guard again.exitCode == 0 else {
                findings.problems.append("\(name), then \(next.name): \(again.errors)")
                return findings
            }
            findings.problems += try again.failures(of: next.name).map { "\(name), then \(next.name): \($0)" }
            if let expected = next.parked {
                findings.problems += try await FaultRunner.parked(in: database).differences(from: expected)
                    .map { "\(name), then \(next.name), parked: \($0)" }
            }
        }
        findings.problems += try copies.problems(of: database).map { "\(name), in the end: \($0)" }
        let found = try copies.contents(of: database, mayHaveGoneBack: mayHaveGoneBack)
        findings.problems += copies.differences(found, from: expected).map { "\(name), in the end: \($0)" }
        return findings
    }
}
