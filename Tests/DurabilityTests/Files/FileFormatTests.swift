import AgnoMigrate
import DurabilitySupport
import Testing

/// What the owner decided about the file itself stays decided.
struct FileFormatTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    private static let pragmas = [
        "journal_mode", "page_size", "encoding", "auto_vacuum", "user_version", "application_id", "default_cache_size",
        "secure_delete",
    ]

    private func settings() throws -> [String] {
        let database = try RawDatabase(path)
        return try Self.pragmas.map { "\($0) = \(try database.text("PRAGMA \($0)") ?? "")" }
    }

    @Test(
        "Journal mode, page size, encoding and the owner's numbers stay",
        arguments: [
            UglyDatabase(), UglyDatabase(journalMode: "wal"), UglyDatabase(journalMode: "wal", pageSize: 65536),
            UglyDatabase(pageSize: 512), UglyDatabase(autoVacuum: 1), UglyDatabase(autoVacuum: 2),
            UglyDatabase(encoding: "UTF-16le"), UglyDatabase(journalMode: "wal", encoding: "UTF-16be"),
        ])
    func journalModePageSize(kind: UglyDatabase) throws {
        try kind.make(at: path)
        let before = try settings()
        #expect(before.contains("page_size = \(kind.pageSize)") && before.contains("encoding = \(kind.encoding)"))
        #expect(before.contains("journal_mode = \(kind.journalMode)") && before.contains("user_version = 4711"))
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        #expect(try settings() == before)
        try manager.mustGoDown()
        #expect(try settings() == before)
        #expect(try integrityProblems(of: path) == [])
        #expect(try directory.names == ["agno.db"])
    }

    @Test("A file in UTF-16 migrates to the same rows as one in UTF-8", arguments: ["UTF-16le", "UTF-16be"])
    func fileUTF16Migrates(encoding: String) throws {
        try UglyDatabase(encoding: encoding).make(at: path)
        let plain = directory.file("plain.db")
        try UglyDatabase().make(at: plain)
        for file in [path, plain] { try MigrationManager.over(file).mustGoUp() }
        #expect(try DatabaseContents(of: path).differences(from: DatabaseContents(of: plain)) == [])
        let found = try RawDatabase(path).rows(
            "SELECT user_id, run_data FROM agno_runs WHERE run_id IN ('h1', 'p2') ORDER BY 1")
        #expect(
            found == [
                [#"'Zoë "the quote" ☃'"#, #"'{"run_id": "h1", "text": "\ud800", "created_at": 1.5}'"#],
                [
                    "'ana'",
                    #"'{"run_id": "p2", "agent_id": "a1", "user_id": "somebody else", "content": "\u00e4 \ud83d\ude00"}'"#,
                ],
            ])
        for file in [path, plain] { try MigrationManager.over(file).mustGoDown() }
        #expect(try DatabaseContents(of: path).differences(from: DatabaseContents(of: plain)) == [])
    }
}
