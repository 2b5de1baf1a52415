/// A concrete table: a definition on one server, or a real table as the catalogue reports it.
///
/// Definitions resolve to shapes, inspection yields shapes, changes apply to shapes; so the declared and the real table are
/// compared in one form.
package struct TableShape: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        package var name: String
        /// The type as the server spells it.
        package var type: String
        package var isNullable: Bool
        /// The server-side default expression; Agno's fresh tables have none.
        package var defaultValue: String?
        /// The type of a text before `up` changed it for free; nil if it did not, or if the column has that type again.
        package var formerType: String?

        package init(_ name: String, type: String, isNullable: Bool, defaultValue: String? = nil) {
            self.name = name
            self.type = type
            self.isNullable = isNullable
            self.defaultValue = defaultValue
        }
    }

    package struct Key: Hashable, Sendable {
        package var name: String?
        package var columns: [String]

        package init(name: String?, columns: [String]) {
            self.name = name
            self.columns = columns
        }
    }

    package struct NamedIndex: Hashable, Sendable {
        package var name: String
        package var index: Index

        package init(name: String, index: Index) {
            self.name = name
            self.index = index
        }
    }

    package struct Reference: Hashable, Sendable {
        package var columns: [String]
        package var parent: String
        package var parentColumns: [String]
        /// Whether deleting the parent deletes the children; the catalogue is not asked.
        package var deletesChildren: Bool

        package init(columns: [String], parent: String, parentColumns: [String], deletesChildren: Bool = true) {
            self.columns = columns
            self.parent = parent
            self.parentColumns = parentColumns
            self.deletesChildren = deletesChildren
        }
    }

    package var columns: [Column]
    package var primaryKey: [String]
    /// Unique constraints, not indexes created apart.
    package var uniqueKeys: [Key]
    package var indexes: [NamedIndex]
    package var references: [Reference]
    /// The columns that place a row on a partition; empty if the server chooses.
    package var shardKey: [String]
    /// Of a sessions table: the tables of its sandbox bindings that refer to no runs table, as they do from 3.0.0 on.
    package var unboundTables: [String] = []
    /// The columns that are to be replaced by columns of the program's own, with the types of these: a change of type beside
    /// a running application is under way, or was interrupted.
    package var shadowedColumns: [String: String] = [:]
    /// Whether the server notes what is written to the table, for a move of rows that is under way or was interrupted.
    package var hasChangeLog = false

    package init(
        columns: [Column] = [], primaryKey: [String] = [], uniqueKeys: [Key] = [], indexes: [NamedIndex] = [],
        references: [Reference] = [], shardKey: [String] = []
    ) {
        self.columns = columns
        self.primaryKey = primaryKey
        self.uniqueKeys = uniqueKeys
        self.indexes = indexes
        self.references = references
        self.shardKey = shardKey
    }

    /// The column of that name; nil if it does not exist.
    package func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// Whether an index of any name covers the same rows and columns.
    package func hasIndex(covering index: Index) -> Bool { indexes.contains { $0.index.covers(index) } }

    /// The unique constraints and full unique indexes of any name over exactly these columns, in any order.
    package func uniqueKeys(covering columns: [String]) -> [Key] {
        let wanted = Set(columns)
        let constraints = uniqueKeys.filter { Set($0.columns) == wanted }
        let indexes = self.indexes.filter {
            $0.index.isUnique && $0.index.predicate == nil && Set($0.index.columns) == wanted
        }
        return constraints + indexes.map { Key(name: $0.name, columns: $0.index.columns) }
    }
}

extension TableDefinition {
    /// The definition as one database declares it.
    package func shape(in context: SchemaContext, named table: String) -> TableShape {
        TableShape(
            columns: columns.map { column in
                let resolved = column.resolved(for: context.traits)
                return TableShape.Column(
                    resolved.name, type: context.traits.typeName(resolved.type), isNullable: resolved.isNullable)
            },
            primaryKey: primaryKey,
            uniqueKeys: uniqueKeys.map { TableShape.Key(name: $0.name(onTable: table), columns: $0.columns) },
            indexes: indexes.map {
                TableShape.NamedIndex(name: $0.name(onTable: table, traits: context.traits), index: $0)
            },
            references: foreignKeys.map { $0.reference(in: context) },
            shardKey: shardKey)
    }
}

extension ForeignKey {
    /// The reference as one database declares it.
    package func reference(in context: SchemaContext) -> TableShape.Reference {
        TableShape.Reference(columns: columns, parent: context.names[parent], parentColumns: parentColumns)
    }
}

extension TableShape {
    /// Whether the table refers to the key's parent from the same columns; names are compared as servers fold them.
    package func has(_ key: ForeignKey, in context: SchemaContext) -> Bool {
        references.contains {
            Set($0.columns) == Set(key.columns) && $0.parent.lowercased() == context.names[key.parent].lowercased()
        }
    }
}
