import AgnoSchema
import DatabaseAccess
import SQLDialects

/// What there is of Agno's beside the tables that are migrated: under other names, in other schemas, without steps.
struct Surroundings {
    /// Tables of types that are absent where they were looked for.
    var elsewhere: [TableElsewhere] = []
    /// Agno's tables that no version changes.
    var known: [String] = []

    /// The columns by which a table of sessions is found under any name.
    private static let signature = ["session_id", "session_type", "session_data", "created_at"]

    init(_ state: DatabaseState, names: TableNames, on connection: any DatabaseConnection) throws {
        let dialect = connection.dialect
        let defaults = TableType.managed.flatMap { [$0.defaultTableName, names[$0]] }
        let bindings = (state.snapshots[.sessions]?.incomingKeys ?? []).filter { $0.bindsRuns != nil }.map(\.child)
        let unmigrated = KnownTables.names(names).union(bindings)
        let relations = try dialect.relations(
            named: unmigrated.union(defaults).sorted(), orWith: Self.signature, using: connection)
        let here = dialect.schemaName
        known = relations.filter { $0.schema == here && unmigrated.contains($0.name) }.map(\.name)
        for type in TableType.managed where state.snapshots[type] == nil {
            elsewhere += relations.compactMap { place(of: type, $0, here: here, names: names) }
        }
    }

    /// Where a relation would be the table of the type, if it is.
    private func place(of type: TableType, _ relation: Relation, here: String?, names: TableNames) -> TableElsewhere? {
        let wanted = [type.defaultTableName, names[type]].map { $0.lowercased() }
        let isNamed = wanted.contains(relation.name.lowercased())
        let isAnotherType =
            !isNamed
            && TableType.allCases.contains {
                $0 != type && $0.defaultTableName == relation.name.lowercased()
            }
        guard isNamed || type == .sessions && !relation.isView && !isAnotherType else { return nil }
        var options: [String] = []
        if let schema = relation.schema, relation.schema != here { options.append("--schema \(schema)") }
        if relation.name != names[type] { options.append("--table-name \(type.name)=\(relation.name)") }
        if options.isEmpty, !relation.isView { return nil }
        return TableElsewhere(
            type: type, schema: relation.schema, name: relation.name, isView: relation.isView,
            options: relation.isView ? "" : options.joined(separator: " "))
    }

    /// The view that stands where the type's table should be.
    func view(of type: TableType, names: TableNames, here: String?) -> TableElsewhere? {
        elsewhere.first { $0.type == type && $0.isView && $0.schema == here && $0.name == names[type] }
    }
}
