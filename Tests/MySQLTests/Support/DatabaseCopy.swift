import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Copies a database on its server, which has no statement for it.
struct DatabaseCopy {
    private let connection: any DatabaseConnection
    private let source: String
    private let copy: String

    /// Makes the copy anew; afterwards the connection is in it.
    static func make(of source: String, as copy: String, on connection: any DatabaseConnection) throws {
        try DatabaseCopy(connection: connection, source: source, copy: copy).make()
    }

    private func quote(_ name: String) -> String { connection.dialect.quote(name) }

    private func names(_ column: String, from view: String, _ condition: String) throws -> [String] {
        try connection.rows(
            SQLStatement("SELECT \(column) FROM information_schema.\(view) WHERE \(condition)", [.text(source)])
        ).compactMap { $0[0].string }
    }

    /// What the server says of one object of the source, in a column of its answer.
    private func definition(of kind: String, _ name: String, column: Int) throws -> String {
        let rows = try connection.rows(SQLStatement("SHOW CREATE \(kind) \(quote(source)).\(quote(name))"))
        return rows.first?[column].string ?? ""
    }

    private func make() throws {
        try connection.execute("DROP DATABASE IF EXISTS \(quote(copy))")
        let collation = try names("DEFAULT_COLLATION_NAME", from: "SCHEMATA", "SCHEMA_NAME = ?1").first ?? ""
        try connection.execute("CREATE DATABASE \(quote(copy)) COLLATE \(collation)")
        try connection.execute("USE \(quote(copy))")
        try connection.execute("SET foreign_key_checks = 0")
        for table in try names("TABLE_NAME", from: "TABLES", "TABLE_SCHEMA = ?1 AND TABLE_TYPE = 'BASE TABLE'") {
            try connection.execute(definition(of: "TABLE", table, column: 1))
            let columns = try connection.rows(
                SQLStatement(
                    "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?1 AND TABLE_NAME = ?2 "
                        + "AND COALESCE(GENERATION_EXPRESSION, '') = ''", [.text(source), .text(table)])
            ).compactMap { $0[0].string }
            let list = connection.dialect.list(columns)
            try connection.execute(
                "INSERT INTO \(quote(table)) (\(list)) SELECT \(list) FROM \(quote(source)).\(quote(table))")
        }
        try connection.execute("SET foreign_key_checks = 1")
        for view in try names("TABLE_NAME", from: "VIEWS", "TABLE_SCHEMA = ?1") {
            let text = try definition(of: "VIEW", view, column: 1)
            try connection.execute(text.replacing("\(quote(source)).", with: "\(quote(copy))."))
        }
        for trigger in try names("TRIGGER_NAME", from: "TRIGGERS", "TRIGGER_SCHEMA = ?1") {
            let text = try definition(of: "TRIGGER", trigger, column: 2)
            try connection.execute(text.replacing("\(quote(source)).", with: "\(quote(copy))."))
        }
    }
}
