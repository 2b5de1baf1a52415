import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import Logging
import MigrationCore
import SQLDialects
import Testing

/// A database of its own for one test; it is gone when the test is over.
final class TestPlace: Sendable {
    let engine: Engine
    /// What `--db` would be given.
    let url: String
    private let directory: TemporaryDirectory?

    static let now: Int64 = 1_800_000_000

    init(_ engine: Engine, file: String = "test.db") throws {
        self.engine = engine
        switch engine {
        case .sqlite:
            let directory = try TemporaryDirectory()
            self.directory = directory
            url = directory.file(file)
        default:
            directory = nil
            var generator = SystemRandomNumberGenerator()
            url = try engine.create("agno_v1_test_" + String(generator.next(), radix: 36))
        }
    }

    deinit {
        guard engine != .sqlite else { return }
        try? engine.drop(url)
    }

    func database(schema: String? = nil, tables: TableNames = TableNames()) throws -> Database {
        try engine.database(url, schema: schema, tables: tables)
    }

    /// Runs a body on a connection that may write, and makes file or schema where there is none.
    func connected<Result>(
        schema: String? = nil, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try database(schema: schema).makeDriver().withConnection(for: .create, body)
    }

    func execute(_ statements: String...) throws {
        try connected { connection in for statement in statements { try connection.execute(statement) } }
    }

    /// The rows of a query as texts, `|` between the values.
    func texts(_ sql: String) throws -> [String] {
        try connected { try $0.rows(SQLStatement(sql)).map { $0.map(\.shown).joined(separator: "|") } }
    }

    /// A table's name in a statement of the tests' own.
    func name(_ table: String) -> String { engine == .postgresql ? "ai.\(table)" : table }

    /// A manager with a fixed clock.
    func manager(tables: TableNames = TableNames()) throws -> MigrationManager {
        let database = try database(tables: tables)
        return MigrationManager(database, driver: database.makeDriver(), options: Self.options())
    }

    static func options(_ configure: (inout EngineOptions) -> Void = { _ in }) -> EngineOptions {
        var options = EngineOptions(
            waitTimeout: .seconds(60), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: .fixed(now),
            toolVersion: "test")
        configure(&options)
        return options
    }

    /// An import into this place or another one, with a fixed clock.
    func v1Import(
        into target: TestPlace? = nil, v1Schema: String? = nil, tables: TableNames = TableNames(),
        driver: (any DatabaseDriver)? = nil,
        configure: (inout EngineOptions) -> Void = { _ in }
    ) throws -> V1Import {
        let source = try database(schema: v1Schema)
        let target = try (target ?? self).database(tables: tables)
        return V1Import(
            from: source, driver: source.makeDriver(), into: target, driver: driver ?? target.makeDriver(),
            options: Self.options(configure))
    }

    /// Everything but the program's own notes of when it did what.
    func contents() throws -> Contents { try connected { try Contents(of: $0) } }
}

extension SQLValue {
    /// The value, readable in a failure.
    var shown: String {
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

/// The rows of every table, but for the journal, SingleStore's lock and what tells when something was kept or stamped.
struct Contents: Equatable {
    private var lines: [String: [String]] = [:]

    init(of connection: any DatabaseConnection) throws {
        for (name, columns) in try connection.dialect.columnsOfTables(using: connection) ?? [:]
        where name != "agno_migration_journal" && name != "agno_migration_lock" {
            let table = name.text
            var columns = columns
            if table == "agno_schema_versions" { columns = ["table_name", "version"] }
            columns.removeAll { table == "agno_migration_quarantine" && ($0 == "run_id" || $0 == "recorded_at") }
            let sql = "SELECT \(connection.dialect.list(columns)) FROM \(connection.dialect.table(table))"
            lines[table] = try connection.rows(SQLStatement(sql)).map { row in
                zip(columns, row).map { "\($0)=\($1.shown)" }.joined(separator: " ")
            }.sorted()
        }
    }

    /// The rows of a table; nil where there is no such table.
    subscript(table: String) -> [String]? { lines[table] }

    /// What differs, for a failure's message: nothing if nothing does.
    func differences(from other: Contents, limit: Int = 300) -> [String] {
        Set(lines.keys).union(other.lines.keys).sorted().flatMap { table -> [String] in
            guard lines[table] != other.lines[table] else { return [] }
            guard let mine = lines[table], let its = other.lines[table] else {
                return ["\(table): \(lines[table] == nil ? "is missing" : "is there")"]
            }
            let (extra, missing) = (Set(mine).subtracting(its), Set(its).subtracting(mine))
            return extra.sorted().map { "\(table): unexpected \($0.prefix(limit))" }
                + missing.sorted().map { "\(table): missing \($0.prefix(limit))" }
                + (mine.count == its.count ? [] : ["\(table): \(mine.count) rows instead of \(its.count)"])
        }
    }
}
