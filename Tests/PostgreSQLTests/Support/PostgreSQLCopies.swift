import DatabaseAccess
import DurabilitySupport
import Foundation
import PostgreSQLAccess
import SQLDialects
import ServerContract

/// Databases of the test server, as a kill matrix copies them and looks at them; a database is named by its URL.
final class PostgreSQLCopies: DatabaseCopies {
    private let prefix: String

    /// - Parameter original: the database from which all copies descend; theirs begin with its name.
    init(of original: TestDatabase) { prefix = original.name }

    deinit {
        for name in ["new", "back"] { try? drop("\(prefix)_\(name)") }
    }

    func copy(_ original: String, as name: String) throws -> String {
        let copy = "\(prefix)_\(name)"
        try onServer {
            "CREATE DATABASE \($0.dialect.quote(copy)) TEMPLATE \($0.dialect.quote(Self.name(of: original)))"
        }
        return try TestServer.url(database: copy)
    }

    func remove(_ database: String) { try? drop(Self.name(of: database)) }

    /// A way there and back leaves behind what the owner's triggers noted, and no list where an empty one was.
    func contents(of database: String, mayHaveGoneBack: Bool) throws -> DatabaseContents {
        try TestServer.driver(database: Self.name(of: database)).withConnection(for: .read) {
            try DatabaseContents(
                postgreSQL: $0, ignoring: mayHaveGoneBack ? [UglyDatabase.notesTable] : [], hasGoneBack: mayHaveGoneBack
            )
        }
    }

    func differences(_ found: DatabaseContents, from expected: DatabaseContents) -> [String] {
        found.differences(from: expected)
    }

    /// The server has no check of its own.
    func problems(of database: String) -> [String] { [] }

    func isUnfinished(_ database: String, after outcome: ChildProcess.Outcome) -> Bool {
        outcome.errors.contains("transaction=open")
    }

    private func drop(_ name: String) throws {
        try onServer { "DROP DATABASE IF EXISTS \($0.dialect.quote(name)) WITH (FORCE)" }
    }

    private func onServer(_ statement: (any DatabaseConnection) -> String) throws {
        _ = try TestServer.driver(database: "postgres").withConnection(for: .write) { try $0.execute(statement($0)) }
    }

    private static func name(of url: String) -> String {
        String(url[url.index(after: url.lastIndex(of: "/") ?? url.startIndex)...])
    }
}
