extension SQLiteDialect {
    package func relations(
        named names: [String], orWith columns: [String], using runner: any StatementRunner
    ) throws -> [Relation] {
        let known = names.map { literal($0.lowercased()) }.joined(separator: ", ")
        let wanted = columns.map(literal).joined(separator: ", ")
        // Only a table is asked for its columns: a view whose table is gone fails the question.
        let sql =
            "SELECT NULL, m.name, m.type = 'view' FROM main.sqlite_master m WHERE m.type IN ('table', 'view') "
            + "AND (LOWER(m.name) IN (\(known)) OR CASE WHEN m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' THEN "
            + "(SELECT COUNT(*) FROM pragma_table_xinfo(m.name) c WHERE LOWER(c.name) IN (\(wanted))) END "
            + "= \(columns.count)) ORDER BY LOWER(m.name) NOT IN (\(known)), m.name LIMIT 200"
        return Relation.relations(try runner.rows(SQLStatement(sql)))
    }
}
