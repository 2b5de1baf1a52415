import AgnoSchema
package import DatabaseAccess
import SQLDialects

/// What only the newest version has a place for, put into the tables of a sample.
package struct NewerValues {
    private let connection: any DatabaseConnection

    package init(_ connection: any DatabaseConnection) { self.connection = connection }

    /// A text that quoting, escaping or another encoding would change.
    package static let feedback = #"good, é 😀 \ ' ""#

    private static let texts = [
        feedback, "", " blanks at the end  ", "lines\r\nand\ttabs\\", "%s ?1 $1 :name {} NULL",
        "e\u{301} is not \u{e9}",
        String(repeating: "long, ", count: 20_000), "0x00", "1e400",
    ]

    /// Gives each table what older versions have no place for: one name for two owners, rows of users beside the total, runs
    /// with another owner, without one, and written since they were moved.
    package func fill() throws {
        let runs = table(.runs)
        try execute(
            "UPDATE \(runs) SET user_id = 'SOMEBODY' WHERE run_id = 'run-1-0'",
            "UPDATE \(runs) SET user_id = NULL WHERE run_id = 'run-2-0'",
            "UPDATE \(runs) SET updated_at = 77 WHERE run_id = 'run-3-0'")
        try connection.execute(
            "UPDATE \(table(.memories)) SET feedback = \(connection.dialect.placeholder(1)), created_at = 5",
            [.text(Self.feedback)])
        for type in [TableType.evals, .knowledge, .components, .scheduleRuns] where try has(type) {
            try execute("UPDATE \(table(type)) SET user_id = 'Ann'")
        }
        for owner in ["ann", "bob"] { try copy(of: .metrics, where: "id = 'metrics-0'", as: owner, of: owner) }
        guard try has(.schedules) else { return }
        try execute(
            "UPDATE \(table(.schedules)) SET user_id = 'ann', target_id = 't', disabled_reason = ''",
            "UPDATE \(table(.approvals)) SET run_status = 'PAUSED'")
        try copy(of: .schedules, where: "user_id = 'ann'", as: "bob", of: "bob")
    }

    /// Adds texts and keys that are easily changed on the way, an unowned schedule of the same name, and runs without a
    /// session where the server allows them.
    package func fillOddly() throws {
        for (number, text) in Self.texts.enumerated() {
            try connection.execute(
                "UPDATE \(table(.memories)) SET feedback = \(connection.dialect.placeholder(1)) "
                    + "WHERE memory_id = 'memory-\(number)'", [.text(text)])
        }
        let odd = #"it's \ é 😀 %s ?1 $1"#
        try copy(of: .evals, key: "run_id", where: "run_id = 'eval-0'", as: odd, of: odd)
        try copy(of: .metrics, where: "id = 'metrics-1'", as: odd, of: odd)
        if try has(.schedules) {
            try copy(of: .schedules, where: "id = 'bob'", as: "nobody", of: nil)
            try execute("UPDATE \(table(.schedules)) SET managed_by = 'agent', created_by_run_id = 'run-1-0'")
        }
        do {
            try connection.execute(
                "INSERT INTO \(table(.runs)) (run_id, session_id, run_type, status, run_data, created_at) "
                    + "VALUES ('stray', 'gone', 'agent', 'PAUSED', '{\"run_id\": \"stray\", \"n\": 1.0}', 1)")
        } catch is DatabaseError {
            // The server insists on the session.
        }
    }

    /// The application's column of the runs table.
    static let column = "note"

    /// Gives runs a column of the application's, with a value in some of them.
    package func fillColumnOfApplication() throws {
        try execute(
            "ALTER TABLE \(table(.runs)) ADD COLUMN \(connection.dialect.quote(Self.column)) VARCHAR(40)",
            "UPDATE \(table(.runs)) SET \(Self.column) = session_id WHERE run_id <> 'run-1-0'")
    }

    /// Every row of Agno's tables, whatever the order of their columns.
    package func rows() throws -> [String] {
        try TableType.allCases.filter(has).flatMap { type in
            let columns = try connection.dialect.columns(ofTable: TableNames()[type], using: connection) ?? []
            let list = connection.dialect.list(columns.sorted())
            return try connection.rows(SQLStatement("SELECT \(list) FROM \(table(type))")).map { "\(type) \($0)" }
        }.sorted()
    }

    private func table(_ type: TableType) -> String { connection.dialect.table(TableNames()[type]) }

    private func has(_ type: TableType) throws -> Bool {
        try connection.dialect.columns(ofTable: TableNames()[type], using: connection) != nil
    }

    private func execute(_ statements: String...) throws {
        for statement in statements { try connection.execute(statement) }
    }

    /// Inserts a copy of a row under another key, for a user.
    private func copy(
        of type: TableType, key: String = "id", where condition: String, as id: String, of user: String?
    ) throws {
        let dialect = connection.dialect
        let columns = try dialect.columns(ofTable: TableNames()[type], using: connection) ?? []
        let others = dialect.list(columns.filter { $0 != key && $0 != "user_id" })
        try connection.execute(
            "INSERT INTO \(table(type)) (\(dialect.list([key, "user_id"])), \(others)) SELECT \(dialect.literal(id)), "
                + "\(user.map(dialect.literal) ?? "NULL"), \(others) FROM \(table(type)) s WHERE \(condition)")
    }
}
