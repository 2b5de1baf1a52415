import AgnoSchema

// The privileges that a user lacks for a migration.
extension MySQLFamilyDialect {
    /// Compared with the grants on everything, on the database, and on each of these tables. The catalogue does not list
    /// privileges granted through roles, so nothing is reported for users with roles.
    package func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement? {
        let needed = [
            "ALTER", "CREATE", "DELETE", "DROP", "INDEX", "INSERT", "REFERENCES", "SELECT", "UPDATE",
        ]
        let names = Set(tables + others).sorted()
        let list = names.indices.map { "?\($0 + 2)" }.joined(separator: ", ")
        let database = schema == nil ? "DATABASE()" : "?1"
        // A grant's database is a pattern.
        let noRole =
            server.hasRoles ? "AND NOT EXISTS (SELECT 1 FROM information_schema.APPLICABLE_ROLES) " : ""
        let sql = """
            SELECT 1, CONCAT('GRANT ', GROUP_CONCAT(n.privilege ORDER BY n.privilege SEPARATOR ', '), \
            ' ON `', REPLACE(\(database), '`', '``'), '`.* TO ', MAX(g.grantee)) \
            FROM (\(needed.map { "SELECT '\($0)' AS privilege" }.joined(separator: " UNION ALL "))) n \
            CROSS JOIN (SELECT \(Self.account) AS grantee) g \
            WHERE NOT EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES u \
            WHERE u.GRANTEE = g.grantee AND u.PRIVILEGE_TYPE = n.privilege) \
            AND NOT EXISTS (SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES s \
            WHERE s.GRANTEE = g.grantee AND s.PRIVILEGE_TYPE = n.privilege AND \(database) LIKE s.TABLE_SCHEMA) \
            AND (SELECT COUNT(DISTINCT t.TABLE_NAME) FROM information_schema.TABLE_PRIVILEGES t \
            WHERE t.GRANTEE = g.grantee AND t.PRIVILEGE_TYPE = n.privilege AND t.TABLE_SCHEMA = \(database) \
            AND t.TABLE_NAME IN (\(list))) < \(names.count) \(noRole)HAVING COUNT(*) > 0
            """
        return SQLStatement(sql, [.text(schema ?? "")] + names.map(SQLValue.text))
    }

    /// A query for the statement that gives the user a privilege on the tables' database.
    func grant(of privilege: String) -> SQLStatement {
        let database = schema == nil ? "DATABASE()" : "?1"
        return SQLStatement(
            "SELECT CONCAT('GRANT \(privilege) ON `', REPLACE(\(database), '`', '``'), '`.* TO ', \(Self.account))",
            schema.map { [.text($0)] } ?? [])
    }

    /// The expression for the account of the session, as statements name it.
    private static var account: String {
        let host = "SUBSTRING_INDEX(CURRENT_USER(), '@', -1)"
        let user = "LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(\(host)) - 1)"
        return "CONCAT(QUOTE(\(user)), '@', QUOTE(\(host)))"
    }
}
