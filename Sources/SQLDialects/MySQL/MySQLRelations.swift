extension MySQLFamilyDialect {
    package func relations(
        named names: [String], orWith columns: [String], using runner: any StatementRunner
    ) throws -> [Relation] {
        let known = names.map { literal($0.lowercased()) }.joined(separator: ", ")
        let wanted = columns.map(literal).joined(separator: ", ")
        let sql =
            "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE = 'VIEW' FROM information_schema.TABLES t "
            + "WHERE t.TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys', 'memsql', 'cluster') "
            + "AND (LOWER(t.TABLE_NAME) IN (\(known)) OR (SELECT COUNT(*) FROM information_schema.COLUMNS c "
            + "WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME "
            + "AND LOWER(c.COLUMN_NAME) IN (\(wanted))) = \(columns.count)) ORDER BY 1, 2 LIMIT 200"
        return Relation.relations(try runner.rows(SQLStatement(sql)))
    }
}
