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
    package var generatedColumns: Set<ExactText>
    /// Names that something else has already (tables, views, other tables' indexes), folded as the server folds them.
    package var namesInUse: Set<String>
    /// The primary key's own name, where the server gives it one.
    package var primaryKeyName: String?
    /// Other tables' foreign keys that refer to this one.
    package var incomingKeys: [IncomingKey]
    /// Triggers that cannot run over this connection, since what they refer to is missing.
    package var unusableTriggers: Set<String>
    /// Whether the database has views or triggers, where the server checks all of them when a column is dropped.
    package var isAmongViewsOrTriggers: Bool
    /// Indexes that the server does not use, left over from a build that failed.
    package var invalidIndexes: [TableShape.NamedIndex]
    /// The order in which the server compares the table's texts, where tables differ in it.
    package var collation: String?
    /// What the table has beside its columns and keys, where the server has owners of tables.
    package var attributes: TableAttributes?
    /// The table that a run which was killed has put aside, if there is one. Where there is no other of that name, the
    /// snapshot is of it.
    package var parked: ParkedTable?
    /// The collation of new columns of the table, and of each of its text columns, where tables differ in them.
    package var defaultCollation: String?
    package var collations: [String: String] = [:]
    /// What a statement that changes a column has to say again, by column, where it would be lost otherwise.
    package var columnDetails: [String: ColumnDetails] = [:]
    /// The statements that create the indexes, by name, where `dependents` do not list every index.
    package var indexTexts: [String: String] = [:]
    /// Privileges on the table alone, in order, where they are not granted with the table's statements.
    package var tableGrants: [TableGrant] = []
    /// The program's own columns, which are not in the shape: a change of type beside a running application is under way, or
    /// was interrupted.
    package var shadows: ShadowColumns?
    /// Columns that the server sets at every update of a row, unless the update names them.
    package var selfUpdatingColumns: [String] = []

    /// Whether policies hide rows from the role of this session.
    package var hidesRows: Bool { attributes?.hiddenRowsRemedy != nil }

    package init(
        name: String, shape: TableShape, source: String? = nil, dependents: [DependentObject] = [],
        generatedColumns: Set<ExactText> = [], namesInUse: Set<String> = [], primaryKeyName: String? = nil,
        incomingKeys: [IncomingKey] = [], invalidIndexes: [TableShape.NamedIndex] = [], collation: String? = nil,
        unusableTriggers: Set<String> = [], isAmongViewsOrTriggers: Bool = false
    ) {
        self.name = name
        self.shape = shape
        self.source = source
        self.dependents = dependents
        self.generatedColumns = generatedColumns
        self.primaryKeyName = primaryKeyName
        self.incomingKeys = incomingKeys
        self.invalidIndexes = invalidIndexes
        self.unusableTriggers = unusableTriggers
        self.isAmongViewsOrTriggers = isAmongViewsOrTriggers
        self.namesInUse = namesInUse
        self.collation = collation
    }
}

/// A privilege that an account has on one table.
package struct TableGrant: Hashable, Sendable {
    /// The account, quoted as the catalogue quotes it.
    package var grantee: String
    package var privilege: String
    package var isGrantable: Bool
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
