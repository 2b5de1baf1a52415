import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import MigrationCore
import SQLDialects
import ServerContract

/// Databases of a test server, as a kill matrix copies them and looks at them; a database is named by its URL.
final class MySQLCopies: DatabaseCopies {
    /// What a database holds, and what `verify` says of it.
    struct Contents: Equatable, Sendable {
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
        let copy = "\(prefix)_\(name)"
        try server.connected { try DatabaseCopy.make(of: Self.name(of: original), as: copy, on: $0) }
        return try server.url(copy)
    }

    func remove(_ database: String) { drop(Self.name(of: database)) }

    /// A way there and back leaves behind what the owner's triggers noted, and no list where an empty one was.
    func contents(of database: String, mayHaveGoneBack: Bool) throws -> Contents {
        let name = Self.name(of: database)
        let contents = try server.connected {
            try DatabaseContents(
                mySQL: $0, of: name, ignoring: mayHaveGoneBack ? [UglyDatabase.notesTable] : [],
                hasGoneBack: mayHaveGoneBack)
        }
        let manager = MigrationManager(try Database(url: database, schema: name))
        return Contents(
            database: contents, mismatches: try manager.verify().tables.flatMap(\.mismatches).map { "\($0)" })
    }

    func differences(_ found: Contents, from expected: Contents) -> [String] {
        guard found.mismatches == expected.mismatches else { return ["verify says \(found.mismatches)"] }
        return found.database.differences(from: expected.database)
    }

    /// The server has no check of its own that says more than its catalogue.
    func problems(of database: String) -> [String] { [] }

    func isUnfinished(_ database: String, after outcome: ChildProcess.Outcome) -> Bool {
        outcome.errors.contains("transaction=open")
    }

    private func drop(_ name: String) {
        _ = try? server.connected { try $0.execute("DROP DATABASE IF EXISTS \($0.dialect.quote(name))") }
    }

    private static func name(of url: String) -> String {
        String(url[url.index(after: url.lastIndex(of: "/") ?? url.startIndex)...])
    }
}
