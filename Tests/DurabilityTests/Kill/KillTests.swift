import Testing

/// After a kill at any statement the same command finishes the work, and the result is that of an undisturbed run.
@Suite(.serialized) struct KillTests {
    /// The files of one journal mode: before anything, after `up`, after `up` and `down`.
    private struct Stages {
        let directory: TemporaryDirectory
        let old: String
        let new: String
        let back: String
        var upStatements: Int
        var downStatements: Int

        init(_ journalMode: String, isSmall: Bool) async throws {
            directory = try TemporaryDirectory()
            old = directory.file("old.db")
            try UglyDatabase(journalMode: journalMode, isSmall: isSmall).make(at: old)
            new = try directory.copy(old, as: "new.db")
            upStatements = try await FaultRunner.mustSucceed("up", new)
            back = try directory.copy(new, as: "back.db")
            downStatements = try await FaultRunner.mustSucceed("down", back, KillMatrix.down.arguments)
        }

        func matrix(
            _ command: KillMatrix.Command, of file: String, then afterwards: [KillMatrix.Command],
            becomes expected: String,
            statements: Int, stride: Int = 1, mayHaveGoneBack: Bool = false
        ) throws -> KillMatrix {
            KillMatrix(
                directory: directory, original: file, command: command, afterwards: afterwards,
                expected: try KillMatrix.contents(of: expected, mayHaveGoneBack: mayHaveGoneBack),
                statements: statements,
                stride: stride, mayHaveGoneBack: mayHaveGoneBack)
        }
    }

    private func check(_ matrix: KillMatrix) async throws {
        #expect(matrix.statements > 50, "too few statements to prove anything")
        let findings = try await matrix.run()
        let kills = Set(stride(from: 1, through: matrix.statements, by: matrix.stride)).count
        #expect(findings.killed == kills, "every run must die by SIGKILL")
        #expect(findings.unfinished > 10, "kills must hit in the middle of transactions")
        #expect(findings.changed > kills / 6, "kills must hit between transactions too")
        #expect(findings.problems.isEmpty, "\(findings.problems.prefix(20).joined(separator: "\n"))")
    }

    @Test(arguments: ["delete", "wal"])
    func `an up that was killed at any statement is finished by the next up`(journalMode: String) async throws {
        let stages = try await Stages(journalMode, isSmall: journalMode == "wal")
        try await check(
            stages.matrix(
                KillMatrix.up, of: stages.old, then: [KillMatrix.up], becomes: stages.new,
                statements: stages.upStatements))
    }

    @Test(arguments: ["delete", "wal"])
    func `a down that was killed at any statement is finished by the next down`(journalMode: String) async throws {
        let stages = try await Stages(journalMode, isSmall: journalMode == "wal")
        try await check(
            stages.matrix(
                KillMatrix.down, of: stages.new, then: [KillMatrix.down], becomes: stages.back,
                statements: stages.downStatements))
    }

    @Test func `after an up that was killed at any statement, down and up give what up gives`() async throws {
        let stages = try await Stages("delete", isSmall: true)
        try await check(
            stages.matrix(
                KillMatrix.up, of: stages.old, then: [KillMatrix.down, KillMatrix.up], becomes: stages.new,
                statements: stages.upStatements, stride: 3, mayHaveGoneBack: true))
    }

    @Test func `after a down that was killed at any statement, up gives what it gave before`() async throws {
        let stages = try await Stages("delete", isSmall: true)
        try await check(
            stages.matrix(
                KillMatrix.down, of: stages.new, then: [KillMatrix.up], becomes: stages.new,
                statements: stages.downStatements, stride: 2, mayHaveGoneBack: true))
    }
}
