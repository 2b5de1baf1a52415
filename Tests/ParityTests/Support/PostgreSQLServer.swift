import AgnoSchema
import DatabaseAccess
import Foundation
import PostgreSQLAccess
import SQLDialects
import ServerContract

/// The server that `scripts/servers up postgres` started.
struct PostgreSQLServer: Server {
    func url(scheme: String, database: String) throws -> String {
        guard let url = ProcessInfo.processInfo.environment["AGNO_TEST_POSTGRESQL_URL"],
            let start = url.firstRange(of: "://"), let end = url.lastIndex(of: "/")
        else {
            throw SetUpFailure(
                description:
                    "there is no PostgreSQL server: run scripts/servers up postgres and eval \"$(scripts/servers env postgres)\""
            )
        }
        return scheme + url[start.lowerBound...end] + database
    }

    func create(_ database: String, copyOf template: String?) throws {
        try maintain(
            "CREATE DATABASE \"\(database)\" TEMPLATE \(template.map { "\"\($0)\"" } ?? "template0 ENCODING 'UTF8'")")
    }

    func drop(_ database: String) throws { try maintain("DROP DATABASE IF EXISTS \"\(database)\" WITH (FORCE)") }

    func databases(prefix: String) throws -> [String] {
        try rows(
            url(scheme: "postgresql", database: "postgres"), schema: "public",
            "SELECT datname::text FROM pg_database WHERE starts_with(datname::text, '\(prefix)')"
        ).compactMap { if case .text(let name)? = $0.first { name } else { nil } }
    }

    func makeHostileAccount(_ account: HostileAccount) throws {
        // It may do what the owner of the original's tables may.
        try maintain("CREATE ROLE \(account.name) LOGIN SUPERUSER PASSWORD '\(account.password)'")
        let taken = HostileSettings.postgreSQL.filter {
            (try? maintain("ALTER ROLE \(account.name) SET \($0)")) != nil
        }
        guard taken.count >= 48 else { throw SetUpFailure(description: "the server takes only \(taken)") }
    }

    func dropHostileAccount(_ name: String) throws { try maintain("DROP ROLE \(name)") }

    var hostileOptions: String {
        "?options=-c%20row_security%3Don%20-c%20search_path%3Dpublic%20-c%20statement_timeout%3D2000"
    }

    func execute(_ location: String, schema: String, _ statements: [String]) throws {
        try connected(location, schema) { connection in
            for statement in statements { try connection.execute(statement) }
        }
    }

    func rows(_ location: String, schema: String, _ query: String) throws -> [[Cell]] {
        try connected(location, schema) { try $0.rows(SQLStatement(query)).map { $0.map(Cell.init) } }
    }

    /// Where each row and each table lies, and which transaction put it there.
    func state(_ location: String, schema: String) throws -> [[Cell]] {
        try connected(location, schema) { connection in
            let relations = try connection.rows(
                SQLStatement(
                    "SELECT relname::text, relkind::text, relfilenode, xmin::text FROM pg_class "
                        + "WHERE relnamespace = current_schema()::regnamespace ORDER BY 1"))
            let tables = relations.filter { $0[1] == .text("r") }.compactMap { $0[0].string }
            let rows = try tables.flatMap { table in
                try connection.rows(
                    SQLStatement(
                        "SELECT '\(table)', ctid::text, xmin::text, md5(t::text) FROM \(connection.dialect.quote(table)) t "
                            + "ORDER BY ctid"))
            }
            return (relations + rows).map { $0.map(Cell.init) }
        }
    }

    private func maintain(_ statement: String) throws {
        try connected(url(scheme: "postgresql", database: "postgres"), "public") { _ = try $0.execute(statement) }
    }

    /// Runs a body on a connection that finds the schema's tables by their bare names.
    private func connected<Result>(
        _ location: String, _ schema: String, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        let driver = PostgreSQLDriver(
            try PostgreSQLParameters(DatabaseURL(location)), schema: schema, versionsTable: "agno_schema_versions")
        return try driver.withConnection(for: .write) { connection in
            try connection.execute("SET search_path = \(connection.dialect.quote(schema))")
            return try body(connection)
        }
    }
}
