/// One of Agno's tables that no schema version changes, as the newest release that this program knows declares it.
package struct UnmigratedTable: Sendable {
    /// Agno's name for the type, such as `traces`.
    package let type: String
    package let definition: TableDefinition
    private let parents: [Parent]

    /// A reference to the key of another table; deleting the parent deletes no children.
    private struct Parent: Sendable {
        let columns: [String]
        let table: Table
        let parentColumns: [String]

        enum Table: Sendable {
            case migrated(TableType)
            case unmigrated(String)
        }
    }

    private init(_ type: String, _ definition: TableDefinition, parents: [Parent] = []) {
        self.type = type
        self.definition = definition
        self.parents = parents
    }

    /// The table as one database declares it.
    package func shape(in context: SchemaContext, named table: String) -> TableShape {
        var shape = definition.shape(in: context, named: table)
        shape.references += parents.map { parent in
            let name =
                switch parent.table {
                case .migrated(let type): context.names[type]
                case .unmigrated(let type): KnownTables.name(of: type, in: context.names)
                }
            return TableShape.Reference(
                columns: parent.columns, parent: name, parentColumns: parent.parentColumns, deletesChildren: false)
        }
        return shape
    }

    /// The types of migrated tables that the table refers to.
    package var migratedParents: [TableType] {
        parents.compactMap { if case .migrated(let type) = $0.table { type } else { nil } }
    }

    /// The unmigrated types that the table refers to.
    package var unmigratedParents: [String] {
        parents.compactMap { if case .unmigrated(let type) = $0.table { type } else { nil } }
    }

    /// The tables that an adapter declares, parents before their children.
    package static func all(for traits: DatabaseTraits) -> [UnmigratedTable] {
        let everywhere = [
            UnmigratedTable("traces", .traces),
            UnmigratedTable(
                "spans", .spans,
                parents: [Parent(columns: ["trace_id"], table: .unmigrated("traces"), parentColumns: ["trace_id"])]),
        ]
        guard traits.has(.extendedTables) else { return everywhere }
        let extended = TableDefinition.extendedTables.map { UnmigratedTable($0, $1) }
        return everywhere + [configurations(traits), links(traits)] + extended
            + (traits.has(.jobs) ? [UnmigratedTable("jobs", .jobs)] : [])
    }

    private static func configurations(_ traits: DatabaseTraits) -> UnmigratedTable {
        let isBound = traits.has(.boundConfigurations)
        let component = Parent(
            columns: ["component_id"], table: .migrated(.components), parentColumns: ["component_id"])
        return UnmigratedTable(
            "component_configs", .componentConfigurations(canBeDeleted: isBound), parents: isBound ? [component] : [])
    }

    private static func links(_ traits: DatabaseTraits) -> UnmigratedTable {
        let parents = [
            Parent(
                columns: ["child_component_id"], table: .migrated(.components), parentColumns: ["component_id"]),
            Parent(
                columns: ["parent_component_id", "parent_version"], table: .unmigrated("component_configs"),
                parentColumns: ["component_id", "version"]),
        ]
        return UnmigratedTable(
            "component_links", .componentLinks, parents: traits.has(.boundConfigurations) ? parents : [])
    }
}
