package import AgnoSchema
package import DatabaseAccess
import SQLDialects

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
        case stamps([String: String])
        /// A table of that name is something else.
        case unusable(missing: [String])
    }

    /// - Parameter columns: those of the versions table; nil if the table does not exist.
    func read(_ connection: any DatabaseConnection, columns: [String]?) throws -> Contents {
        let dialect = connection.dialect
        guard let columns else { return .absent }
        let missing = ["table_name", "version", "created_at", "updated_at"].filter { !columns.contains($0) }
        guard missing.isEmpty else { return .unusable(missing: missing) }
        var stamps: [String: String] = [:]
        let sql = "SELECT \(dialect.list(["table_name", "version"])) FROM \(dialect.table(table))"
        try connection.forEachRow(SQLStatement(sql)) { row in
            guard let name = Self.text(row[0]) else { return true }
            stamps[name] = Self.text(row[1]) ?? ""
            return true
        }
        return .stamps(stamps)
    }

    /// Stamps a table; a stamp that is there keeps the time at which it was made.
    package func write(
        _ version: SchemaVersion, for name: String, on connection: any DatabaseConnection, in context: SchemaContext
    )
        throws
    {
        let dialect = connection.dialect
        if try dialect.columns(ofTable: table, using: connection) == nil { try prepare(connection, in: context) }
        let quoted = dialect.table(table)
        let now = SQLValue.text(clock.localStamp)
        // Asked, not told from how many rows an update changes: some servers do not count one that says the same again.
        let isThere = try connection.value(
            "SELECT 1 FROM \(quoted) WHERE \(dialect.quote("table_name")) = \(dialect.placeholder(1))", [.text(name)])
        guard isThere == nil else {
            try connection.execute(
                "UPDATE \(quoted) SET \(dialect.quote("version")) = \(dialect.placeholder(1)), "
                    + "\(dialect.quote("updated_at")) = \(dialect.placeholder(2)) "
                    + "WHERE \(dialect.quote("table_name")) = \(dialect.placeholder(3))",
                [.text(version.description), now, .text(name)])
            return
        }
        let columns = dialect.list(["table_name", "version", "created_at", "updated_at"])
        let places = (1...4).map(dialect.placeholder).joined(separator: ", ")
        try connection.execute(
            "INSERT INTO \(quoted) (\(columns)) VALUES (\(places))",
            [.text(name), .text(version.description), now, now])
    }

    /// Makes the table, or what it lacks. Where that ends a transaction, it has to be called before one begins.
    package func prepare(_ connection: any DatabaseConnection, in context: SchemaContext) throws {
        let shape = TableDefinition.versions.shape(in: context, named: table)
        try connection.makeTable(shape, named: table) { $0.create(shape, named: table) }
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

/// A stamp's text, understood.
enum Stamp: Hashable, Sendable {
    /// A version; `text` is what is written there.
    case version(SchemaVersion)
    /// No version at all: reported, taken for absent, put right.
    case invalid

    /// Reads a stamp as the Python releases would: pre- and post-release parts are tolerated and left out.
    package init(_ text: String) {
        let release = text.prefix { $0.isNumber || $0 == "." || $0 == "v" || $0 == "V" || $0.isWhitespace }
        let rest = text.dropFirst(release.count).lowercased()
        let suffixes = ["a", "b", "rc", "c", ".post", ".dev", "post", "dev", "+", "-", "alpha", "beta"]
        var core = release
        while core.last == "." || core.last?.isWhitespace == true { core.removeLast() }
        guard let version = SchemaVersion(String(core)), rest.isEmpty || suffixes.contains(where: rest.hasPrefix) else {
            self = .invalid
            return
        }
        self = .version(version)
    }
}
