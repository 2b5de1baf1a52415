import AgnoSchema
import LosslessJSON

/// A row of the question to the catalogue.
struct PostgreSQLCatalogueRow {
    enum Part: String { case relation, table, column, constraint, index, hanging, dependent }

    let part: Part
    /// The table's number.
    let table: Int64
    let name: String
    private let facts: JSONValue?

    init?(_ row: SQLRow) {
        guard let part = row[0].string.flatMap(Part.init), let table = row[1].int, let name = row[3].string else {
            return nil
        }
        (self.part, self.table, self.name) = (part, table, name)
        facts = row[4].string.flatMap { try? JSONValue(parsing: $0) }
    }

    func text(_ position: Int) -> String? { facts?[position]?.stringValue }
    func number(_ position: Int) -> Int64? { facts?[position]?.int64Value }
    func flag(_ position: Int) -> Bool { optionalFlag(position) ?? false }
    func optionalFlag(_ position: Int) -> Bool? { facts?[position]?.boolValue }
    func names(_ position: Int) -> [String] { (facts?[position]?.arrayValue ?? []).compactMap(\.stringValue) }
    private func statements(_ position: Int) -> [SQLStatement] { names(position).map { SQLStatement($0) } }

    // MARK: Tables

    /// Of a row about a table.
    var attributes: TableAttributes {
        var attributes = TableAttributes(owner: text(0))
        attributes.canGiveToOwner = flag(1)
        attributes.tablespace = text(2)
        attributes.isUnlogged = flag(3)
        attributes.hasRowSecurity = flag(4)
        attributes.isRowSecurityForced = flag(5)
        if flag(6) {
            attributes.hiddenRowsRemedy =
                "migrate as a role with BYPASSRLS, or as the table's owner after "
                + "ALTER TABLE \(name) NO FORCE ROW LEVEL SECURITY"
        }
        attributes.replicaIdentity = text(7)
        attributes.isPublishedByPrimaryKey = flag(8)
        attributes.grants = (facts?[9]?.arrayValue ?? []).compactMap { grant in
            guard let privilege = grant[0]?.stringValue, let grantee = grant[2]?.stringValue else { return nil }
            return TableAttributes.Grant(
                privilege: privilege, column: grant[1]?.stringValue, grantee: grantee,
                isGrantable: grant[3]?.boolValue ?? false)
        }
        attributes.policies = (facts?[10]?.arrayValue ?? []).compactMap { policy in
            guard let name = policy[0]?.stringValue, let command = policy[2]?.stringValue else { return nil }
            return TableAttributes.Policy(
                name: name, isPermissive: policy[1]?.boolValue ?? true, command: command,
                roles: policy[3]?.stringValue ?? "PUBLIC", using: policy[4]?.stringValue,
                check: policy[5]?.stringValue)
        }
        return attributes
    }

    // MARK: Dependent objects

    /// Of a row about a dependent object.
    var dependent: DependentObject? {
        guard let kind = text(0).flatMap(DependentObject.Kind.init) else { return nil }
        var object = DependentObject(
            kind: kind, name: name, sql: text(2) ?? "", columns: Set(names(1)), removal: statements(3),
            restoration: statements(4))
        object.reason = text(5)
        return object
    }

    /// The writes at which a trigger or rule fires.
    var firesAt: Set<TableAttributes.Write> {
        let bits = number(6) ?? 0
        let writes: [(Int64, TableAttributes.Write)] = [(4, .insert), (8, .delete), (16, .update)]
        return Set(writes.filter { bits & $0.0 != 0 }.map(\.1))
    }
}
