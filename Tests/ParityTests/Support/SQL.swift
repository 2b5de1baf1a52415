import AgnoSchema
import GRDB

/// A value in a database.
enum Cell: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    init(integerLiteral value: Int64) { self = .integer(value) }
    init(stringLiteral value: String) { self = .text(value) }
    init(nilLiteral: ()) { self = .null }

    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob(Array(data))
        }
    }

    init(_ value: SQLValue) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        case .real(let number): self = .real(number)
        case .text(let text): self = .text(text)
        case .blob(let bytes), .malformedText(let bytes): self = .blob(bytes)
        }
    }
}

/// Statements that a test runs by hand, past the code under test.
enum SQL {
    static func execute(_ location: String, _ statements: String...) throws {
        if let server = Engine(of: location).server {
            return try server.execute(location, schema: server.schema(of: location), statements)
        }
        let queue = try queue(location)
        try queue.writeWithoutTransaction { database in
            for statement in statements { try database.execute(sql: statement) }
        }
        try queue.close()
    }

    static func rows(_ location: String, _ query: String) throws -> [[Cell]] {
        if let server = Engine(of: location).server {
            return try server.rows(location, schema: server.schema(of: location), query)
        }
        let queue = try queue(location)
        let rows = try queue.read { database in
            try Row.fetchAll(database, sql: query).map { row in Array(row.databaseValues.map { Cell($0) }) }
        }
        try queue.close()
        return rows
    }

    /// The first column of each row.
    static func column(_ location: String, _ query: String) throws -> [Cell] {
        try rows(location, query).compactMap(\.first)
    }

    static func columns(of table: String, in location: String) throws -> [Cell] {
        try column(
            location,
            Engine(of: location) == .sqlite
                ? "SELECT name FROM pragma_table_info('\(table)')"
                : "SELECT column_name FROM information_schema.columns WHERE table_schema = '\(schema(location))' AND table_name = '\(table)'"
        )
    }

    static func tables(in location: String) throws -> [Cell] {
        try column(
            location,
            Engine(of: location) == .sqlite
                ? "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                : "SELECT table_name FROM information_schema.tables WHERE table_schema = '\(schema(location))' ORDER BY table_name"
        )
    }

    private static func schema(_ location: String) -> String { Engine(of: location).server?.schema(of: location) ?? "" }

    /// The stamps by table name; empty where there is no versions table.
    static func stamps(in location: String) throws -> [String: String] {
        guard try tables(in: location).contains("agno_schema_versions") else { return [:] }
        var stamps: [String: String] = [:]
        for row in try rows(location, "SELECT table_name, version FROM agno_schema_versions") {
            if case .text(let table) = row[0], case .text(let version) = row[1] { stamps[table] = version }
        }
        return stamps
    }

    private static func queue(_ file: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        return try DatabaseQueue(path: file, configuration: configuration)
    }
}
