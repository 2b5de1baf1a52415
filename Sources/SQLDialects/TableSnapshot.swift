package import AgnoSchema

/// A real table as the catalogue describes it at one moment.
package struct TableSnapshot: Sendable {
    package var name: String
    package var shape: TableShape
    /// The catalogue's own text of the table, where it keeps one.
    package var source: String?
    /// What hangs on the table and must survive a rebuild.
    package var dependents: [DependentObject]
    /// Columns whose values the server computes; they cannot be written.
    package var generatedColumns: Set<String>
    /// Names that something else has already (tables, views, other tables' indexes), folded as the server folds them.
    package var namesInUse: Set<String>
    /// The primary key's own name, where the server gives it one.
    package var primaryKeyName: String?
    /// Other tables' foreign keys that refer to this one.
    package var incomingKeys: [IncomingKey]
    /// Indexes that the server does not use, left over from a build that failed.
    package var invalidIndexes: [TableShape.NamedIndex]
    /// The order in which the server compares the table's texts, where tables differ in it.
    package var collation: String?
    /// What the table has beside its columns and keys, where the server has owners of tables.
    package var attributes: TableAttributes?
    /// The table that a run which was killed has put aside, if there is one. Where there is no other of that name, the
    /// snapshot is of it.
    package var parked: ParkedTable?

    /// Whether policies hide rows from the role of this session.
    package var hidesRows: Bool { attributes?.hiddenRowsRemedy != nil }

    package init(
        name: String, shape: TableShape, source: String? = nil, dependents: [DependentObject] = [],
        generatedColumns: Set<String> = [], namesInUse: Set<String> = [], primaryKeyName: String? = nil,
        incomingKeys: [IncomingKey] = [], invalidIndexes: [TableShape.NamedIndex] = [], collation: String? = nil
    ) {
        self.name = name
        self.shape = shape
        self.source = source
        self.dependents = dependents
        self.generatedColumns = generatedColumns
        self.primaryKeyName = primaryKeyName
        self.incomingKeys = incomingKeys
        self.invalidIndexes = invalidIndexes
        self.namesInUse = namesInUse
        self.collation = collation
    }
}

/// What one look at the catalogue found.
package struct CatalogueReading: Sendable {
    /// The tables that exist among the requested ones.
    package var snapshots: [TableType: TableSnapshot] = [:]
    /// The columns of the other tables that exist, by the name they were requested by.
    package var columns: [String: [String]] = [:]
}

/// A table under a name that nobody else knows, because its rows were about to be read for the last time.
package struct ParkedTable: Hashable, Sendable {
    package var name: String
    /// Columns that it has in common with the table of its former name; nil where there is no such table.
    package var commonColumns: [String]?
    /// A table that was being made to take its place, and has not taken it.
    package var successor: String?

    package init(name: String, commonColumns: [String]? = nil, successor: String? = nil) {
        self.name = name
        self.commonColumns = commonColumns
        self.successor = successor
    }
}
