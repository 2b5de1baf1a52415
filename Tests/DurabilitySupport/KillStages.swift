/// One database before anything, after `up`, and after `up` and `down`: what the kills of both commands start from and
/// are held against.
package struct KillStages<Copies: DatabaseCopies>: Sendable {
    private typealias Matrix = KillMatrix<Copies>

    private let copies: Copies
    private let old: String
    private let new: String
    private let back: String
    private let upStatements: Int
    private let downStatements: Int

    /// Makes the later stages from a database of version 2.0.0 that nobody has open.
    package init(_ copies: Copies, from old: String) async throws {
        self.copies = copies
        self.old = old
        new = try await copies.copy(old, as: "new")
        upStatements = try await FaultRunner.mustSucceed("up", new)
        back = try await copies.copy(new, as: "back")
        downStatements = try await FaultRunner.mustSucceed("down", back, Matrix.Command.down.arguments)
    }

    /// What goes wrong when `up` is killed and then run again.
    package func upAgain(_ moment: KillMatrix<Copies>.Moment = .before(stride: 1, from: 1)) async throws -> [String] {
        try await Matrix(copies, of: old, command: .up, then: [.up], becomes: new, statements: upStatements, moment)
            .run()
    }

    /// What goes wrong when `down` is killed and then run again.
    package func downAgain(_ moment: KillMatrix<Copies>.Moment = .before(stride: 1, from: 1)) async throws -> [String] {
        try await Matrix(
            copies, of: new, command: .down, then: [.down], becomes: back, statements: downStatements, moment
        ).run()
    }

    /// What goes wrong when `up` is killed, and its owner then changes his mind twice.
    package func upThenDownAndUp(_ moment: KillMatrix<Copies>.Moment) async throws -> [String] {
        try await Matrix(
            copies, of: old, command: .up, then: [.down, .up], becomes: new, statements: upStatements, moment,
            mayHaveGoneBack: true
        ).run()
    }

    /// What goes wrong when `down` is killed, and its owner then changes his mind.
    package func downThenUp(_ moment: KillMatrix<Copies>.Moment) async throws -> [String] {
        try await Matrix(
            copies, of: new, command: .down, then: [.up], becomes: new, statements: downStatements, moment,
            mayHaveGoneBack: true
        ).run()
    }
}
