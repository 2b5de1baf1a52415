import AgnoMigrate
import DurabilitySupport
import Foundation
import MigrationCore
import Testing

/// What is no database of ours gets a clear answer and stays as it is.
struct WrongFileTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws { directory = try TemporaryDirectory() }

    /// Every operation must end with the code, and not a byte may change.
    private func check(_ code: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = try directory.bytes
        let manager = try MigrationManager.over(path)
        #expect(try errorCode { _ = try manager.status() } == code, "status", sourceLocation: sourceLocation)
        #expect(try errorCode { _ = try manager.plan() } == code, "plan", sourceLocation: sourceLocation)
        #expect(try errorCode { _ = try manager.verify() } == code, "verify", sourceLocation: sourceLocation)
        #expect(try errorCode { _ = try manager.up() } == code, "up", sourceLocation: sourceLocation)
        #expect(
            try errorCode { _ = try manager.down(target: .baseline, allowDataLoss: true) } == code, "down",
            sourceLocation: sourceLocation)
        #expect(try directory.bytes == before, sourceLocation: sourceLocation)
    }

    private func write(_ data: Data) throws { try data.write(to: URL(fileURLWithPath: path)) }

    /// A sound database's bytes.
    private func sound() throws -> Data {
        let other = try TemporaryDirectory()
        try UglyDatabase().make(at: other.file("a.db"))
        return try Data(contentsOf: URL(fileURLWithPath: other.file("a.db")))
    }

    @Test(
        "A text file is not a database",
        arguments: ["hello", "-- a dump\nCREATE TABLE agno_sessions (session_id VARCHAR);\n", "SQLite format 3"])
    func textFileDatabase(text: String) throws {
        try write(Data(text.utf8))
        try check("not_a_database")
    }

    @Test("An encrypted file is not a readable database")
    func encryptedFileDatabaseCan() throws {
        var state: UInt64 = 1
        let bytes = (0..<8192).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        try write(Data(bytes))
        try check("not_a_database")
    }

    @Test("A file that was cut off is damaged", arguments: [100, 1024, 5000, 10240])
    func fileCutOffDamaged(size: Int) throws {
        try write(try sound().prefix(size))
        try check("corrupt")
    }

    @Test("A file with a hole in its catalogue is damaged")
    func fileHoleCatalogueDamaged() throws {
        var bytes = try sound()
        for position in 100..<900 { bytes[position] = 0xff }
        try write(bytes)
        try check("corrupt")
    }

    @Test("A directory is not a database")
    func directoryDatabase() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let manager = try MigrationManager.over(path)
        #expect(try errorCode { _ = try manager.status() } == "cannot_connect")
        #expect(try errorCode { _ = try manager.up() } == "cannot_connect")
        #expect(try directory.names == ["agno.db"])
    }

    @Test("A missing file is not created")
    func missingFileMade() throws { try check("cannot_connect") }

    @Test("A file in a missing directory is not created")
    func fileMissingDirectoryMade() throws {
        let manager = try MigrationManager.over(directory.file("no/such/agno.db"))
        #expect(try errorCode { _ = try manager.up() } == "cannot_connect")
        #expect(try directory.names == [])
    }

    @Test("An empty file is an empty database, and stays one")
    func emptyFileEmptyDatabase() throws {
        try write(Data())
        let manager = try MigrationManager.over(path)
        #expect(try manager.status().tables.allSatisfy { !$0.exists })
        let report = try manager.mustGoUp()
        #expect(report.tables.allSatisfy { $0.outcome == .absent })
        try manager.mustGoDown()
        #expect(try directory.bytes == ["agno.db": Data()])
    }

    @Test("A database without any of Agno's tables stays as it is")
    func databaseWithoutAnyAgno() throws {
        try RawDatabase(path).execute("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)")
        let before = try directory.bytes
        #expect(try MigrationManager.over(path).mustGoUp().tables.allSatisfy { $0.outcome == .absent })
        #expect(try directory.bytes == before)
    }

    // MARK: Stamps

    @Test(
        "A versions table that is something else stops everything",
        arguments: [
            "CREATE TABLE agno_schema_versions (id INTEGER PRIMARY KEY, version_num TEXT)",
            "CREATE TABLE agno_schema_versions (table_name VARCHAR PRIMARY KEY, version VARCHAR)",
            "CREATE VIEW agno_schema_versions AS SELECT 1 AS a",
        ])
    func versionsTableSomethingElse(sql: String) throws {
        let database = try RawDatabase(path)
        try database.execute(
            "CREATE TABLE agno_memories (memory_id VARCHAR PRIMARY KEY, memory JSON, updated_at BIGINT)")
        try database.execute(sql)
        try check("versions_table_unusable")
    }

    private func makeStamped(_ stamp: String) throws {
        let database = try RawDatabase(path)
        try database.execute(
            """
            CREATE TABLE agno_memories (memory_id VARCHAR NOT NULL PRIMARY KEY, memory JSON NOT NULL, input VARCHAR,
                agent_id VARCHAR, team_id VARCHAR, user_id VARCHAR, topics JSON, updated_at BIGINT);
            INSERT INTO agno_memories (memory_id, memory, updated_at) VALUES ('m', '"x"', 7);
            CREATE INDEX idx_agno_memories_user_id ON agno_memories (user_id);
            CREATE INDEX idx_agno_memories_updated_at ON agno_memories (updated_at);
            CREATE TABLE agno_schema_versions (table_name VARCHAR PRIMARY KEY, version, created_at, updated_at);
            INSERT INTO agno_schema_versions VALUES ('agno_memories', \(stamp), '2025-01-01T00:00:00', NULL);
            """)
    }

    @Test(
        "A stamp that is not a version is corrected",
        arguments: [
            "''", "'   '", "'rubbish'", "'3.0.0; DROP TABLE agno_memories'", "X'ff00'", "'-1'", "'..'", "'1.0.0'",
            "NULL",
            "'99999999999999999999.0'", "CAST(X'33ff' AS TEXT)",
        ])
    func stampVersionPutRight(stamp: String) throws {
        try makeStamped(stamp)
        let manager = try MigrationManager.over(path)
        let status = try manager.status()
        #expect(status.tables.first { $0.type == .memories }?.shape == .baseline)
        #expect(status.hasPendingWork)
        #expect(try manager.mustGoUp().names(.migrated) == ["agno_memories"])
        let database = try RawDatabase(path)
        #expect(
            try database.rows("SELECT version, created_at FROM agno_schema_versions")
                == [["'3.0.0'", "'2025-01-01T00:00:00'"]])
        #expect(try database.rows("SELECT memory_id, created_at FROM agno_memories") == [["'m'", "7"]])
        #expect(try manager.verify().isVerified)
    }

    @Test(
        "A newer database is not touched",
        arguments: ["'3.0.1'", "'4.0.0'", "'4.0.0rc1'", "'v3.1'", "'10.0.0'", "'3.0.1.dev3+local'", "4"])
    func newerDatabaseTouched(stamp: String) throws {
        try makeStamped(stamp)
        let before = try directory.bytes
        let manager = try MigrationManager.over(path)
        #expect(try errorCode { _ = try manager.plan() } == "newer_database")
        #expect(try errorCode { _ = try manager.up() } == "newer_database")
        #expect(try errorCode { _ = try manager.up(force: true) } == "newer_database")
        #expect(try errorCode { _ = try manager.down(target: .baseline, allowDataLoss: true) } == "newer_database")
        #expect(try errorCode { _ = try manager.cleanup(allowDataLoss: true) } == "newer_database")
        #expect(try manager.status().isNewerThanProgram)
        #expect(try directory.bytes == before)
    }

    @Test(
        "A stamp that says more than the table is does not stop the table from becoming what it says",
        arguments: ["'3.0.0rc1'", "'3.0.0.post2'", "' v3.0.0 '", "'3'", "3"])
    func stampSaysMoreThan(
        stamp: String
    ) throws {
        try makeStamped(stamp)
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        #expect(try manager.verify().isVerified)
        #expect(try RawDatabase(path).text("SELECT created_at FROM agno_memories") == "7")
    }
}
