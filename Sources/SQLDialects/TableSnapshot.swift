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
    /// Names, in lower case, that something else has already: tables, views, and other tables' indexes.
    package var namesInUse: Set<String>

    package init(
        name: String, shape: TableShape, source: String? = nil, dependents: [DependentObject] = [],
        generatedColumns: Set<String> = [], namesInUse: Set<String> = []
    ) {
        self.name = name
        self.shape = shape
        self.source = source
        self.dependents = dependents
        self.generatedColumns = generatedColumns
        self.namesInUse = namesInUse
    }
}

/// An index, trigger or view that depends on a table.
package struct DependentObject: Hashable, Sendable {
    package enum Kind: String, Sendable { case index, trigger, view }

    package var kind: Kind
    package var name: String
    /// The statement that makes it again, as the catalogue keeps it.
    package var sql: String

    package init(kind: Kind, name: String, sql: String) {
        self.kind = kind
        self.name = name
        self.sql = sql
    }
}
