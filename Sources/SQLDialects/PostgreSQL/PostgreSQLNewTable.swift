package import AgnoSchema

// A new table has what the table beside it has: owner, privileges, row security and storage.
extension PostgreSQLDialect {
    package func create(_ shape: TableShape, named table: String, beside parent: TableSnapshot) -> [SQLStatement] {
        guard let attributes = parent.attributes else { return create(shape, named: table) }
        var shape = shape
        var collations: [String: String] = [:]
        for reference in shape.references where reference.parent == parent.name {
            for (own, other) in zip(reference.columns, reference.parentColumns) {
                collations[own] = attributes.collations[other]
                guard let position = shape.columns.firstIndex(where: { $0.name == own }),
                    let type = parent.shape.column(other)?.type
                else { continue }
                shape.columns[position].type = type
            }
        }
        return placed(
            create(shape, named: table, collations: collations, isUnlogged: attributes.isUnlogged), as: attributes)
            + rowSecurity(ofTable: table, like: parent, attributes) + access(to: table, shape, like: parent)
    }

    /// Every string is compared byte by byte. The rows are for the owner alone where the sessions' are not for everybody.
    package func createComparingBytes(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        // Keys of rows are compared with the sessions' ids.
        create(shape, named: table, keysCollated: sessions?.attributes?.collations["session_id"], beside: sessions)
    }

    /// A table of the program's own.
    ///
    /// - Parameter collation: that of the column of keys; nil: the database's.
    func create(
        _ shape: TableShape, named table: String, keysCollated collation: String?, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        let collations = collation.map { ["row_key": $0] } ?? [:]
        guard let sessions, let attributes = sessions.attributes else {
            return create(shape, named: table, collations: collations)
        }
        var statements = placed(create(shape, named: table, collations: collations), as: attributes)
        if attributes.hasRowSecurity {
            statements.append(SQLStatement("ALTER TABLE \(self.table(table)) ENABLE ROW LEVEL SECURITY"))
        }
        return statements + access(to: table, shape, like: sessions)
    }

    /// Creates in the tablespace of the table beside it.
    private func placed(_ statements: [SQLStatement], as attributes: TableAttributes) -> [SQLStatement] {
        guard let tablespace = attributes.tablespace else { return statements }
        return [SQLStatement("SET LOCAL default_tablespace TO \(quote(tablespace))")] + statements
            + [SQLStatement("SET LOCAL default_tablespace TO ''")]
    }

    /// A run is seen, written and deleted by whoever may do so with its session: each policy asks for the session, under that
    /// policy of the sessions and under all others that apply to the role.
    private func rowSecurity(
        ofTable name: String, like parent: TableSnapshot, _ attributes: TableAttributes
    ) -> [SQLStatement] {
        guard attributes.hasRowSecurity else { return [] }
        let (own, other) = (table(name), table(parent.name))
        func isAllowed(_ condition: String) -> String {
            "(EXISTS (SELECT 1 FROM \(other) WHERE \(other).\"session_id\" = \(own).\"session_id\" AND (\(condition))))"
        }
        var statements = attributes.policies.map { policy in
            let using = policy.using.map { " USING \(isAllowed($0))" } ?? ""
            let check = policy.check.map { " WITH CHECK \(isAllowed($0))" } ?? ""
            return SQLStatement(
                "CREATE POLICY \(quote(policy.name)) ON \(own) AS \(policy.isPermissive ? "PERMISSIVE" : "RESTRICTIVE") "
                    + "FOR \(policy.command) TO \(policy.roles)\(using)\(check)")
        }
        statements.append(SQLStatement("ALTER TABLE \(own) ENABLE ROW LEVEL SECURITY"))
        if attributes.isRowSecurityForced {
            statements.append(SQLStatement("ALTER TABLE \(own) FORCE ROW LEVEL SECURITY"))
        }
        return statements
    }

    /// The privileges of all roles, and the owner last: only an owner grants.
    package func access(to name: String, _ shape: TableShape, like other: TableSnapshot) -> [SQLStatement] {
        guard let attributes = other.attributes else { return [] }
        let target = table(name)
        var statements = attributes.grants.compactMap { grant -> SQLStatement? in
            var what = grant.privilege
            if let column = grant.column {
                guard shape.column(column) != nil else { return nil }
                what += " (\(quote(column)))"
            }
            let option = grant.isGrantable ? " WITH GRANT OPTION" : ""
            return SQLStatement("GRANT \(what) ON \(target) TO \(grant.grantee)\(option)")
        }
        guard let owner = attributes.owner.map(quote) else { return statements }
        statements.append(
            SQLStatement(
                attributes.canGiveToOwner
                    ? "ALTER TABLE \(target) OWNER TO \(owner)" : "GRANT ALL ON \(target) TO \(owner)"))
        return statements
    }
}
