package import AgnoSchema
package import DatabaseAccess
package import SQLDialects

/// The stamps: which version each table has, in the table that the Python releases use too.
package struct VersionStore {
    let table: String
    let clock: MigrationClock

    package init(table: String, clock: MigrationClock) {
        self.table = table
        self.clock = clock
    }

    /// What the versions table holds.
    enum Contents {
        case absent
        /// The text of each stamp by table name, as it is there.
        case stamps([ExactText: String])
        /// A table of that name is something else.
        case unusable(missing: [String])
    }

    /// - Parameter columns: those of the versions table; nil if the table does not exist.
    func read(_ connection: any DatabaseConnection, columns: [String]?) throws -> Contents {
        let dialect = connection.dialect
        guard let columns else { return .absent }
        let missing = ["table_name", "version", "created_at", "updated_at"].filter { !columns.contains($0) }
        guard missing.isEmpty else { return .unusable(missing: missing) }
        var stamps: [ExactText: String] = [:]
        let sql = "SELECT \(dialect.list(["table_name", "version"])) FROM \(dialect.table(table))"
        try connection.forEachRow(SQLStatement(sql)) { row in
            guard let name = Self.text(row[0]) else { return true }
            stamps[name] = Self.text(row[1]) ?? ""
            return true
        }
        return .stamps(stamps)
    }

    /// Stamps a table; an existing stamp keeps the time at which it was made. Creates the versions table if needed.
    package func write(
        _ version: SchemaVersion, for name: String, on connection: any DatabaseConnection, in context: SchemaContext,
        beside sessions: TableSnapshot? = nil
    ) throws {
        if try connection.dialect.columns(ofTable: table, using: connection) == nil {
            try prepare(connection, in: context, beside: sessions)
        }
        try write(version, for: name, isStamped: try isStamped(name, on: connection), on: connection)
    }

    /// Stamps a table in a versions table that exists.
    ///
    /// - Parameter isStamped: whether the table had a stamp when the versions table was read last.
    func write(
        _ version: SchemaVersion, for name: String, isStamped: Bool, on connection: any DatabaseConnection
    ) throws {
        let dialect = connection.dialect
        let now = SQLValue.text(clock.localStamp)
        if isStamped {
            let changed = try connection.execute(
                "UPDATE \(dialect.table(table)) SET \(dialect.quote("version")) = \(dialect.placeholder(1)), "
                    + "\(dialect.quote("updated_at")) = \(dialect.placeholder(2)) "
                    + "WHERE \(dialect.quote("table_name")) = \(dialect.placeholder(3))",
                [.text(version.description), now, .text(name)])
            // Some servers do not count a row that an update leaves as it was.
            if changed > 0 { return }
            if try self.isStamped(name, on: connection) { return }
        }
        let columns = dialect.list(["table_name", "version", "created_at", "updated_at"])
        let placeholders = (1...4).map(dialect.placeholder).joined(separator: ", ")
        try connection.execute(
            "INSERT INTO \(dialect.table(table)) (\(columns)) VALUES (\(placeholders))",
            [.text(name), .text(version.description), now, now])
    }

    private func isStamped(_ name: String, on connection: any DatabaseConnection) throws -> Bool {
        let dialect = connection.dialect
        return try connection.value(
            "SELECT 1 FROM \(dialect.table(table)) WHERE \(dialect.quote("table_name")) = \(dialect.placeholder(1))",
            [.text(name)]) != nil
    }

    /// Makes the table, or what it lacks. Where that ends a transaction, it has to be called before one begins.
    ///
    /// - Parameter other: the table whose owner and privileges it gets.
    package func prepare(
        _ connection: any DatabaseConnection, in context: SchemaContext, beside other: TableSnapshot?
    ) throws {
        let shape = TableDefinition.versions.shape(in: context, named: table)
        try connection.makeTable(shape, named: table) { dialect in
            dialect.create(shape, named: table)
                + (other.map { dialect.access(to: table, shape, like: $0) } ?? [])
        }
    }

    /// Takes away the stamp of a table that is gone.
    func remove(_ name: String, on connection: any DatabaseConnection) throws {
        let dialect = connection.dialect
        try connection.execute(
            "DELETE FROM \(dialect.table(table)) WHERE \(dialect.quote("table_name")) = \(dialect.placeholder(1))",
            [.text(name)])
    }

    private static func text(_ value: SQLValue) -> String? {
        switch value {
        case .null: nil
        case .text(let text): text
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .blob(let bytes), .malformedText(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}
