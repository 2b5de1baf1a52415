import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import Foundation
import Logging
import MigrationCore
import MySQLAccess
import SQLDialects
import Testing

/// A database of its own for one test; it is dropped when the test is over.
final class TestDatabase {
    let server: TestServer
    let name: String

    init(on server: TestServer) throws {
        self.server = server
        name = "agno_test_" + String(SystemRandomNumberGenerator.word, radix: 36)
        _ = try server.connected { try $0.execute("CREATE DATABASE \(name)") }
    }

    convenience init() throws { try self.init(on: TestServer.shared()) }

    deinit { drop(name) }

    private func drop(_ name: String) {
        _ = try? server.connected { try $0.execute("DROP DATABASE IF EXISTS \($0.dialect.quote(name))") }
    }

    var url: String { server.url(name) }

    func connected<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try server.driver(name).withConnection(for: .write, body)
    }

    func execute(_ statements: String...) throws {
        try connected { connection in
            for statement in statements { try connection.execute(statement) }
        }
    }

    func value(_ sql: String) throws -> SQLValue? { try connected { try $0.value(sql) } }
    func count(_ rest: String) throws -> Int64? { try value("SELECT COUNT(*) FROM \(rest)")?.int }
    func rows(_ sql: String) throws -> [SQLRow] { try connected { try $0.rows(SQLStatement(sql)) } }
    func has(_ table: String) throws -> Bool {
        try connected { try $0.dialect.columns(ofTable: table, using: $0) } != nil
    }

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

    /// A manager with a fixed clock and little patience.
    func manager(
        tables: TableNames = TableNames(), lockAttempts: Int = 2, waitTimeout: Duration = .zero,
        driver: (any DatabaseDriver)? = nil, configure: (inout EngineOptions) -> Void = { _ in }
    ) throws -> MigrationManager {
        let database = try Database(url: url, tables: tables)
        var options = EngineOptions(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, toolVersion: "test")
        options.clock = .fixed(1_750_000_000)
        options.lockAttempts = lockAttempts
        options.waitTimeout = waitTimeout
        configure(&options)
        return MigrationManager(database, driver: try driver ?? server.driver(name), options: options)
    }

    // MARK: Comparing

    /// Every table of Agno's with all that the dialect reads of it, as sorted lines.
    func facts() throws -> [String] {
        try connected { connection in
            let tables = TableNames()
            let names = Dictionary(uniqueKeysWithValues: TableType.allCases.map { ($0, tables[$0]) })
            return try connection.dialect.snapshots(of: names, using: connection)
                .flatMap { Self.facts(of: $1.shape, named: $1.name) }.sorted()
        }
    }

    /// What makes a table, one line each; names of keys and indexes included.
    static func facts(of shape: TableShape, named table: String) -> [String] {
        var lines = shape.columns.map {
            "\(table) column \($0.name) \($0.type) \($0.isNullable ? "NULL" : "NOT NULL") \($0.defaultValue ?? "-")"
        }
        lines.append("\(table) key \(shape.primaryKey)")
        lines.append("\(table) shard \(shape.shardKey.isEmpty ? shape.primaryKey : shape.shardKey)")
        lines += shape.uniqueKeys.map { "\(table) unique \($0.name ?? "-") \($0.columns)" }
        lines += shape.indexes.map { "\(table) index \($0.name) \($0.index.columns) \($0.index.isUnique)" }
        return lines
    }

    func contents() throws -> DatabaseContents { try connected { try DatabaseContents($0, of: name) } }
}

extension SystemRandomNumberGenerator {
    static var word: UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

/// Everything a database holds, in an order that does not depend on how it came there, as the server puts it into words;
/// the program's own tables are left out.
struct DatabaseContents: Equatable, Sendable {
    private(set) var lines: Set<String> = []
    private var count = 0

    /// - Parameters:
    ///   - hasGoneBack: takes an empty run list for none, as 2.x readers want it (docs/adr/0005).
    ///   - hasOwnTables: how the program's own tables are made belongs to it; what is in them never does.
    init(
        _ connection: any DatabaseConnection, of database: String, hasGoneBack: Bool = false, hasOwnTables: Bool = false
    ) throws {
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

    private mutating func add(_ line: String) {
        count += 1
        lines.insert(line)
    }

    /// What differs, for a failure's message: nothing if nothing does.
    func differences(from other: DatabaseContents) -> [String] {
        guard self != other else { return [] }
        var result = lines.subtracting(other.lines).sorted().map { "unexpected \($0.prefix(400))" }
        result += other.lines.subtracting(lines).sorted().map { "missing \($0.prefix(400))" }
        return result.isEmpty ? ["\(count) entries instead of \(other.count)"] : result
    }
}

extension MigrationReport {
    subscript(type: TableType) -> TableReport? { tables.first { $0.type == type } }

    /// The steps that failed or were refused, in words.
    var problems: [String] {
        tables.flatMap { table in
            table.steps.compactMap { $0.error.map { "\(table.name): \($0.message) \($0.detail)" } }
        }
    }
}
