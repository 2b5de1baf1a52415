import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import Foundation
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

/// A database of its own for one test; it is dropped when the test is over.
final class TestDatabase: DatabaseUnderTest {
    let server: TestServer
    let name: String
    /// The tables are in the connection's own database.
    var schema: String? { nil }

    /// - Parameter end: what a strange name ends with.
    init(on server: TestServer, end: String = "") throws {
        self.server = server
        name = "agno_test_" + String(SystemRandomNumberGenerator.word, radix: 36) + end
        _ = try server.connected { try $0.execute("CREATE DATABASE \($0.dialect.quote(name))") }
    }

    convenience init() throws { try self.init(on: TestServer.shared()) }

    deinit { drop(name) }

    private func drop(_ name: String) {
        _ = try? server.connected { try $0.execute("DROP DATABASE IF EXISTS \($0.dialect.quote(name))") }
    }

    func url() throws -> String { server.url(name) }

    func driver(versionsTable: String, patience: Patience) throws -> any DatabaseDriver {
        MySQLDriver(
            try MySQLParameters(DatabaseURL(url())), schema: nil, versionsTable: versionsTable,
            lockTimeout: patience == .application ? 50 : 1)
    }

    func count(_ rest: String) throws -> Int64? { try value("SELECT COUNT(*) FROM \(rest)")?.int }

    /// The server's own words for a table.
    func definition(of table: String) throws -> String {
        try rows("SHOW CREATE TABLE `\(table)`").first?[1].string ?? ""
    }

    /// A session with a list of runs, of schema 2.
    func insertSession(_ id: String, type: String = "agent", user: String? = nil, runs: String?) throws {
        _ = try connected { connection in
            try connection.execute(
                "INSERT INTO agno_sessions (session_id, session_type, user_id, runs, created_at) VALUES (?1, ?2, ?3, ?4, 77)",
                [.text(id), .text(type), SQLValue(user), SQLValue(runs)])
        }
    }

    func contents() throws -> DatabaseContents {
        try connected { try DatabaseContents(singleStore: $0, of: name) }
    }
}

extension SystemRandomNumberGenerator {
    static var word: UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

extension DatabaseContents {
    /// Everything a database holds, as the server puts it into words; the program's own tables are left out.
    ///
    /// - Parameters:
    ///   - hasGoneBack: takes an empty run list for none, as 2.x readers want it (docs/adr/0005).
    ///   - hasOwnTables: how the program's own tables are made belongs to it; what is in them never does.
    init(
        singleStore connection: any DatabaseConnection, of database: String, hasGoneBack: Bool = false,
        hasOwnTables: Bool = false
    ) throws {
        self.init()
        let quote = connection.dialect.quote
        let tables = try connection.rows(
            SQLStatement(
                "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?1 AND TABLE_TYPE = 'BASE TABLE'",
                [.text(database)]))
        for table in tables.compactMap({ $0[0].string }) where hasOwnTables || !table.hasPrefix("agno_migration_") {
            let place = "\(quote(database)).\(quote(table))"
            let text = try connection.rows(SQLStatement("SHOW CREATE TABLE \(place)")).first?[1].string ?? ""
            for line in text.split(separator: "\n").dropFirst() {
                add("\(table): \(line.hasSuffix(",") ? line.dropLast() : line)")
            }
            guard !table.hasPrefix("agno_migration_") else { continue }
            let columns = try connection.rows(
                SQLStatement(
                    "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?1 AND TABLE_NAME = ?2 "
                        + "ORDER BY COLUMN_NAME", [.text(database), .text(table)])
            ).compactMap { $0[0].string }
            for row in try connection.rows(SQLStatement("SELECT \(connection.dialect.list(columns)) FROM \(place)")) {
                let values = zip(columns, row).filter {
                    table != "agno_schema_versions" || !["created_at", "updated_at"].contains($0.0)
                }.map { hasGoneBack && $0 == "runs" && $1 == .text("[]") ? .null : $1 }
                add("row of \(table): \(values)")
            }
        }
    }
}
