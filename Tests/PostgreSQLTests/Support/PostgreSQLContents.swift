import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Everything a schema holds, in an order that does not depend on how it came there, as the server itself puts it into
/// words.
///
/// The program's own tables and the times of stamps are left out: two runs write different ones.
struct PostgreSQLContents: Equatable {
    private var lines: Set<String> = []
    private var count = 0

    /// - Parameters:
    ///   - ignoring: tables whose rows are left out as well.
    ///   - hasGoneBack: takes an empty run list for none, as 2.x readers want it (docs/adr/0005).
    ///   - hasClock: whether runs with a clock of their own are compared: times of rows are left out.
    init(
        _ connection: any DatabaseConnection, schema: String = "ai", ignoring: Set<String> = [],
        hasGoneBack: Bool = false, hasClock: Bool = false
    ) throws {
        let dialect = connection.dialect
        for catalogue in Self.catalogues {
            for row in try connection.rows(SQLStatement(catalogue, [.text(schema)])) { add("\(row)") }
        }
        let tables = try connection.rows(
            SQLStatement("SELECT c.relname::text \(Self.relations) AND c.relkind IN ('r', 'p')", [.text(schema)]))
        for table in tables.compactMap({ $0.first?.string }) where !ignoring.contains(table) {
            let columns = try connection.rows(
                SQLStatement(
                    "SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 "
                        + "AND NOT attisdropped ORDER BY attname", [.text(dialect.table(table))]))
            let values = columns.compactMap { $0.first?.string }
                .filter { !hasClock && table != "agno_schema_versions" || !["created_at", "updated_at"].contains($0) }
                .map { column in
                    let text = "\(dialect.quote(column))::text"
                    return "quote_nullable(\(hasGoneBack && column == "runs" ? "NULLIF(\(text), '[]')" : text))"
                }
            let sql = "SELECT concat_ws(' | ', \(values.joined(separator: ", "))) FROM \(dialect.table(table))"
            for row in try connection.rows(SQLStatement(sql)) { add("row of \(table): \(row.first?.string ?? "")") }
        }
    }

    private mutating func add(_ line: String) {
        count += 1
        lines.insert(line)
    }

    private static let relations = #"""
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname::text = $1 AND c.relname NOT LIKE 'agno\_migration\_%'
        """#

    private static let catalogues = [
        """
        SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'i' AND c.oid IN (SELECT c.oid \(relations))
        """,
        """
        SELECT c.relname::text, k.conname::text, pg_get_constraintdef(k.oid), k.convalidated
        FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
        WHERE c.oid IN (SELECT c.oid \(relations))
        """,
        """
        SELECT pg_get_indexdef(i.indexrelid), i.indisvalid FROM pg_catalog.pg_index i
        WHERE i.indrelid IN (SELECT c.oid \(relations))
        """,
        """
        SELECT pg_get_triggerdef(t.oid), t.tgenabled::text FROM pg_catalog.pg_trigger t
        WHERE NOT t.tgisinternal AND t.tgrelid IN (SELECT c.oid \(relations))
        """,
        "SELECT c.relname::text, pg_get_viewdef(c.oid) \(relations) AND c.relkind = 'v'",
    ]

    /// What differs, for a failure's message: nothing if nothing does.
    func differences(from other: PostgreSQLContents) -> [String] {
        guard self != other else { return [] }
        var result = lines.subtracting(other.lines).sorted().map { "unexpected \($0.prefix(400))" }
        result += other.lines.subtracting(lines).sorted().map { "missing \($0.prefix(400))" }
        return result.isEmpty ? ["\(count) entries instead of \(other.count)"] : result
    }
}
