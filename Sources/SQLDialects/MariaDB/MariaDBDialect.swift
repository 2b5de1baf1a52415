package import AgnoSchema

/// MariaDB from 10.3 on: MySQL, but that JSON is text with a check, and that the catalogue says defaults otherwise.
package struct MariaDBDialect: MySQLFamilyDialect {
    package let server: MySQLServer
    package let schema: String?

    package init(server: MySQLServer, schema: String?) {
        self.server = server
        self.schema = schema
    }

    package let traits = DatabaseTraits(
        features: [.declaredIndexNames], spelling: MySQLTypes.spelling, equality: MySQLTypes.isEquivalent)

    /// `JSON` is `LONGTEXT` with a check of that column that asks `json_valid`.
    package var hiddenJSONColumns: SQLStatement? {
        let place = inSchema("CONSTRAINT_SCHEMA")
        return SQLStatement(
            "SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.CHECK_CONSTRAINTS WHERE \(place.sql) "
                + "AND CHECK_CLAUSE = CONCAT('json_valid(`', REPLACE(CONSTRAINT_NAME, '`', '``'), '`)')", place.bindings
        )
    }

    /// The catalogue says an expression, and `NULL` for a column that may be NULL and has no other default.
    package func defaultExpression(_ catalogue: String?, extra: String) -> String? {
        catalogue == "NULL" ? nil : catalogue
    }
}
