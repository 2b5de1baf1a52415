import AgnoSchema

extension MySQLFamilyDialect {
    /// By name in every database, by columns in the own one only: the columns of a whole server take seconds to read.
    package func relations(
        named names: [String], orWith columns: [String], using runner: any StatementRunner
    ) throws -> [Relation] {
        let known = names.flatMap { Set([$0, $0.lowercased(), $0.uppercased()]) }.map(literal).joined(separator: ", ")
        let wanted = columns.map(literal).joined(separator: ", ")
        let place = schemaCondition(on: "c.TABLE_SCHEMA")
        // The own ones first: a server may have more of others than anybody wants to see.
        let sql =
            "SELECT r.place, r.name, r.is_view FROM ("
            + "SELECT t.TABLE_SCHEMA AS place, t.TABLE_NAME AS name, t.TABLE_TYPE = 'VIEW' AS is_view FROM information_schema.TABLES t "
            + "WHERE t.TABLE_NAME IN (\(known)) UNION "
            + "SELECT c.TABLE_SCHEMA, c.TABLE_NAME, 0 FROM information_schema.COLUMNS c WHERE \(place.sql) "
            + "AND c.COLUMN_NAME IN (\(wanted)) GROUP BY c.TABLE_SCHEMA, c.TABLE_NAME "
            + "HAVING COUNT(*) = \(columns.count)) r "
            + "ORDER BY NOT (\(schemaCondition(on: "r.place").sql)), r.place, r.name LIMIT 200"
        return Relation.relations(try runner.rows(SQLStatement(sql, place.bindings)))
    }
}
