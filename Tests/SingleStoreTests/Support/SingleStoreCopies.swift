import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import MySQLAccess
import SQLDialects
import ServerContract

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
            try DatabaseContents(singleStore: $0, of: name, hasGoneBack: mayHaveGoneBack, hasOwnTables: true)
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
