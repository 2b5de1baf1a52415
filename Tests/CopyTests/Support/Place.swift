import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import Logging
import LosslessJSON
import MigrationCore
import SQLDialects

/// A database of its own for one test; it is gone when the test is over.
final class Place: Sendable {
    let server: Server
    /// What `--db` would be given.
    let url: String
    let directory: TemporaryDirectory?

    static let now: Int64 = 1_800_000_000

    init(_ server: Server) throws {
        self.server = server
        if server == .sqlite {
            let directory = try TemporaryDirectory()
            self.directory = directory
            url = directory.file("agno.db")
        } else {
            directory = nil
            var generator = SystemRandomNumberGenerator()
            url = try server.create("agno_copy_test_" + String(generator.next(), radix: 36))
        }
    }

    deinit { if server != .sqlite { try? server.drop(url) } }

    /// A place with a sample of a version.
    convenience init(_ server: Server, sample version: SchemaVersion, sessions: Int = 6) throws {
        try self.init(server)
        _ = try manager().makeSample(version: version, sessions: sessions)
    }

    func database(tables: TableNames = TableNames()) throws -> Database { try server.database(url, tables: tables) }

    static func options(_ configure: (inout EngineOptions) -> Void = { _ in }) -> EngineOptions {
        var options = EngineOptions(
            waitTimeout: .seconds(60), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: .fixed(now), toolVersion: "test")
        configure(&options)
        return options
    }

    func manager() throws -> MigrationManager {
        let database = try database()
        return MigrationManager(database, driver: database.makeDriver(), options: Self.options())
    }

    /// Runs a body on a connection that may write, and makes file or schema where there is none.
    func connected<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try database().makeDriver().withConnection(for: .create, body)
    }

    func execute(_ statements: String...) throws {
        try connected { connection in for statement in statements { try connection.execute(statement) } }
    }

    /// A table's name in a statement of the tests' own.
    func name(_ table: String) -> String { server == .postgresql ? "ai.\(table)" : table }

    func count(_ table: String) throws -> Int64? {
        try connected { try $0.value("SELECT COUNT(*) FROM \(name(table))")?.int }
    }

    /// Puts a row into a table.
    func insert(into table: String, _ row: [String: SQLValue]) throws {
        try connected { connection in
            let dialect = connection.dialect
            let columns = row.keys.sorted()
            let places = (1...columns.count).map(dialect.placeholder).joined(separator: ", ")
            try connection.execute(
                "INSERT INTO \(dialect.table(table)) (\(dialect.list(columns))) VALUES (\(places))",
                columns.map { row[$0] ?? .null })
        }
    }

    /// A copy into another place, with a fixed clock.
    func copy(
        to target: Place, tables: TableNames = TableNames(), driver: (any DatabaseDriver)? = nil,
        configure: (inout EngineOptions) -> Void = { _ in }
    ) throws -> DatabaseCopy {
        let (source, target) = try (database(tables: tables), target.database(tables: tables))
        return try DatabaseCopy(
            from: source, driver: source.makeDriver(), to: target, driver: driver ?? target.makeDriver(),
            options: Self.options(configure))
    }

    /// The rows of Agno's tables by what they mean.
    func contents() throws -> Contents { try connected { try Contents(of: $0) } }
}

/// The rows of every table but the program's own, by what they mean, whatever server holds them: JSON without its spelling
/// and the order of its members, and by number what is a number.
struct Contents: Equatable {
    private(set) var lines: [String: [String]] = [:]

    init(of connection: any DatabaseConnection) throws {
        for (name, columns) in try connection.dialect.columnsOfTables(using: connection) ?? [:]
        where !name.text.hasPrefix("agno_migration_") {
            let table = name.text
            let columns = (table == "agno_schema_versions" ? ["table_name", "version"] : columns).sorted()
            let sql = "SELECT \(connection.dialect.list(columns)) FROM \(connection.dialect.table(table))"
            lines[table] = try connection.rows(SQLStatement(sql)).map { row in
                zip(columns, row).map { "\($0)=\(Self.meaning($1))" }.joined(separator: " ")
            }.sorted()
        }
    }

    private static func meaning(_ value: SQLValue) -> String {
        guard let text = value.validText else { return value.keyText }
        guard let first = text.first, "{[\"".contains(first), let json = try? JSONValue(parsing: text) else {
            return text
        }
        return meaning(json)
    }

    private static func meaning(_ value: JSONValue) -> String {
        switch value {
        case .string(let text):
            // JSON that a session's column holds inside a string.
            guard let inner = text.value, let first = inner.first, "{[".contains(first),
                let json = try? JSONValue(parsing: inner)
            else { return "\"\(text.value ?? "?")\"" }
            return meaning(json)
        case .number(let number):
            // PostgreSQL has no zero below zero, and no exponents.
            let value = number.double ?? 0
            return abs(value) < 1e15 || !number.isInteger ? "\(value + 0)" : number.text
        case .array(let elements): return "[\(elements.map(meaning).joined(separator: ", "))]"
        case .object(let object):
            return "{"
                + Dictionary(object.members.map { ($0.key.value ?? "?", meaning($0.value)) }) { $1 }
                .sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        case .null: return "null"
        case .bool(let flag): return "\(flag)"
        }
    }

    /// What differs in the tables that both have, for a failure's message; nothing if nothing does.
    func differences(from other: Contents, limit: Int = 300) -> [String] {
        Set(lines.keys).intersection(other.lines.keys).sorted().flatMap { table -> [String] in
            let (mine, its) = (lines[table] ?? [], other.lines[table] ?? [])
            guard mine != its else { return [] }
            let (extra, missing) = (Set(mine).subtracting(its), Set(its).subtracting(mine))
            return extra.sorted().map { "\(table): unexpected \($0.prefix(limit))" }
                + missing.sorted().map { "\(table): missing \($0.prefix(limit))" }
                + (mine.count == its.count ? [] : ["\(table): \(mine.count) rows instead of \(its.count)"])
        }
    }
}

extension CopyReport {
    func table(_ type: String) -> CopiedTable? { tables.first { $0.type == type } }

    /// The refused rows of a table as `key column reason`.
    func refusals(of type: String) -> [String] {
        (table(type)?.refusedRows ?? []).map { "\($0.key) \($0.column ?? "-") \($0.reason)" }
    }

    /// What is not as it has to be after a copy of everything.
    var shortcomings: [String] {
        tables.filter { $0.outcome != .copied }.map {
            "\($0.name): \($0.outcome.rawValue) \($0.error?.message ?? "") \($0.refusedRows.prefix(3))"
        }
    }
}
