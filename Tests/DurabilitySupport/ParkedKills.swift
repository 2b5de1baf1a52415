import AgnoSchema

/// A database of the newest version with much that 2.0.0 has no place for, and what it is after `down`: what the kills among
/// parked values start from and are held against.
package struct ParkedKills<Copies: DatabaseCopies>: Sendable {
    private typealias Matrix = KillMatrix<Copies>

    /// What is killed.
    package enum Kill: CaseIterable, Sendable {
        case down, up
        /// A `down` whose owner then changes his mind.
        case downThenUp
    }

    private let copies: Copies
    private let new: String
    private let back: String
    private let parked: [String]
    private let left: [String]
    private let (down, up): (ChildProcess.Outcome, ChildProcess.Outcome)

    /// Makes the later stages.
    ///
    /// - Parameter new: a database that nobody has open, with the application's column of ``NewerValues``; a way there and
    ///   back leaves it as it is, but for that column.
    package init(_ copies: Copies, of new: String) async throws {
        self.copies = copies
        self.new = new
        back = try await copies.copy(new, as: "back")
        down = try await FaultRunner.run("down", back, Matrix.Command.down.arguments)
        parked = try await FaultRunner.parked(in: back)
        let again = try await copies.copy(back, as: "new")
        up = try await FaultRunner.run("up", again)
        left = try await FaultRunner.parked(in: again)
        for outcome in [down, up] where outcome.exitCode != 0 { throw FaultRunner.Failure(description: outcome.errors) }
        for command in Self.addColumn { try await FaultRunner.mustSucceed(command.name, again, command.arguments) }
        let differences = copies.differences(
            try copies.contents(of: again, mayHaveGoneBack: true),
            from: try copies.contents(of: new, mayHaveGoneBack: true))
        guard differences.isEmpty, parked.count > 20, !left.isEmpty else {
            throw FaultRunner.Failure(description: "without a kill: \(differences), parked: \(parked), left: \(left)")
        }
    }

    /// The column of runs goes with their table: what was parked of it waits until it is there again.
    private static var addColumn: [Matrix.Command] {
        [
            Matrix.Command(
                "add-column", ["table=\(TableNames()[.runs])", "column=\(NewerValues.column)"]),
            Matrix.Command("up", parked: []),
        ]
    }

    /// What goes wrong when a command is killed at statements about parked values, and then run again.
    ///
    /// - Parameters:
    ///   - count: how many times it is killed, or once more.
    ///   - isRandom: whether the first statement is drawn anew.
    package func problems(of kill: Kill, times count: Int, isRandom: Bool = false) async throws -> [String] {
        let outcome = kill == .up ? up : down
        let candidates = outcome.statementsOfParking
        let stride = max(1, candidates.count / count)
        let first = isRandom ? Int.random(in: 1...stride) : 1 + stride / 2
        let down = Matrix.Command("down", Matrix.Command.down.arguments, parked: parked)
        let afterwards: [Matrix.Command] =
            switch kill {
            case .down: [down, Matrix.Command("up", parked: left)]
            case .up: [Matrix.Command("up", parked: left)]
            case .downThenUp: [Matrix.Command("up")]
            }
        return try await Matrix(
            copies, of: kill == .up ? back : new, command: kill == .up ? .up : .down, then: afterwards + Self.addColumn,
            becomes: new, statements: outcome.statements ?? 0, among: candidates, .before(stride: stride, from: first),
            mayHaveGoneBack: true
        ).run()
    }
}
