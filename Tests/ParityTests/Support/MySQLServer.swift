import AgnoSchema
import DatabaseAccess
import Foundation
import MySQLAccess
import SQLDialects
import ServerContract

/// A server of the MySQL family that `scripts/servers` started. Its databases are schemas, so the tables of a location are
/// in its own database.
struct MySQLServer: Server {
    /// As `scripts/servers` calls it.
    let name: String
    let variable: String
    let isOptional: Bool

    static let mariadb = MySQLServer(name: "mariadb", variable: "AGNO_TEST_MARIADB_URL", isOptional: false)
    static let mysql = MySQLServer(name: "mysql", variable: "AGNO_TEST_MYSQL_URL", isOptional: true)

    var isRunning: Bool { ProcessInfo.processInfo.environment[variable] != nil }

    func schema(of location: String) -> String { Self.database(of: location) }

    func url(scheme: String, database: String) throws -> String {
        guard let url = ProcessInfo.processInfo.environment[variable], let start = url.firstRange(of: "://"),
            let end = url.lastIndex(of: "/")
        else {
            throw SetUpFailure(
                description:
                    "there is no such server: run scripts/servers up \(name) and eval \"$(scripts/servers env \(name))\""
            )
        }
        return scheme + url[start.lowerBound...end] + database
    }

    func create(_ database: String, copyOf template: String?) throws {
        guard let template else { return try maintain("CREATE DATABASE \(quote(database))") }
        let facts = try rows(
            url(scheme: "mysql", database: "mysql"), schema: "mysql",
            "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata "
                + "WHERE schema_name = '\(template.replacing("'", with: "''"))'")
        guard case .text(let characters)? = facts.first?[0], case .text(let collation)? = facts.first?[1] else {
            throw SetUpFailure(description: "there is no database \(template) to copy")
        }
        try maintain("CREATE DATABASE \(quote(database)) CHARACTER SET \(characters) COLLATE \(collation)")
        // Definitions as the server tells them keep everything; a key may name a table that comes later.
        try connected(url(scheme: "mysql", database: "mysql"), database) { connection in
            try connection.execute("SET SESSION foreign_key_checks = 0")
            let tables = try connection.rows(
                SQLStatement("SHOW FULL TABLES FROM \(quote(template)) WHERE table_type = 'BASE TABLE'"))
            for table in tables.compactMap({ $0[0].string }).map(quote) {
                let definition = try connection.rows(SQLStatement("SHOW CREATE TABLE \(quote(template)).\(table)"))
                guard let text = definition.first?[1].string else {
                    throw SetUpFailure(description: "\(table) has no definition")
                }
                try connection.execute(text)
                try connection.execute("INSERT INTO \(table) SELECT * FROM \(quote(template)).\(table)")
            }
        }
    }

    func drop(_ database: String) throws { try maintain("DROP DATABASE IF EXISTS \(quote(database))") }

    func databases(prefix: String) throws -> [String] {
        try rows(
            url(scheme: "mysql", database: "mysql"), schema: "mysql",
            "SELECT schema_name FROM information_schema.schemata WHERE LEFT(schema_name, \(prefix.count)) = '\(prefix)'"
        ).compactMap { if case .text(let name)? = $0.first { name } else { nil } }
    }

    func makeHostileAccount(_ account: HostileAccount) throws {
        // Neither of privileges over the server, which would exempt it from init_connect, nor for other databases.
        try maintain("CREATE USER '\(account.name)'@'%' IDENTIFIED BY '\(account.password)'")
        try maintain("GRANT ALL ON `%agno\\_parity\\_%`.* TO '\(account.name)'@'%'")
        let base = try url(scheme: "mysql", database: "").split(separator: "@").last ?? ""
        let own = "mysql://\(account.name):\(account.password)@\(base)"
        // What an account of that kind can set, and the server knows.
        let taken = try connected(own, nil) { connection in
            HostileSettings.mySQL.filter {
                (try? connection.execute(HostileSettings.statement([$0]))) != nil
            }
        }
        guard taken.count >= 45 else { throw SetUpFailure(description: "the server takes only \(taken.map(\.name))") }
        let text = HostileSettings.initConnect(HostileSettings.statement(taken), for: "agno_parity\\_%")
        try maintain("SET GLOBAL init_connect = \(MySQLDialect(server: .unknown, schema: nil).literal(text))")
    }

    func dropHostileAccount(_ name: String) throws {
        try maintain("DROP USER '\(name)'@'%'")
        // Another process of these tests still needs it.
        let others = try rows(
            url(scheme: "mysql", database: "mysql"), schema: "mysql",
            "SELECT user FROM mysql.user WHERE user LIKE 'agno\\_parity\\_%'")
        if others.isEmpty { try maintain("SET GLOBAL init_connect = ''") }
    }

    func execute(_ location: String, schema: String, _ statements: [String]) throws {
        try connected(location, schema) { connection in
            for statement in statements { try connection.execute(statement) }
        }
    }

    func rows(_ location: String, schema: String, _ query: String) throws -> [[Cell]] {
        try connected(location, schema) { try $0.rows(SQLStatement(query)).map { $0.map(Cell.init) } }
    }

    /// Definitions, the server's numbers of the tables, which a rebuild changes, and sums of all rows.
    func state(_ location: String, schema: String) throws -> [[Cell]] {
        try connected(location, schema) { connection in
            let view = name == "mariadb" ? "INNODB_SYS_TABLES" : "INNODB_TABLES"
            var facts = try connection.rows(
                SQLStatement(
                    "SELECT name, table_id FROM information_schema.\(view) WHERE name LIKE ?1 ORDER BY 1",
                    [
                        .text(schema.replacing("_", with: "\\_") + "/%")
                    ]))
            for table in try connection.rows(SQLStatement("SHOW TABLES")).compactMap({ $0[0].string }).map(quote) {
                facts += try connection.rows(SQLStatement("SHOW CREATE TABLE \(table)"))
                facts += try connection.rows(SQLStatement("CHECKSUM TABLE \(table) EXTENDED"))
                facts += try connection.rows(SQLStatement("SELECT COUNT(*) FROM \(table)"))
            }
            return facts.map { $0.map(Cell.init) }
        }
    }

    private func quote(_ name: String) -> String { "`\(name.replacing("`", with: "``"))`" }

    private func maintain(_ statement: String) throws {
        try connected(url(scheme: "mysql", database: "mysql"), "mysql") { _ = try $0.execute(statement) }
    }

    /// Runs a body on a connection that finds the schema's tables by their bare names.
    private func connected<Result>(
        _ location: String, _ schema: String?, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        let driver = MySQLDriver(
            try MySQLParameters(DatabaseURL(location)), schema: schema, versionsTable: "agno_schema_versions",
            lockTimeout: 60)
        return try driver.withConnection(for: .write) { connection in
            if let schema { try connection.execute("USE \(quote(schema))") }
            return try body(connection)
        }
    }
}
