import AgnoSchema
import Crypto
import DatabaseAccess
import SQLDialects

/// A named lock (`GET_LOCK`), held by a connection that does nothing else, so that it ends with the process. It belongs
/// to the server, not to a database: the name is derived from database and versions table.
struct NamedLock {
    let connection: MySQLConnection
    let name: String

    init(connection: MySQLConnection, database: String, versionsTable: String) {
        self.connection = connection
        // At most 64 characters.
        let text = [database, versionsTable].joined(separator: "\u{0}")
        name = "agno-migrate:" + SHA256.hash(data: Array(text.utf8)).prefix(16).hexadecimal
    }

    func withLock<Result>(waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result) throws -> Result {
        try LockQueue.wait(reporting: waiting) {
            let answer = try connection.value("SELECT GET_LOCK(?1, 0)", [.text(name)])
            guard answer?.int != 1 else { return nil }
            return try holder()
        }
        defer { _ = try? connection.value("SELECT RELEASE_LOCK(?1)", [.text(name)]) }
        return try body()
    }

    private func holder() throws -> String {
        guard let id = try connection.value("SELECT IS_USED_LOCK(?1)", [.text(name)])?.int else {
            return "another session"
        }
        // MySQL refuses the whole list if a session's statement is cut in the middle of a character.
        let rows = try? connection.rows(
            SQLStatement("SELECT USER, HOST FROM information_schema.PROCESSLIST WHERE ID = ?1", [.integer(id)]))
        // Without the PROCESS privilege the list lacks other users' sessions.
        guard let row = rows?.first else { return "connection \(id)" }
        return "connection \(id) of user \(row[0].string ?? "?") from \(row[1].string ?? "?")"
    }
}
