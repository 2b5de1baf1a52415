import DurabilitySupport
import ServerContract
import Testing

@Suite("Conversions beside a running application, killed", .timeLimit(.minutes(30))) struct ConversionFaultTests {
    @Test("A way that was killed anywhere is finished by the same command and by one that locks")
    func kills() async throws {
        let server = PostgreSQLUnderTest()
        let database = try server.database()
        try server.makeUgly(database)
        // It would see the batches; without it, sessions are converted, too.
        try database.execute(#"DROP TRIGGER "after a session's update" ON ai.agno_sessions"#)
        let copies = server.copies(of: database)
        let expected = try copies.copy(database.url(), as: "locked")
        try await FaultRunner.mustSucceed("up", expected, ["online=never"])
        let undisturbed = try copies.copy(database.url(), as: "online")
        let statements = try await FaultRunner.mustSucceed("up", undisturbed, ["online-bytes=0"])
        #expect(statements > 100)
        let online = KillMatrix<PostgreSQLCopies>.Command("up", ["online-bytes=0"])
        let afterwards: [KillMatrix<PostgreSQLCopies>.Command] = [online, .init("up", ["online=never"])]
        for (number, next) in afterwards.enumerated() {
            let problems = try await KillMatrix(
                copies, of: database.url(), command: online, then: [next], becomes: expected, statements: statements,
                .before(stride: 11, from: 2 + 4 * number)
            ).run()
            #expect(problems.isEmpty, "\(problems.prefix(10).joined(separator: "\n"))")
        }
    }
}
