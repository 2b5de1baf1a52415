import AgnoSchema

extension PostgreSQLDialect {
    package func relations(
        named names: [String], orWith columns: [String], using runner: any StatementRunner
    ) throws -> [Relation] {
        // The own ones first: a database may have more of others than anybody wants to see.
        let sql = """
            SELECT n.nspname::text, c.relname::text, (c.relkind IN ('v', 'm'))::int FROM pg_class c \
            JOIN pg_namespace n ON n.oid = c.relnamespace \
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' \
            AND n.nspname !~ '^pg_' AND (lower(c.relname::text) = ANY ($1::text[]) \
            OR (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped \
            AND a.attname::text = ANY ($2::text[])) = $3) ORDER BY n.nspname::text <> $4, 1, 2 LIMIT 200
            """
        let bindings: [SQLValue] = [
            .text(Self.array(names.map { $0.lowercased() })), .text(Self.array(columns)),
            .integer(Int64(columns.count)), .text(schemaName ?? ""),
        ]
        return Relation.relations(try runner.rows(SQLStatement(sql, bindings)))
    }
}
