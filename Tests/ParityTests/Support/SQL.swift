import GRDB

/// A value in a database, as SQLite stores it.
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
}

/// Statements that a test runs by hand, past the code under test.
enum SQL {
    static func execute(_ file: String, _ statements: String...) throws {
        let queue = try queue(file)
        try queue.writeWithoutTransaction { database in
            for statement in statements { try database.execute(sql: statement) }
        }
        try queue.close()
    }

    static func rows(_ file: String, _ query: String) throws -> [[Cell]] {
        let queue = try queue(file)
        let rows = try queue.read { database in
            try Row.fetchAll(database, sql: query).map { row in Array(row.databaseValues.map(Cell.init)) }
        }
        try queue.close()
        return rows
    }

    /// The first column of each row.
    static func column(_ file: String, _ query: String) throws -> [Cell] { try rows(file, query).compactMap(\.first) }

    static func columns(of table: String, in file: String) throws -> [Cell] {
        try column(file, "SELECT name FROM pragma_table_info('\(table)')")
    }

    static func tables(in file: String) throws -> [Cell] {
        try column(file, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    }

    /// The stamps by table name; empty where there is no versions table.
    static func stamps(in file: String) throws -> [String: String] {
        guard try tables(in: file).contains("agno_schema_versions") else { return [:] }
        var stamps: [String: String] = [:]
        for row in try rows(file, "SELECT table_name, version FROM agno_schema_versions") {
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
