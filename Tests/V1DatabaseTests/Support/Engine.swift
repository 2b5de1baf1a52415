import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import SQLDialects
import Testing

/// The kinds of databases that an import is tried on.
enum Engine: String, Sendable, CustomTestStringConvertible {
    case sqlite, postgresql, mariadb, mysql
    /// The double, or the real server of `AGNO_TEST_SINGLESTORE_URL` where somebody has one.
    case singlestore

    /// Those that there are: MySQL cannot be had everywhere, the others are never optional.
    static let allCases: [Engine] = [.sqlite, .postgresql, .mariadb, .mysql, .singlestore].filter {
        $0 != .mysql || $0.address != nil
    }
    /// Those where one statement can be about many rows.
    static let servers = allCases.filter { $0 != .sqlite }
    static let mysqlFamily = allCases.filter(\.isMySQLFamily)
    /// Where 1.x kept memories of users.
    static let withMemories = allCases.filter(\.hasMemories)

    var testDescription: String { rawValue }
    var isMySQLFamily: Bool { self != .sqlite && self != .postgresql }
    var hasMemories: Bool { !isMySQLFamily }

    private static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

    /// The URL that `scripts/servers env` gives.
    private var address: String? {
        switch self {
        case .sqlite: nil
        case .singlestore:
            Self.variable("AGNO_TEST_SINGLESTORE_URL") ?? Self.variable("AGNO_TEST_SINGLESTORE_DOUBLE_URL")
        default: Self.variable("AGNO_TEST_\(rawValue.uppercased())_URL")
        }
    }

    /// A database of the server.
    func url(_ name: String) throws -> String {
        guard let address, let slash = address.lastIndex(of: "/") else {
            let server = [.postgresql: "postgres", .singlestore: "singlestore-double"][self] ?? rawValue
            throw FaultRunner.Failure(
                description: "there is no such server: run scripts/servers up \(server) and "
                    + "eval \"$(scripts/servers env \(server))\"")
        }
        return address[...slash] + name
    }

    /// The database of a URL or file; on MySQL and MariaDB Agno's tables are in the database that the URL names.
    func database(_ url: String, schema: String? = nil, tables: TableNames = TableNames()) throws -> Database {
        let own = self == .mariadb || self == .mysql ? String(Self.name(of: url)) : nil
        return try Database(url: url, schema: self == .sqlite ? nil : schema ?? own, tables: tables)
    }

    private static func name(of url: String) -> Substring { url.split(separator: "/").last ?? "" }

    /// Makes an empty database and returns its URL.
    func create(_ name: String) throws -> String {
        try maintain("CREATE DATABASE \(name)" + (self == .postgresql ? " TEMPLATE template0 ENCODING 'UTF8'" : ""))
        return try url(name)
    }

    func drop(_ url: String) throws {
        let name = Self.name(of: url)
        try maintain("DROP DATABASE IF EXISTS \(name)" + (self == .postgresql ? " WITH (FORCE)" : ""))
    }

    /// Makes a database that holds what another one does, which nobody has open.
    func copy(_ original: String, as name: String) throws -> String {
        let source = Self.name(of: original)
        if self == .postgresql {
            try maintain("CREATE DATABASE \(name) TEMPLATE \(source)")
            return try url(name)
        }
        let copy = try create(name)
        try database(copy).makeDriver().withConnection(for: .write) { connection in
            let tables = try connection.rows(
                SQLStatement(
                    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?1", [.text(String(source))])
            )
            for table in tables.compactMap({ $0[0].string }).map(connection.dialect.quote) {
                try connection.execute("CREATE TABLE \(table) LIKE \(source).\(table)")
                try connection.execute("INSERT INTO \(table) SELECT * FROM \(source).\(table)")
            }
        }
        return copy
    }

    private func maintain(_ statement: String) throws {
        let database =
            switch self {
            case .postgresql: try Database(url: url("postgres"), schema: "public")
            case .singlestore: try Database(url: address ?? url(""))
            default: try database(url("mysql"))
            }
        try database.makeDriver().withConnection(for: .write) { _ = try $0.execute(statement) }
    }
}
