package import AgnoSchema

/// Lowers neutral schema changes to one server's statements.
package protocol SchemaLowering: Sendable {
    /// What Agno's adapter for the server declares, and how the server spells types. No default.
    static var traits: DatabaseTraits { get }

    /// The statements for changes that a table's shape lacks, strongest lock first. No default.
    func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering

    /// The dependent objects that these changes have to deal with. Defaults to none.
    func obstacles(
        to changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext
    ) -> [Obstacle]

    /// The part of these changes that can be done beforehand without blocking readers or writers; nil if there is none.
    ///
    /// Afterwards the changes are satisfied, or `lower` makes use of what was built. No default.
    func onlineWork(for changes: [SchemaChange], of snapshot: TableSnapshot) -> OnlineWork?

    /// How the columns whose type these changes change are converted beside a running application, so that `lower` only has
    /// to exchange them; nil if the server has no such way, or if no row is to be rewritten. Defaults to nil.
    func columnConversion(for changes: [SchemaChange], of snapshot: TableSnapshot) -> ColumnConversion?

    /// The statements that create a table with its indexes. No default.
    func create(_ shape: TableShape, named table: String) -> [SQLStatement]

    /// The statements that create a table that refers to the columns of another. Defaults to `create(_:named:)`.
    func create(_ shape: TableShape, named table: String, beside parent: TableSnapshot) -> [SQLStatement]

    /// The statements that give a new table the owner and the privileges of the table beside it. Defaults to none.
    func access(to name: String, _ shape: TableShape, like other: TableSnapshot) -> [SQLStatement]

    /// The statements that create a table of the program's own with its indexes. Its strings are compared byte by byte,
    /// or, on servers that do not compare strings of two collations, as the sessions' ids are. No default.
    func createComparingBytes(_ shape: TableShape, named table: String, beside sessions: TableSnapshot?)
        -> [SQLStatement]

    /// The statements that create the table of parked values: keys of any table are compared there byte by byte, whatever
    /// that table's collation is. No default.
    func createParking(_ shape: TableShape, named table: String, beside sessions: TableSnapshot?) -> [SQLStatement]

    /// The statements for the indexes that a table lacks because its creation was interrupted.
    /// Defaults to none: a table and its indexes are created together.
    func missingIndexes(
        of shape: TableShape, named table: String, using runner: any StatementRunner
    ) throws -> [SQLStatement]

    /// How to find the rows whose values a change of type would refuse; nil if it takes every value. Defaults to nil.
    func conversionProbe(_ change: SchemaChange, of snapshot: TableSnapshot) -> ConversionProbe?
}

extension SchemaLowering {
    /// What Agno's adapter for the server declares, and how the server spells types.
    package var traits: DatabaseTraits { Self.traits }

    package func obstacles(
        to changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext
    ) -> [Obstacle] { [] }

    package func create(_ shape: TableShape, named table: String, beside parent: TableSnapshot) -> [SQLStatement] {
        create(shape, named: table)
    }

    package func access(to name: String, _ shape: TableShape, like other: TableSnapshot) -> [SQLStatement] { [] }

    package func missingIndexes(
        of shape: TableShape, named table: String, using runner: any StatementRunner
    ) throws -> [SQLStatement] { [] }

    package func columnConversion(for changes: [SchemaChange], of snapshot: TableSnapshot) -> ColumnConversion? { nil }

    package func conversionProbe(_ change: SchemaChange, of snapshot: TableSnapshot) -> ConversionProbe? { nil }
}
