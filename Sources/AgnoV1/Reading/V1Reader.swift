import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// Reads a v1 table in pages by its key: a row that is written meanwhile is read once, before or after.
struct V1Reader {
    let connection: any DatabaseConnection
    let table: V1Table
    /// Whether rows are passed on while the query runs. Otherwise the keys of a page are read first and then one row after
    /// the other, so that the connection is free between them.
    let isStreaming: Bool

    private let source: String
    private let rowColumns: String
    private let key: String

    init(_ connection: any DatabaseConnection, _ table: V1Table, isStreaming: Bool) {
        let dialect = connection.dialect
        self.connection = connection
        self.table = table
        self.isStreaming = isStreaming
        key = dialect.quote(table.keyColumn)
        source = dialect.table(table.name)
        rowColumns = dialect.list(table.columns)
    }

    private var dialect: any Dialect { connection.dialect }

    func count(_ what: String = "*") throws -> Int64 {
        try connection.value("SELECT COUNT(\(what)) FROM \(source)")?.int ?? 0
    }

    /// Requires a v1 table with unique keys, by which rows are read; v1's own tables have a primary key. Throws
    /// `not_an_agno_table`, `duplicate_values`.
    func requireKey() throws {
        if let refusal = table.refusal {
            throw MigrationError(
                .notAgnoTable,
                "\(table.name) has the columns of \(table.kind.displayText) of Agno 1.x, but \(refusal)",
                remedy:
                    "name the v1 tables with --agent-sessions, --team-sessions, --workflow-sessions and --memories, "
                    + "and leave it out. No row of it was imported.")
        }
        let shape = try dialect.snapshots(of: [.sessions: table.name], using: connection)[.sessions]?.shape
        let column = table.keyColumn
        let isKey = shape.map { $0.primaryKey == [column] || !$0.uniqueKeys(covering: [column]).isEmpty } ?? false
        if isKey, shape?.column(column)?.isNullable == false { return }
        guard try count() != count("DISTINCT \(key)") else { return }
        throw MigrationError(
            .duplicateValues, "\(table.name) has rows with a duplicate or missing \(column)",
            remedy: "give each row a unique \(column), then run the same command again. No row of it was imported.")
    }

    /// Passes on the rows after a key, at most `limit`, until the body returns false.
    func read(after last: SQLValue?, limit: Int, _ body: (SQLValue, V1Row) throws -> Bool) throws {
        guard isStreaming else {
            for key in try keys(after: last, limit: limit) {
                guard let row = try row(key) else { continue }
                guard try body(key, row) else { return }
            }
            return
        }
        let keyIndex = table.columns.firstIndex(of: table.keyColumn) ?? 0
        try connection.forEachRow(page(rowColumns, after: last, limit: limit)) { values in
            try body(values[keyIndex], row(values))
        }
    }

    func keys(after last: SQLValue?, limit: Int) throws -> [SQLValue] {
        try connection.rows(page(key, after: last, limit: limit)).map { $0[0] }
    }

    /// The row with a key; nil if it was deleted meanwhile.
    func row(_ key: SQLValue) throws -> V1Row? {
        let sql = "SELECT \(rowColumns) FROM \(source) WHERE \(self.key) = \(dialect.placeholder(1))"
        return try connection.rows(SQLStatement(sql, [key])).first.map(row)
    }

    /// The columns of a session that tell whether it changed, without its conversation.
    struct Head {
        var key: SQLValue
        var createdAt: SQLValue
        var updatedAt: SQLValue
    }

    /// The heads of the rows between two keys, the second included; none if the table has no times.
    func heads(after last: SQLValue?, through end: SQLValue, limit: Int) throws -> [Head] {
        guard let created = table.column("created_at"), let updated = table.column("updated_at") else { return [] }
        let columns = dialect.list([table.keyColumn, created, updated])
        return try connection.rows(page(columns, after: last, through: end, limit: limit))
            .map { Head(key: $0[0], createdAt: $0[1], updatedAt: $0[2]) }
    }

    /// The keys among these that the table has.
    func known(_ keys: [String]) throws -> Set<ExactText> {
        guard !keys.isEmpty else { return [] }
        let sql = "SELECT \(key) FROM \(source) WHERE \(key) IN (\(dialect.placeholders(for: keys)))"
        return Set(
            exact: try connection.rows(SQLStatement(sql, keys.map(SQLValue.text))).compactMap { $0[0].string })
    }

    private func page(
        _ columns: String, after last: SQLValue?, through end: SQLValue? = nil, limit: Int
    ) -> SQLStatement {
        var bindings: [SQLValue] = []
        var conditions: [String] = []
        for (sign, bound) in [(">", last), ("<=", end)] {
            guard let bound else { continue }
            bindings.append(bound)
            conditions.append("\(key) \(sign) \(dialect.placeholder(bindings.count))")
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return SQLStatement("SELECT \(columns) FROM \(source)\(filter) ORDER BY \(key) LIMIT \(limit)", bindings)
    }

    private func row(_ values: SQLRow) -> V1Row {
        // By the names of v1; of two that differ in case only, v1's own spelling counts.
        let named = zip(table.columns, values).map {
            (name: ExactText($0.lowercased()), isExact: $0 == $0.lowercased(), value: $1)
        }
        let columns = Dictionary(
            named.filter(\.isExact).map { ($0.name, $0.value) }
                + named.filter { !$0.isExact }.map { ($0.name, $0.value) }
        ) { first, _ in first }
        return V1Row(kind: table.kind, key: columns[table.kind.keyColumn]?.keyText ?? "", columns: columns)
    }
}

extension V1Row {
    var byteCount: Int64 { columns.values.reduce(0) { $0 + $1.byteCount } }

    /// Digests of the key and of the contents; the second one changes when the row does.
    var fingerprint: RowFingerprint {
        let parts = columns.sorted { $0.key < $1.key }.map { "\($0.key.text)=\(Fingerprint.of($0.value))" }
        return RowFingerprint(
            key: Fingerprint.of(.text(key)), contents: Fingerprint.of(.text(parts.joined(separator: ";"))))
    }
}

/// Digests that identify a v1 row and its state.
struct RowFingerprint: Hashable, Sendable {
    var key: String
    var contents: String

    var stored: String { "\(key)/\(contents)" }
}

extension RowFingerprint {
    /// Reads the stored form; nil for anything else.
    init?(stored: String) {
        let parts = stored.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return nil }
        self.init(key: parts[0], contents: parts[1])
    }
}
