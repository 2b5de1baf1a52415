import AgnoMigrate
import DatabaseAccess
import DurabilitySupport
import Foundation
import SQLDialects
import Testing

/// The kinds of servers that rows are copied between.
enum Server: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgresql, mariadb, mysql

    /// Those that there are: MySQL cannot be had everywhere, the others are never optional.
    static let available = allCases.filter { $0 != .mysql || $0.address != nil }

    var testDescription: String { rawValue }
    var isMySQLFamily: Bool { self == .mariadb || self == .mysql }

    /// The URL that `scripts/servers env` gives.
    private var address: String? {
        self == .sqlite ? nil : ProcessInfo.processInfo.environment["AGNO_TEST_\(rawValue.uppercased())_URL"]
    }

    private func url(_ name: String) throws -> String {
        guard let address, let slash = address.lastIndex(of: "/") else {
            throw FaultRunner.Failure(description: "there is no such server: run scripts/servers up for \(rawValue)")
        }
        return address[...slash] + name
    }

    /// The database of a URL or file; on MySQL and MariaDB Agno's tables are in the database that the URL names.
    func database(_ url: String, tables: TableNames = TableNames()) throws -> Database {
        let own = isMySQLFamily ? url.split(separator: "/").last.map(String.init) : nil
        return try Database(url: url, schema: own, tables: tables)
    }

    /// Makes an empty database and returns its URL.
    func create(_ name: String) throws -> String {
        try maintain("CREATE DATABASE \(name)" + (self == .postgresql ? " TEMPLATE template0 ENCODING 'UTF8'" : ""))
        return try url(name)
    }

    func drop(_ url: String) throws {
        let name = url.split(separator: "/").last ?? ""
        try maintain("DROP DATABASE IF EXISTS \(name)" + (self == .postgresql ? " WITH (FORCE)" : ""))
    }

    private func maintain(_ statement: String) throws {
        let database =
            try self == .postgresql ? Database(url: url("postgres"), schema: "public") : database(url("mysql"))
        try database.makeDriver().withConnection(for: .write) { _ = try $0.execute(statement) }
    }
}
