/// An object of the application that depends on a table, or a property of the table that Agno did not give it.
package struct DependentObject: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case index, trigger, view, rule, policy, publication, function, statistics, partition, column
        /// Any object that has the name of a table to create.
        case relation
        case materializedView = "materialized view"
        case generatedColumn = "generated column"
        case check = "check constraint"
        case foreignKey = "foreign key"
        case uniqueKey = "unique key"
        case virtualTable = "virtual table"
        case inheritance = "inherited table"
        /// The storage of the table, such as an engine without transactions or system versioning.
        case storage
    }

    package var kind: Kind
    /// The name, with its schema where that is not the table's.
    package var name: String
    /// The statement that creates it, as the catalogue keeps it.
    package var sql: String
    /// The columns of the table that it needs; empty if it needs the table as a whole.
    package var columns: Set<String>
    /// The statements that drop it; empty if nothing can.
    package var removal: [SQLStatement]
    /// The statements that create it exactly as it is, with owner, grants and comment.
    package var restoration: [SQLStatement]
    /// Why the role or the server cannot drop it and create it exactly; nil if they can.
    package var reason: String?

    package init(
        kind: Kind, name: String, sql: String, columns: Set<String> = [], removal: [SQLStatement] = [],
        restoration: [SQLStatement] = []
    ) {
        self.kind = kind
        self.name = name
        self.sql = sql
        self.columns = columns
        self.removal = removal
        self.restoration = restoration
    }
}

/// A dependent object that a group of changes has to deal with.
package struct Obstacle: Hashable, Sendable {
    package enum Handling: Hashable, Sendable {
        /// `lower` drops the object before the changes and recreates it after them.
        case restored
        /// `lower` drops the object, and why; `up` creates it again.
        case dropped(because: String)
        /// The table is refused, and why.
        case blocks(because: String)
    }

    package var object: DependentObject
    package var handling: Handling

    package init(_ object: DependentObject, _ handling: Handling) {
        self.object = object
        self.handling = handling
    }
}

/// A foreign key of another table; it hangs on a unique key of this one and is in the way when that key changes.
package struct IncomingKey: Hashable, Sendable {
    /// The table that refers, as messages name it.
    package var child: String
    /// The child's quoted name in statements.
    package var table: String
    /// The name of the constraint, or its columns if it has none.
    package var name: String
    /// The referring columns of the child.
    package var columns: [String]
    /// The columns of this table that it refers to.
    package var parentColumns: [String]
    /// Empty texts if the server has no statement that drops or adds a key.
    package var drop: SQLStatement
    package var create: SQLStatement
    /// Gives it its comment again; nil if it has none.
    package var comment: SQLStatement?
    /// Why the role cannot drop and recreate it; nil if it can.
    package var reason: String?
    /// For a child with the columns of sandbox bindings: whether its run refers to another table; nil for any other child.
    package var bindsRuns: Bool?

    package init(
        child: String, table: String, name: String, columns: [String], parentColumns: [String], drop: SQLStatement,
        create: SQLStatement
    ) {
        self.child = child
        self.table = table
        self.name = name
        self.columns = columns
        self.parentColumns = parentColumns
        self.drop = drop
        self.create = create
    }

    /// The condition that a row of the child, called `c`, refers to a row of the parent, called `p`.
    package func match(in dialect: any SQLSyntax) -> String {
        zip(parentColumns, columns).map { "p.\(dialect.quote($0)) = c.\(dialect.quote($1))" }.joined(separator: " AND ")
    }

    /// The statements that create it exactly as it is.
    package var restoration: [SQLStatement] { [create] + (comment.map { [$0] } ?? []) }
}
