import AgnoSchema

extension MySQLFamilyDialect {
    /// By name in every database, by columns in the own one only: the columns of a whole server take seconds to read.
    package func relations(
        named names: [String], orWith columns: [String], using runner: any StatementRunner
    ) throws -> [Relation] {
        let known = names.flatMap { Set([$0, $0.lowercased(), $0.uppercased()]) }.map(literal).joined(separator: ", ")
        let wanted = columns.map(literal).joined(separator: ", ")
        let place = schemaCondition(on: "c.TABLE_SCHEMA")
        let sql =
            "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE = 'VIEW' FROM information_schema.TABLES t "
            + "WHERE t.TABLE_NAME IN (\(known)) UNION "
            + "SELECT c.TABLE_SCHEMA, c.TABLE_NAME, 0 FROM information_schema.COLUMNS c WHERE \(place.sql) "
            + "AND c.COLUMN_NAME IN (\(wanted)) GROUP BY c.TABLE_SCHEMA, c.TABLE_NAME "
            + "HAVING COUNT(*) = \(columns.count) ORDER BY 1, 2 LIMIT 200"
        return Relation.relations(try runner.rows(SQLStatement(sql, place.bindings)))
    }
}
