import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

/// A file that may not grow any more: the step is rolled back, and goes through once there is space.
struct DiskFullTests {
    private let directory: TemporaryDirectory
    private let original: String
    private let pages: Int
    private let expected: DatabaseContents

    init() throws {
        directory = try TemporaryDirectory()
        original = directory.file("original.db")
        try UglyDatabase(isSmall: true).make(at: original)
        try RawDatabase(original).execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
            INSERT INTO agno_memories (memory_id, memory, updated_at) SELECT 'big ' || i, 'x' || hex(zeroblob(500)), i FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
            INSERT INTO agno_sessions (session_id, session_type, runs, created_at) SELECT 'big ' || i, 'agent',
                json_quote('[{"run_id": "big ' || i || '", "content": "' || hex(zeroblob(500)) || '"}]'), i FROM n;
            """)
        pages = try RawDatabase(original).int("PRAGMA page_count") ?? 0
        let undisturbed = try directory.copy(original, as: "undisturbed.db")
        try MigrationManager.over(undisturbed).mustGoUp()
        expected = try DatabaseContents(of: undisturbed)
    }

    @Test("A step without space is rolled back and says how much it needs")
    func stepWithoutSpaceRolled() async throws {
        let before = try DatabaseContents(of: original)
        // Enough for the journal's tables, not for a second copy of the memories.
        let path = try directory.copy(original, as: "agno.db")
        let outcome = try await FaultRunner.run("up", path, ["max-pages=\(pages + 40)"])
        let report = try outcome.report
        let memories = try #require(report.tables.first { $0.type == .memories })
        #expect(memories.outcome == .failed)
        let error = try #require(memories.steps.last?.error)
        #expect(error.code == .diskFull)
        #expect(error.message.contains("agno_memories") && error.message.contains("2.3.0"), "\(error.message)")
        #expect(error.message.contains(/needs about \d+ MB/), "\(error.message)")
        #expect(error.remedy.contains("run the same command again"), "\(error.remedy)")
        #expect(memories.to == .baseline)
        #expect(try integrityProblems(of: path) == [])
        let after = try DatabaseContents(of: path)
        #expect(after.rows(of: "agno_memories") == before.rows(of: "agno_memories"))
        let isAboutMemories = { (line: String) in line.contains(" | 'agno_memories' | ") }
        #expect(after.schema.filter(isAboutMemories) == before.schema.filter(isAboutMemories))
        try await FaultRunner.mustSucceed("up", path)
        #expect(try DatabaseContents(of: path).differences(from: expected) == [])
    }

    @Test("However little space there is, nothing breaks and the next run finishes")
    func howeverLittleSpaceNothing() async throws {
        var codes: Set<String> = []
        var tables: Set<String> = []
        for extra in [0, 1, 3, 6, 10, 20, 40, 80, 160, 240, 320] {
            let path = try directory.copy(original, as: "\(extra).db")
            let outcome = try await FaultRunner.run("up", path, ["max-pages=\(pages + extra)"])
            #expect(outcome.signal == nil)
            if outcome.exitCode == 0 {
                for table in try outcome.report.tables {
                    guard let error = table.steps.last?.error else { continue }
                    codes.insert(error.code.rawValue)
                    tables.insert(table.name)
                    #expect(error.message.contains(table.name), "\(error.message)")
                }
            } else {
                #expect(outcome.errors.hasPrefix("disk_full: "), "\(outcome.errors)")
            }
            #expect(try integrityProblems(of: path) == [], "\(extra) pages")
            try await FaultRunner.mustSucceed("up", path)
            #expect(try DatabaseContents(of: path).differences(from: expected) == [], "\(extra) pages")
        }
        #expect(codes == ["disk_full"])
        #expect(tables.isSuperset(of: ["agno_memories", "agno_sessions"]), "\(tables)")
    }
}
