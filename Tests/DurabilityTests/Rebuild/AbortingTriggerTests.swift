import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// A trigger that says no is heard: the step fails, nothing of it stays, the other tables go on.
struct AbortingTriggerTests {
    static let triggers: [(table: TableType, sql: String)] = [
        (.metrics, "BEFORE DELETE ON agno_metrics"), (.learnings, "BEFORE UPDATE ON agno_learnings"),
        (.learnings, "AFTER DELETE ON agno_learnings"),
    ]

    @Test("A trigger that aborts makes its step fail and leaves nothing of it", arguments: triggers.indices)
    func triggerAbortsMakesStep(index: Int) throws {
        let (type, event) = Self.triggers[index]
        let directory = try TemporaryDirectory()
        let path = directory.file("agno.db")
        try UglyDatabase().make(at: path)
        try RawDatabase(path).execute(
            "CREATE TRIGGER stop \(event) BEGIN SELECT RAISE(ABORT, 'the owner says no'); END")
        let before = try DatabaseContents(of: path)
        let report = try MigrationManager.over(path).up()
        let name = type.defaultTableName
        #expect(report.names(.failed) == [name])
        let error = try #require(report.tables.first { $0.name == name }?.steps.last?.error)
        #expect(error.code.rawValue == "statement_failed")
        #expect(error.message.contains(name))
        #expect(error.remedy.contains("triggers"))
        #expect(!error.description.contains("the owner says no"), "what the trigger says may be row contents")
        let after = try DatabaseContents(of: path)
        #expect(after.rows(of: name) == before.rows(of: name))
        let isIts = { (line: String) in line.contains(" | '\(name)' | ") }
        #expect(after.schema.filter(isIts) == before.schema.filter(isIts))
        #expect(report.names(.migrated).count > 6, "the other tables go on")
        #expect(try integrityProblems(of: path) == [])

        try RawDatabase(path).execute("DROP TRIGGER stop")
        let next = try MigrationManager.over(path).mustGoUp()
        #expect(next.names(.migrated) == [name])
    }

    @Test("A trigger that ignores rows of the runs table loses nothing")
    func triggerIgnoresRowsRuns() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("agno.db")
        try UglyDatabase().make(at: path)
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        let expected = try RawDatabase(path).texts("SELECT run_id FROM agno_runs ORDER BY 1")
        // As after a 3.x program made the table before the migration, and its owner a trigger.
        try manager.mustGoDown()
        try manager.mustGoUp()
        #expect(try RawDatabase(path).texts("SELECT run_id FROM agno_runs ORDER BY 1") == expected)
    }
}
