package import AgnoSchema

/// MariaDB from 10.3 on: as MySQL, except that JSON is text with a check and the catalogue reports defaults differently.
package struct MariaDBDialect: MySQLFamilyDialect {
    package let server: MySQLServer
    package let schema: String?

    package init(server: MySQLServer, schema: String?) {
        self.server = server
        self.schema = schema
    }

    package static let traits = DatabaseTraits(
        features: [.declaredIndexNames], spelling: MySQLTypes.spelling, equality: MySQLTypes.isEquivalent)

    package func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove? { nil }
    package func fingerprint(of column: String) -> String? { nil }
    package func storedForm(ofJSON placeholder: String) -> String? { nil }

    /// `JSON` is `LONGTEXT` with a check of that column that calls `json_valid`.
    package var hiddenJSONColumns: SQLStatement? {
        let condition = schemaCondition(on: "CONSTRAINT_SCHEMA")
        return SQLStatement(
            "SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.CHECK_CONSTRAINTS WHERE \(condition.sql) "
                + "AND CHECK_CLAUSE = CONCAT('json_valid(`', REPLACE(CONSTRAINT_NAME, '`', '``'), '`)')",
            condition.bindings)
    }

    package var checks: SQLStatement? {
        let condition = schemaCondition(on: "CONSTRAINT_SCHEMA")
        return SQLStatement(
            "SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS "
                + "WHERE \(condition.sql)", condition.bindings)
    }

    /// The catalogue reports an expression, and `NULL` for a nullable column without another default.
    package func defaultExpression(_ catalogue: String?, extra: String) -> String? {
        catalogue == "NULL" ? nil : catalogue
    }
}
