import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import MySQLAccess
import SQLDialects
import Testing

@Suite("Killed on SingleStore", .serialized, .timeLimit(.minutes(30))) struct KillTests {
    /// The statements are taken in turn from one run of the tests to the next; failures name theirs.
    private static let stride = 9
    private var moment: KillMatrix<SingleStoreCopies>.Moment {
        .before(stride: Self.stride, from: Int.random(in: 1...Self.stride))
    }

    private func fill(_ original: TestDatabase) throws {
        _ = try original.manager().makeSample(version: .baseline, sessions: 6)
        try original.insertSession(
            "odd", user: "o'brien", runs: #"[{"content": 1}, 5, {"run_id": "o1", "c": "\u00e4"}]"#)
        try original.execute(
            "ALTER TABLE agno_sessions ADD COLUMN note VARCHAR(20) NOT NULL DEFAULT 'mine'",
            "CREATE INDEX by_note ON agno_sessions (note)")
    }

    @Test("up and down that were killed are finished by the same command")
    func matrix() async throws {
        let original = try TestDatabase()
        let copies = SingleStoreCopies(of: original)
        try fill(original)
        let stages = try await KillStages(copies, from: original.url)
        #expect(try await stages.upAgain(moment) == [])
        #expect(try await stages.downAgain(moment) == [])
    }

    /// A table and its indexes are several statements, each of which is final.
    @Test("an index that a killed run did not come to is made by the next, also on tables that no version changes")
    func missingIndex() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline, sessions: 1)
        #expect(try manager.up().isSuccess)
        let indexes = [
            ("agno_schema_versions", "idx_agno_schema_versions_created_at"),
            ("agno_migration_journal", "idx_agno_migration_journal_table_name_row_key"),
        ]
        let whole = try indexes.map { try database.definition(of: $0.0) }
        for (table, index) in indexes { try database.execute("DROP INDEX `\(index)` ON `\(table)`") }
        #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
        #expect(try indexes.map { try database.definition(of: $0.0) } == whole)
    }
}

/// Databases of the server, as a kill matrix copies them and looks at them; a database is named by its URL.
final class SingleStoreCopies: DatabaseCopies {
    /// What a database holds, and what `verify` says of it.
    struct Found: Equatable, Sendable {
        var database: DatabaseContents
        var mismatches: [String]
    }

    private let server: TestServer
    private let prefix: String

    /// - Parameter original: the database from which all copies descend; theirs begin with its name.
    init(of original: TestDatabase) { (server, prefix) = (original.server, original.name) }

    deinit {
        for name in ["new", "back"] { drop("\(prefix)_\(name)") }
    }

    func copy(_ original: String, as name: String) throws -> String {
        let (source, copy) = (Self.name(of: original), "\(prefix)_\(name)")
        drop(copy)
        _ = try server.connected { try $0.execute("CREATE DATABASE \(copy)") }
        try server.driver(copy).withConnection(for: .write) { connection in
            let tables = try connection.rows(
                SQLStatement(
                    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?1", [.text(source)]))
            for table in tables.compactMap({ $0[0].string }) {
                let text =
                    try connection.rows(SQLStatement("SHOW CREATE TABLE \(source).`\(table)`")).first?[1].string ?? ""
                // What stands behind the last parenthesis is the server's own, and so are two spellings of keys.
                let end = text.lastIndex(of: "\n") ?? text.endIndex
                let definition = text[..<end].replacing("UNIQUE KEY `PRIMARY`", with: "PRIMARY KEY")
                try connection.execute(definition + "\n)")
                try connection.execute("INSERT INTO `\(table)` SELECT * FROM \(source).`\(table)`")
            }
        }
        return server.url(copy)
    }

    func remove(_ database: String) { drop(Self.name(of: database)) }

    func contents(of database: String, mayHaveGoneBack: Bool) throws -> Found {
        let name = Self.name(of: database)
        let contents = try server.connected {
            try DatabaseContents($0, of: name, hasGoneBack: mayHaveGoneBack, hasOwnTables: true)
        }
        let manager = MigrationManager(try Database(url: database))
        return Found(database: contents, mismatches: try manager.verify().tables.flatMap(\.mismatches).map { "\($0)" })
    }

    func differences(_ found: Found, from expected: Found) -> [String] {
        guard found.mismatches == expected.mismatches else { return ["verify says \(found.mismatches)"] }
        return found.database.differences(from: expected.database)
    }

    func problems(of database: String) -> [String] { [] }

    func isUnfinished(_ database: String, after outcome: ChildProcess.Outcome) -> Bool {
        outcome.errors.contains("transaction=open")
    }

    private func drop(_ name: String) {
        _ = try? server.connected { try $0.execute("DROP DATABASE IF EXISTS \(name)") }
    }

    private static func name(of url: String) -> String {
        String(url[url.index(after: url.lastIndex(of: "/") ?? url.startIndex)...])
    }
}
