import AgnoSchema
import SQLDialects

/// Whether a table that has the name of one of Agno's is that table.
struct TableIdentity {
    let context: SchemaContext

    /// Why the table is another; nil if it is Agno's, however much it has drifted.
    ///
    /// Agno's has the column that identifies its rows and at least half of the columns without which its first version takes
    /// no row.
    func doubt(about snapshot: TableSnapshot, type: TableType) -> MigrationError? {
        let definition = TableDefinition.baseline(type, for: context.traits)
        let key = definition.primaryKey + definition.uniqueKeys.prefix(1).flatMap(\.columns)
        let required = definition.columns.filter { !$0.isNullable }.map(\.name)
        let missing = required.filter { snapshot.shape.column($0) == nil }
        let lacksKey = key.first.map { missing.contains($0) } ?? false
        guard lacksKey || missing.count * 2 > required.count else { return nil }
        return MigrationError(
            .notAgnoTable,
            "\(snapshot.name) is not Agno's table of \(type.name): it has no column \(missing.joined(separator: ", "))",
            remedy:
                "rename that table, or name Agno's own with --table-name \(type.name)=NAME. The table was not touched")
    }

    /// The same for a type's table and those that belong to it.
    func doubt(about type: TableType, among snapshots: [TableType: TableSnapshot]) -> MigrationError? {
        let types: [TableType] = type == .sessions ? [.sessions, .runs] : [type]
        return types.lazy.compactMap { type in snapshots[type].flatMap { doubt(about: $0, type: type) } }.first
    }
}
