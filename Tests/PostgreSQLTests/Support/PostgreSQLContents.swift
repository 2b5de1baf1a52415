import AgnoSchema
import DatabaseAccess
import SQLDialects
import ServerContract

extension DatabaseContents {
    /// Everything a schema holds, as the server itself puts it into words; the program's own tables and the times of
    /// stamps are left out: two runs write different ones.
    ///
    /// - Parameters:
    ///   - ignoring: tables whose rows are left out as well.
    ///   - byMeaning: compares JSON by what it means, since the way through jsonb changes its spelling.
    ///   - hasGoneBack: takes an empty run list for none, as 2.x readers want it (docs/adr/0005).
    ///   - hasClock: whether runs with a clock of their own are compared: times of rows are left out.
    init(
        postgreSQL connection: any DatabaseConnection, schema: String = "ai", ignoring: Set<String> = [],
        byMeaning: Bool = false, hasGoneBack: Bool = false, hasClock: Bool = false
    ) throws {
        self.init()
        let dialect = connection.dialect
        for catalogue in Self.catalogues {
            for row in try connection.rows(SQLStatement(catalogue, [.text(schema)])) { add("\(row)") }
        }
        let tables = try connection.rows(
            SQLStatement("SELECT c.relname::text \(Self.relations) AND c.relkind IN ('r', 'p')", [.text(schema)]))
        for table in tables.compactMap({ $0.first?.string }) where !ignoring.contains(table) {
            let columns = try connection.rows(
                SQLStatement(
                    "SELECT attname::text, atttypid::regtype::text FROM pg_catalog.pg_attribute "
                        + "WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname",
                    [.text(dialect.table(table))]))
            let values =
                columns
                .filter { column in
                    !hasClock && table != "agno_schema_versions"
                        || !["created_at", "updated_at"].contains(column[0].string)
                }
                .map { column -> String in
                    let meaning = byMeaning && column[1].string == "json" ? "::jsonb" : ""
                    let text = "\(dialect.quote(column[0].string ?? ""))\(meaning)::text"
                    let isList = hasGoneBack && column[0].string == "runs"
                    return "quote_nullable(\(isList ? "NULLIF(\(text), '[]')" : text))"
                }
            let sql = "SELECT concat_ws(' | ', \(values.joined(separator: ", "))) FROM \(dialect.table(table))"
            for row in try connection.rows(SQLStatement(sql)) { add("row of \(table): \(row.first?.string ?? "")") }
        }
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
}
