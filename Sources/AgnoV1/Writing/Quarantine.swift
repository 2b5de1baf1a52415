import AgnoSchema
import Crypto
import DatabaseAccess
import LosslessJSON
import MigrationCore
import SQLDialects

/// The table for rows and parts of rows that the target has no place for, as v1 has them. It is the only table of the
/// program's own that holds row contents, and is created when the first row is quarantined.
struct Quarantine {
    static let table = "agno_migration_quarantine"

    private static let definition = TableDefinition(
        nil,
        columns: [
            .required("id", .identifier), .required("table_name", .identifier), .required("row_key", .document),
            .optional("part", .document), .required("reason", .identifier), .optional("content", .json),
            .required("run_id", .identifier), .required("recorded_at", .identifier),
        ],
        primaryKey: ["id"], indexes: [Index(on: ["table_name"])])

    private let connection: any DatabaseConnection
    private let journal: Journal
    private let clock: MigrationClock
    /// The v1 table it is about.
    private let subject: JournalSubject
    private let exists: Bool
    private let insert: BulkInsert

    init(
        _ connection: any DatabaseConnection, journal: Journal, clock: MigrationClock, subject: JournalSubject
    ) throws {
        self.connection = connection
        self.journal = journal
        self.clock = clock
        self.subject = subject
        exists = try connection.dialect.columns(ofTable: Self.table, using: connection) != nil
        insert = BulkInsert(
            connection, table: Self.table,
            columns: ["id", "table_name", "row_key", "part", "reason", "content", "run_id", "recorded_at"],
            unlessThere: ["id"])
    }

    static func makeTable(_ connection: any DatabaseConnection, in context: SchemaContext) throws {
        let shape = definition.shape(in: context, named: table)
        try connection.makeTable(shape, named: table) { $0.create(shape, named: table) }
    }

    /// Quarantines a whole row.
    func keep(_ row: V1Row, because reason: String) throws {
        var columns = JSONObject()
        for (name, value) in row.columns.sorted(by: { $0.key < $1.key }) {
            columns.members.append(
                JSONMember(key: JSONString(decoding: name.text, ascii: true), value: Self.json(value)))
        }
        try keep(key: row.key, part: nil, reason: reason, content: .object(columns))
    }

    /// Quarantines a part of a row.
    func keep(_ part: V1Part, of key: String) throws {
        try keep(part.raw, at: part.path, of: key, because: part.reason.rawValue)
    }

    func keep(_ raw: SQLValue, at path: String, of key: String, because reason: String) throws {
        try keep(key: key, part: path, reason: reason, content: Self.json(raw))
    }

    /// Records in the journal which runs got new ids.
    func note(_ renamed: [QuarantinedRow]) throws {
        for run in renamed { try journal.append(.renamed(run, of: subject), to: connection) }
    }

    /// For which of these reasons a part of a row is in quarantine; nil if it is not.
    func reason<Reason: RawRepresentable<String>>(
        forKeeping path: String, of key: String, among reasons: [Reason]
    ) throws -> Reason? {
        guard exists else { return nil }
        let dialect = connection.dialect
        let found = try connection.value(
            "SELECT reason FROM \(dialect.table(Self.table)) WHERE id IN (\(dialect.placeholders(for: reasons)))",
            reasons.map { .text(id(key, path, $0.rawValue)) })
        return found?.string.flatMap(Reason.init)
    }

    /// The keys among these of which a row or a part is in quarantine.
    func known(_ keys: [String]) throws -> Set<ExactText> {
        guard exists, !keys.isEmpty else { return [] }
        let dialect = connection.dialect
        let sql =
            "SELECT row_key FROM \(dialect.table(Self.table)) WHERE table_name = \(dialect.placeholder(1)) "
            + "AND row_key IN (\(dialect.placeholders(for: keys, after: 1)))"
        let rows = try connection.rows(SQLStatement(sql, [.text(subject.table)] + keys.map(SQLValue.text)))
        return Set(exact: rows.compactMap { $0[0].string })
    }

    private func keep(key: String, part: String?, reason: String, content: JSONValue) throws {
        guard exists else { throw RetryReason.quarantineTableMissing }
        let written = try insert([
            [
                .text(id(key, part, reason)), .text(subject.table), .text(key), SQLValue(part), .text(reason),
                SQLValue(content.serializedText()), .text(journal.runID), .text(clock.utc),
            ]
        ])
        // A row that exists was recorded when it was written.
        guard written > 0 else { return }
        try journal.append(
            .quarantined(QuarantinedRow(key: key, position: nil, reason: reason), part: part, of: subject),
            to: connection)
    }

    /// The same for the same part of the same row in every run.
    private func id(_ key: String, _ part: String?, _ reason: String) -> String {
        var hash = SHA256()
        for text in [subject.table, key, part ?? "", reason] {
            hash.update(data: Array(text.utf8))
            hash.update(data: [0xFF])
        }
        return hash.finalize().hexadecimal
    }

    /// A stored value as JSON that every server accepts; bytes that are not UTF-8 as hexadecimal digits.
    private static func json(_ value: SQLValue) -> JSONValue {
        switch value {
        case .null: .null
        case .integer(let number): JSONValue(number)
        case .real(let number): number.isFinite ? JSONValue(number) : JSONValue(String(number))
        case .text(let text): .string(JSONString(decoding: text, ascii: true))
        case .blob(let bytes), .malformedText(let bytes):
            ["hex": JSONValue(bytes.hexadecimal)]
        }
    }
}
