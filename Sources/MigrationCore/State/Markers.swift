package import AgnoSchema
package import DatabaseAccess
package import SQLDialects

/// Which rows of one table a move or an import has dealt with, so that a run that was killed resumes, and a row that the
/// application deleted afterwards does not come back.
///
/// A marker holds a fingerprint of what was read, and when.
package struct Markers {
    package static let table = "agno_migration_markers"

    static let definition = TableDefinition(
        nil,
        columns: [
            .required("table_name", .identifier), .required("row_key", .identifier),
            .required("fingerprint", .identifier),
            .required("moved_at", .bigInteger),
        ],
        primaryKey: ["table_name", "row_key"], shardKey: ["row_key"])

    /// The names by which queries use the table.
    static let uses = [TableUse(table), TableUse(table, as: "m")]

    /// Where servers limit texts, they limit the bytes of an index, too: with four for a character it has room for this.
    private static let longestKey = 640

    /// Makes room for the keys of tables whose columns are longer than Agno declares them, where the server limits texts.
    ///
    /// - Returns: the number of characters; nil if the definition has room for them.
    static func widen(_ shape: inout TableShape, for tables: [TableSnapshot], _ dialect: any Dialect) -> Int? {
        guard let position = shape.columns.firstIndex(where: { $0.name == "row_key" }),
            let limit = dialect.characterLimit(ofType: shape.columns[position].type)
        else { return nil }
        let keys = tables.flatMap { table in ["session_id", "memory_id"].compactMap { table.shape.column($0)?.type } }
        let length = min(keys.compactMap { dialect.characterLimit(ofType: $0) }.max() ?? 0, longestKey)
        guard length > limit else { return nil }
        shape.columns[position].type = dialect.traits.typeName(.text(length))
        return length
    }

    /// Makes the same room in a table that was made before the keys were longer.
    static func widen(
        to length: Int, _ connection: any DatabaseConnection, in context: SchemaContext, now: Int64
    ) throws {
        // The type of a table says only under which name the catalogue's answer is found.
        guard let found = try connection.dialect.snapshots(of: [.runs: table], using: connection)[.runs],
            let type = found.shape.column("row_key")?.type,
            let room = connection.dialect.characterLimit(ofType: type), room < length,
            case .statements(let statements) = connection.dialect.lower(
                [.changeType("row_key", from: .identifier, to: .text(length))], of: found, among: [:], in: context,
                now: now)
        else { return }
        for statement in statements { try connection.execute(statement) }
    }

    private static let columns = ["fingerprint", "moved_at", "table_name", "row_key"]

    private let connection: any DatabaseConnection
    private let owner: SQLValue
    private let insert: BulkInsert
    private let insertIfAbsent: BulkInsert
    private let update: String

    /// - Parameter owner: the name under which the rows are marked: their table's, for a move.
    package init(_ connection: any DatabaseConnection, of owner: String) {
        let dialect = connection.dialect
        let table = dialect.table(Self.table)
        self.connection = connection
        self.owner = .text(owner)
        insert = BulkInsert(connection, table: Self.table, columns: Self.columns)
        insertIfAbsent = BulkInsert(
            connection, table: Self.table, columns: Self.columns, unlessThere: ["table_name", "row_key"])
        update =
            "UPDATE \(table) SET fingerprint = \(dialect.placeholder(1)), moved_at = \(dialect.placeholder(2)) "
            + "WHERE table_name = \(dialect.placeholder(3)) AND row_key = \(dialect.placeholder(4))"
    }

    /// Whether the table of markers exists.
    package static func exist(_ connection: any DatabaseConnection) throws -> Bool {
        try connection.dialect.columns(ofTable: table, using: connection) != nil
    }

    /// The expression for a row's marker: its fingerprint or time, NULL without one.
    ///
    /// A sub-query for each row, never a join: a server knows nothing of a table that it has just filled, and a join in
    /// the wrong order reads all markers for every page.
    ///
    /// - Parameters:
    ///   - key: the expression for the row's key.
    ///   - owner: the placeholder of the name under which it is marked.
    package static func value(
        _ column: String, ofRow key: String, of owner: String, _ dialect: any Dialect
    ) -> String {
        "(SELECT m.\(column) FROM \(dialect.table(table)) m WHERE m.table_name = \(owner) AND m.row_key = \(key))"
    }

    // MARK: Reading

    /// Whether no row is marked; so it is where there is no table.
    package func isEmpty() throws -> Bool {
        guard try Self.exist(connection) else { return true }
        let dialect = connection.dialect
        return try connection.value(
            "SELECT 1 FROM \(dialect.table(Self.table)) WHERE table_name = \(dialect.placeholder(1)) LIMIT 1", [owner])
            == nil
    }

    /// What is known of a marked row.
    struct Mark {
        var fingerprint: String
        var movedAt: SQLValue
    }

    /// The fingerprints of those of these rows that are marked.
    package func fingerprints(of keys: [SQLValue]) throws -> [SQLValue: String] {
        try marks(of: keys).mapValues(\.fingerprint)
    }

    /// The marks of those of these rows that are marked.
    func marks(of keys: [SQLValue]) throws -> [SQLValue: Mark] {
        guard !keys.isEmpty else { return [:] }
        let dialect = connection.dialect
        let isOne = dialect.isOne(of: keys, "row_key", after: 1)
        let rows = try connection.rows(
            SQLStatement(
                "SELECT row_key, fingerprint, moved_at FROM \(dialect.table(Self.table)) WHERE table_name = "
                    + "\(dialect.placeholder(1)) AND \(isOne.sql)", [owner] + isOne.bindings))
        return Dictionary(rows.map { ($0[0], Mark(fingerprint: $0[1].string ?? "", movedAt: $0[2])) }) { first, _ in
            first
        }
    }

    /// When rows of a table were moved, in epoch seconds, also those that ``keepTimes(_:)`` kept; empty where there is no
    /// table of markers.
    static func times(of owner: String, on connection: any DatabaseConnection) throws -> Set<Int64> {
        guard try exist(connection) else { return [] }
        let dialect = connection.dialect
        let rows = try connection.rows(
            SQLStatement(
                "SELECT DISTINCT moved_at FROM \(dialect.table(table)) WHERE table_name IN "
                    + "(\(dialect.placeholder(1)), \(dialect.placeholder(2)))",
                [.text(owner), .text(formerName(of: owner))]))
        return Set(rows.compactMap { $0[0].int })
    }

    /// All fingerprints under these names, by name and key.
    static func all(
        of owners: [String], on connection: any DatabaseConnection
    ) throws -> [ExactText: [ExactText: String]] {
        guard !owners.isEmpty else { return [:] }
        let dialect = connection.dialect
        let isOne = dialect.isOne(of: owners.map(SQLValue.text), "table_name")
        let rows = try connection.rows(
            SQLStatement(
                "SELECT table_name, row_key, fingerprint FROM \(dialect.table(table)) WHERE \(isOne.sql)",
                isOne.bindings))
        return rows.reduce(into: [ExactText: [ExactText: String]]()) {
            $0[ExactText($1[0].keyText), default: [:]][ExactText($1[1].keyText)] = $1[2].string
        }
    }

    // MARK: Writing

    /// Marks a row that has no marker, or changes its marker.
    ///
    /// - Throws: a violated constraint where another connection has marked the row meanwhile.
    func mark(_ key: SQLValue, _ fingerprint: String, at now: Int64, replacing isMarked: Bool) throws {
        guard isMarked else { return try mark([(key, fingerprint)], at: now) }
        try connection.execute(update, [.text(fingerprint), .integer(now), owner, key])
    }

    /// Marks rows that have no markers.
    ///
    /// - Throws: a violated constraint where another connection has marked one of them meanwhile.
    func mark(_ rows: [(key: SQLValue, fingerprint: String)], at now: Int64) throws {
        _ = try insert.insertAll(rows) { [.text($0.fingerprint), .integer(now), owner, $0.key] }
    }

    /// Marks rows, whether they have markers or not.
    package func set(_ fingerprints: [(key: String, fingerprint: String)], at now: Int64) throws {
        let rows = fingerprints.map { [.text($0.fingerprint), .integer(now), owner, .text($0.key)] as SQLRow }
        for start in stride(from: 0, to: rows.count, by: insertIfAbsent.limit) {
            let chunk = Array(rows[start..<min(start + insertIfAbsent.limit, rows.count)])
            guard try insertIfAbsent(chunk) < chunk.count else { continue }
            for row in chunk { try connection.execute(update, row) }
        }
    }

    /// Forgets the markers of rows.
    func forget(_ keys: [SQLValue]) throws {
        guard !keys.isEmpty else { return }
        let dialect = connection.dialect
        let isOne = dialect.isOne(of: keys, "row_key", after: 1)
        try connection.execute(
            "DELETE FROM \(dialect.table(Self.table)) WHERE table_name = \(dialect.placeholder(1)) AND \(isOne.sql)",
            [owner] + isOne.bindings)
    }

    /// Keeps the times of moves for whoever finishes a way down, which forgets the markers batch by batch.
    func keepTimes(_ times: Set<Int64>) throws {
        let former = Markers(connection, of: Self.formerName(of: owner.keyText))
        for time in times { try former.set([(String(time), "")], at: time) }
    }

    /// The name under which the times of moves are kept.
    private static func formerName(of owner: String) -> String { "down>\(owner)" }

    /// Forgets all markers, and the times that were kept.
    func forgetAll() throws {
        let dialect = connection.dialect
        try connection.execute(
            "DELETE FROM \(dialect.table(Self.table)) WHERE table_name IN "
                + "(\(dialect.placeholder(1)), \(dialect.placeholder(2)))",
            [owner, .text(Self.formerName(of: owner.keyText))])
    }
}
