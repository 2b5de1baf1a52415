import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// What v1 had in a row when it was imported: tells a second run that nothing has changed since.
struct ImportMarkers {
    private let connection: any DatabaseConnection
    private let name: SQLValue
    private let now: Int64
    private let insert: BulkInsert
    private let update: String

    /// - Parameter table: the target's table.
    init(_ connection: any DatabaseConnection, table: String, now: Int64) {
        let dialect = connection.dialect
        self.connection = connection
        self.now = now
        name = .text(Self.name(of: table))
        insert = BulkInsert(
            connection, table: Journal.markers, columns: ["table_name", "row_key", "fingerprint", "moved_at"],
            unlessThere: ["table_name", "row_key"])
        update =
            "UPDATE \(dialect.table(Journal.markers)) SET fingerprint = \(dialect.placeholder(1)), "
            + "moved_at = \(dialect.placeholder(2)) WHERE table_name = \(dialect.placeholder(3)) "
            + "AND row_key = \(dialect.placeholder(4))"
    }

    /// The name under which a table's rows are marked; the moves of `up` mark under the table's own.
    static func name(of table: String) -> String { "v1>\(table)" }

    /// Whether rows of v1 were imported into a table.
    static func hasAny(for table: String, _ connection: any DatabaseConnection) throws -> Bool {
        guard try Journal.hasMarkers(connection) else { return false }
        let dialect = connection.dialect
        let sql =
            "SELECT 1 FROM \(dialect.table(Journal.markers)) WHERE table_name = \(dialect.placeholder(1)) LIMIT 1"
        return try connection.value(sql, [.text(name(of: table))]) != nil
    }

    /// The fingerprints of those of these rows that were imported before.
    func fingerprints(of keys: [String]) throws -> [String: RowFingerprint] {
        guard !keys.isEmpty else { return [:] }
        let dialect = connection.dialect
        let places = keys.indices.map { dialect.placeholder($0 + 2) }.joined(separator: ", ")
        let sql =
            "SELECT row_key, fingerprint FROM \(dialect.table(Journal.markers)) WHERE table_name = "
            + "\(dialect.placeholder(1)) AND row_key IN (\(places))"
        let rows = try connection.rows(SQLStatement(sql, [name] + keys.map(SQLValue.text)))
        let found = rows.compactMap { row in
            row[1].string.flatMap(RowFingerprint.init(stored:)).map { (row[0].string ?? "", $0) }
        }
        return Dictionary(found) { first, _ in first }
    }

    /// Marks rows that were written.
    func set(_ fingerprints: [(key: String, fingerprint: RowFingerprint)]) throws {
        let rows = fingerprints.map { [name, .text($0.key), .text($0.fingerprint.stored), .integer(now)] as SQLRow }
        for start in stride(from: 0, to: rows.count, by: insert.limit) {
            let chunk = Array(rows[start..<min(start + insert.limit, rows.count)])
            guard try insert(chunk) < chunk.count else { continue }
            for row in chunk { try connection.execute(update, [row[2], row[3], row[0], row[1]]) }
        }
    }
}
