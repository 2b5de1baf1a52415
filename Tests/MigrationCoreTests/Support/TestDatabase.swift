import AgnoSchema
import DatabaseAccess
import Foundation
import Logging
import SQLDialects
import SQLiteAccess

@testable import MigrationCore

/// A SQLite file in a directory of its own, which is gone after the test.
final class TestDatabase {
    private let directory: URL?
    let driver: any DatabaseDriver

    init() throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "agno-migrate-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        self.directory = directory
        driver = SQLiteDriver(path: directory.appending(path: "test.db").path())
    }

    private init(driver: any DatabaseDriver) {
        directory = nil
        self.driver = driver
    }

    deinit { if let directory { try? FileManager.default.removeItem(at: directory) } }

    /// A sample in memory instead of a file, for tests that need hundreds of databases.
    static func inMemory<Result>(
        sample version: SchemaVersion, sessions: Int, _ body: (TestDatabase) throws -> Result
    ) throws -> Result {
        try SQLiteDriver(path: ":memory:").withConnection(for: .create) { connection in
            let database = TestDatabase(driver: OpenConnectionDriver(connection: connection))
            _ = try database.engine().makeSample(version: version, sessions: sessions)
            return try body(database)
        }
    }

    /// A database as a release of that version leaves it, with a few rows.
    convenience init(sample version: SchemaVersion, sessions: Int = 6) throws {
        try self.init()
        _ = try engine().makeSample(version: version, sessions: sessions)
    }

    /// The engine on this file, with a clock that stands still.
    func engine(
        _ driver: (any DatabaseDriver)? = nil, names: TableNames = TableNames(),
        configure: (inout EngineOptions) -> Void = { _ in }
    ) -> MigrationEngine {
        var options = EngineOptions(
            waitTimeout: .zero, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: .fixed(Self.now))
        configure(&options)
        return MigrationEngine(driver: driver ?? self.driver, names: names, options: options)
    }

    static let now: Int64 = 1_700_000_000

    func connect<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try driver.withConnection(for: .create, body)
    }

    func run(_ statements: String...) throws {
        try connect { connection in for statement in statements { try connection.execute(statement) } }
    }

    /// The rows of a query as texts.
    func texts(_ sql: String) throws -> [String] { try connect { try $0.texts(sql) } }

    /// The stamp of a table; nil where there is none.
    func stamp(_ table: String) throws -> String? {
        try connect { connection in
            guard try connection.dialect.columns(ofTable: "agno_schema_versions", using: connection) != nil else {
                return nil
            }
            return try connection.value(
                "SELECT version FROM agno_schema_versions WHERE table_name = ?1", [.text(table)])?.string
        }
    }

    /// Everything in the file but the program's own records, for comparing.
    func dump(onlyTable wanted: String? = nil) throws -> [String] {
        try connect { connection in
            let own =
                "name NOT LIKE 'sqlite_%' AND name NOT LIKE 'agno_migration_%' AND tbl_name NOT LIKE 'agno_migration_%'"
            var lines = try connection.texts(
                "SELECT type, name, sql FROM sqlite_master WHERE \(own) ORDER BY type, name"
            )
            .filter { line in wanted.map { line.contains("\"\($0)\"") } ?? true }
            for table in try connection.texts(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND \(own) ORDER BY name")
            where wanted == nil || wanted == table {
                lines += try connection.texts("SELECT * FROM \(connection.dialect.quote(table))").map {
                    "\(table): \($0)"
                }.sorted()
            }
            return lines
        }
    }
}

extension DatabaseConnection {
    func texts(_ sql: String, _ bindings: [SQLValue] = []) throws -> [String] {
        try rows(SQLStatement(sql, bindings)).map { row in row.map(\.display).joined(separator: "|") }
    }
}

extension SQLValue {
    /// The value, readable in a failure.
    var display: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes), .malformedText(let bytes):
            "x'\(bytes.map { String($0, radix: 16) }.joined(separator: " "))'"
        }
    }
}

/// A driver of one connection that is open already.
private struct OpenConnectionDriver: DatabaseDriver {
    /// Used by the thread of its test only.
    nonisolated(unsafe) let connection: any DatabaseConnection

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try body(connection)
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try body()
    }

    func cancelRunningStatement() {}
}
